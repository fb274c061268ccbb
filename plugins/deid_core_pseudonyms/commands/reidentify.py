"""``deid-core reidentify``: put the identifiers back into de-identified files."""

from __future__ import annotations

import logging
import os
import sys
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
from deid_core.commands import (
    PLACE,
    dry_run_option,
    json_option,
    key_options,
    output_option,
    overwrite_option,
    print_json,
    said_settings,
    say_dry_run,
    show_files_option,
)
from deid_core.config import layers_of
from deid_core.execution.task import Task
from deid_core_pseudonyms.commands.keys import needed_key

RECIPE = "deid.pseudonyms.reidentify"
REFUSED = 1


@click.command("reidentify")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...", type=PLACE)
@output_option("a folder for those who may know.", required=True, each_time=True)
@click.option(
    "--crosswalk",
    required=True,
    metavar="FILE|URL",
    type=PLACE,
    help="The crosswalk: that of the runs that de-identified the files.",
)
@key_options
@overwrite_option(each_time=True)
@show_files_option
@dry_run_option
@json_option
def command(sources: tuple[str, ...], output: Path, crosswalk: str, **options: Any) -> None:
    """Put the identifiers back into de-identified files and folders.

    The files are not touched: outputs go to another folder, named by their original UIDs. A
    file whose patient is not in the crosswalk is refused.

    Exit status: 0 if all went well, 1 if files were refused or failed, 2 for wrong usage.
    """
    settings = Settings(
        output_folder=output,
        overwrite=options["overwrite"],
        remove_private=False,
        strict=True,
        crosswalk=crosswalk,
    )
    key, dry = needed_key(options), options["dry_run"]
    host = PluginHost.load(said_settings().plugins)
    engine = Engine(host, layers_of(RECIPE, host), settings, key=key)
    refs = _refs(engine, sources, output.resolve())
    with _unlogged():
        reports = list(_foreseen(engine, refs) if dry else engine.run(refs))
    bad = [r for r in reports if r.outcome not in (Outcome.WRITTEN, Outcome.SKIPPED)]
    named = options["show_files"]
    if options["as_json"]:
        _print_json(reports, bad, output, dry=dry, named=named)
    else:
        _summarize(reports, bad, output, dry=dry, named=named or sys.stderr.isatty())
    if bad:
        raise SystemExit(REFUSED)


def _refs(engine: Engine, sources: tuple[str, ...], output: Path) -> Iterator[FileRef]:
    """Return the files of all sources but those that a run before has written."""
    for source in sources:
        if Path(source).resolve().is_relative_to(output):
            raise SettingsError(
                f"{source} lies in the output folder, where nothing is read; "
                "choose another folder for --output"
            )
    found: list[FileRef] = []
    for source in sources:
        try:
            found += engine.discover([source], DiscoveryOptions())
        except NoPluginAnsweredError:
            raise SettingsError(
                f"{source}: no such file or folder; look whether the path is right"
            ) from None
    return (
        ref
        for ref in found
        # Path.resolve raises for a link to itself.
        if ref.path is None or not Path(os.path.realpath(ref.path)).is_relative_to(output)
    )


def _foreseen(engine: Engine, refs: Iterator[FileRef]) -> Iterator[FileReport]:
    """Yield what would become of the files; nothing is written."""
    for number, ref in enumerate(refs, 1):
        yield engine.foresee(Task(number, f"file {number}", ref))


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


def _print_json(
    reports: list[FileReport], bad: list[FileReport], output: Path, *, dry: bool, named: bool
) -> None:
    counts = Counter(report.outcome.value for report in reports)
    refused = [
        {
            **({"location": _location(one)} if named else {}),
            "file": one.number,
            "outcome": one.outcome.value,
            "code": one.code,
            "reason": one.reason,
        }
        for one in bad
    ]
    shown = {"command": "reidentify", "dry_run": dry, "output": str(output), "counts": counts}
    print_json({**shown, "not_written": refused})


def _summarize(
    reports: list[FileReport], bad: list[FileReport], output: Path, *, dry: bool, named: bool
) -> None:
    counts = Counter(report.outcome for report in reports)
    console = Console(soft_wrap=True, highlight=False)
    if dry:
        say_dry_run([])
    would = " would be" if dry else ""
    count = counts[Outcome.WRITTEN]
    console.print(f"{count} files with identifiers{would} in {output}", markup=False)
    if counts[Outcome.SKIPPED]:
        console.print(f"{counts[Outcome.SKIPPED]} files passed over: not DICOM, or directories")
    if bad:
        title = "Would not be written" if dry else "Not written"
        table = Table(title=title, title_justify="left")
        for column in ("File", "Reason", ""):
            table.add_column(column, overflow="fold")
        for report in bad:
            called = _location(report) if named else str(report.number)
            table.add_row(escape(called), report.code, escape(report.reason))
        errors = Console(stderr=True)
        errors.print(table)
        if not named:
            errors.print("Names of files may hold a patient's: --show-files shows them.")


def _location(report: FileReport) -> str:
    return report.ref.location if report.ref is not None else ""
