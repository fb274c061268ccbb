"""``deid-core reidentify``: put the identifiers back into de-identified files."""

from __future__ import annotations

import json
import logging
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deid_core import (
    DiscoveryOptions,
    Engine,
    FileRef,
    FileReport,
    NoPluginAnsweredError,
    Outcome,
    PluginHost,
    Settings,
    SettingsError,
)
from deid_core.config import layers_of
from deid_core_pseudonyms.commands.keys import key_of, key_options

RECIPE = "deid.pseudonyms.reidentify"
REFUSED = 1


@click.command("reidentify")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option(
    "--output",
    "-o",
    required=True,
    type=click.Path(path_type=Path),
    help="The folder that the outputs go to.",
)
@click.option(
    "--crosswalk",
    required=True,
    metavar="FILE|URL",
    help="The crosswalk of the runs that de-identified the files.",
)
@key_options
@click.option("--overwrite", is_flag=True, help="Replace outputs that are there already.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, and nothing besides.")
def command(
    sources: tuple[str, ...],
    output: Path,
    crosswalk: str,
    *,
    overwrite: bool,
    as_json: bool,
    **key: Any,
) -> None:
    """Put the identifiers back into de-identified files and folders.

    The files are not touched: outputs go to another folder, named by their original UIDs. A
    file whose patient is not in the crosswalk is refused.

    Exit status: 0 if all went well, 1 if files were refused or failed, 2 for wrong usage.
    """
    settings = Settings(
        output_folder=output,
        overwrite=overwrite,
        remove_private=False,
        strict=True,
        crosswalk=crosswalk,
    )
    host = PluginHost.load()
    engine = Engine(host, layers_of(RECIPE, host), settings, key=key_of(key))
    refs = _refs(engine, sources, output.resolve())
    with _unlogged():
        reports = list(engine.run(refs))
    bad = [r for r in reports if r.outcome not in (Outcome.WRITTEN, Outcome.SKIPPED)]
    if as_json:
        _print_json(reports, bad, output)
    else:
        _summarize(reports, bad, output)
    if bad:
        raise SystemExit(REFUSED)


def _refs(engine: Engine, sources: tuple[str, ...], output: Path) -> Iterator[FileRef]:
    """Return the files of all sources but those that a run before has written."""
    for source in sources:
        if Path(source).resolve().is_relative_to(output):
            raise SettingsError(f"{source} lies in the output folder, where nothing is read")
    try:
        found = list(engine.discover(sources, DiscoveryOptions()))
    except NoPluginAnsweredError:
        raise SettingsError("a source is no file or folder that is there") from None
    return (
        ref
        for ref in found
        # Path.resolve raises for a link to itself.
        if ref.path is None or not Path(os.path.realpath(ref.path)).is_relative_to(output)
    )


@contextmanager
def _unlogged() -> Iterator[None]:
    """Log nothing: what is refused is listed, and that private elements stay is wanted here."""
    logger = logging.getLogger("deid_core")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def _print_json(reports: list[FileReport], bad: list[FileReport], output: Path) -> None:
    counts = Counter(report.outcome.value for report in reports)
    refused = [
        {"file": one.number, "outcome": one.outcome.value, "code": one.code, "reason": one.reason}
        for one in bad
    ]
    shown = {"command": "reidentify", "output": str(output), "counts": counts}
    click.echo(json.dumps({**shown, "not_written": refused}, indent=2))


def _summarize(reports: list[FileReport], bad: list[FileReport], output: Path) -> None:
    counts = Counter(report.outcome for report in reports)
    console = Console(soft_wrap=True, highlight=False)
    console.print(f"{counts[Outcome.WRITTEN]} files with identifiers in {output}", markup=False)
    if counts[Outcome.SKIPPED]:
        console.print(f"{counts[Outcome.SKIPPED]} files passed over: not DICOM, or directories")
    if bad:
        table = Table(title="Not written", title_justify="left")
        for column in ("File", "Reason", ""):
            table.add_column(column, overflow="fold")
        for report in bad:
            location = report.ref.location if report.ref is not None else ""
            table.add_row(escape(location), report.code, escape(report.reason))
        Console(stderr=True).print(table)
