"""``deid-core run``: de-identify files and folders."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deid_core.cli.checks import check_option, check_settings
from deid_core.cli.engines import engine_of, engine_options, say_of_obstacle
from deid_core.cli.errors import REFUSED, shown_errors
from deid_core.cli.fileset import fileset_option, say_of_directory, wants_dicomdir
from deid_core.cli.key_options import key_of, key_options
from deid_core.cli.naming import names_of, naming_options, naming_settings
from deid_core.cli.options import common_options, settings_of
from deid_core.cli.profile import profile_options, profile_recipes
from deid_core.cli.progress import RunProgress, progress_option
from deid_core.cli.pseudonyms import pseudonym_options, pseudonym_recipes, pseudonym_settings
from deid_core.cli.record import (
    forget_key,
    key_of_run,
    recalled_bad,
    record_options,
    record_settings,
    say_of_record,
)

if TYPE_CHECKING:
    from deid_core.engine import Engine
    from deid_core.model import FileRef, FileReport, Outcome
    from deid_core.settings import Settings

MOST_NUMBERS = 5
SKIPPED = {
    "archive-link": "links and devices in archives",
    "archive-nested": "archives within archives",
    "dicomdir": "directory of files (DICOMDIR)",
    "not-dicom": "not DICOM",
}
"""What is passed over, in words, by the code of its `SkippedError`."""


@click.command("run")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option(
    "--output",
    "-o",
    required=True,
    type=click.Path(path_type=Path),
    help="Where the outputs go: a folder, or an archive (.zip, .tar, .tar.gz).",
)
@click.option(
    "--recipe",
    "-r",
    "recipes",
    multiple=True,
    help="A recipe: file, folder or bundled name. Several lie on each other, the last on top.",
)
@naming_options
@click.option("--overwrite", is_flag=True, help="Replace outputs that are there already.")
@click.option(
    "--overwrite-inputs",
    is_flag=True,
    help="Let a source lie in the output folder, and an output replace its own input.",
)
@click.option("--keep-private", is_flag=True, help="Do not remove private data elements.")
@click.option(
    "--default",
    type=click.Choice(["remove", "keep", "blank"], case_sensitive=False),
    help="What happens to what no rule names.",
)
@click.option("--durable", is_flag=True, help="Have each output on disk before it gets its name.")
@click.option("--strict", is_flag=True, help="Refuse a file in which a value is not resolved.")
@key_options
@check_option
@fileset_option
@click.option("--uid-root", metavar="ROOT", help="Make new UIDs beneath this root, not 2.25.")
@profile_options
@pseudonym_options
@engine_options
@record_options
@progress_option
@common_options
def command(sources: tuple[str, ...], **options: Any) -> None:
    """De-identify files and folders.

    What no recipe names is removed, except for what a file needs to be decoded, shown and
    filed; a profile names what goes and keeps the rest. Outputs are named by their de-identified values.

    What was done is kept beside the output: the same command again does what is missing.

    Exit status: 0 if all went well, 1 if files were refused or failed, 2 for wrong usage.
    """
    with shown_errors():
        engine = _engine(options, sources)
        known = _known(engine, sources, archives=options["archives"])
        arguments = engine_of(options, engine.batch.settings)
        output = engine.batch.settings.output_folder.resolve()
        with RunProgress(sources, output, wanted=options["progress"]) as progress:
            reports = _run(engine, known, progress, **arguments)
    if not engine.linkable:
        forget_key(engine.batch.settings.record_folder)
    _summarize(reports, engine, options["output"])
    say_of_obstacle(engine, arguments["executor"])
    if reports.bad or recalled_bad(engine):
        raise SystemExit(REFUSED)


def _engine(options: dict[str, Any], sources: tuple[str, ...]) -> Engine:
    from deid_core.config import layers_of
    from deid_core.engine import Engine
    from deid_core.host import PluginHost

    settings = record_settings(pseudonym_settings(_settings(options, sources), options), options)
    settings = check_settings(settings, options)
    host = PluginHost.load(settings.plugins)
    given = key_of(options)
    key = given or key_of_run(settings.record_folder)
    names = (*profile_recipes(options), *pseudonym_recipes(options), *options["recipes"])
    return Engine(host, layers_of(names, host), settings, key=key, linkable=given is not None)


def _settings(options: dict[str, Any], sources: tuple[str, ...]) -> Settings:
    settings = settings_of(options)
    return attrs.evolve(
        settings,
        output_folder=options["output"],
        overwrite=options["overwrite"] or options["overwrite_inputs"],
        overwrite_inputs=options["overwrite_inputs"],
        remove_private=not options["keep_private"],
        default=options["default"] or settings.default,
        strict=options["strict"] or settings.strict,
        durable=options["durable"] or settings.durable,
        dicomdir=wants_dicomdir(options, sources, settings),
        uid_root=options["uid_root"] or settings.uid_root,
        **naming_settings(options, settings),
    )


def _known(engine: Engine, sources: tuple[str, ...], *, archives: bool) -> Iterator[FileRef]:
    """Return the files of all sources; one that is not there stops the run before any file."""
    from deid_core.errors import NoPluginAnsweredError, SettingsError
    from deid_core.inputs import Outputs
    from deid_core.model import DiscoveryOptions

    settings = engine.batch.settings
    output = settings.output_folder.resolve()
    kept = (settings.record_folder, settings.quarantine_folder)
    found = []
    for source in sources:
        if Path(source).resolve().is_relative_to(output) and not settings.overwrite_inputs:
            raise SettingsError(
                f"{source} lies in the output folder, where nothing is read; "
                "choose another folder for --output, or see --overwrite-inputs"
            )
        try:
            found.append(engine.host.discover_files(source, DiscoveryOptions(archives=archives)))
        except NoPluginAnsweredError:
            raise SettingsError(f"{source}: no such file or folder") from None
    folders = (None if settings.overwrite_inputs else output, *kept)
    # What a run before this one has written is not read again.
    is_output = Outputs(engine.batch.mark, *(folder for folder in folders if folder is not None))
    return (ref for ref in chain.from_iterable(found) if not is_output.holds(ref))


@attrs.define
class _Reports:
    counts: Counter[Outcome] = attrs.field(factory=Counter)
    skipped: Counter[str] = attrs.field(factory=Counter)
    bad: list[FileReport] = attrs.field(factory=list)
    notes: dict[str, _Numbers] = attrs.field(factory=dict)


@attrs.define
class _Numbers:
    """How many files there are of a kind, and the numbers of the first."""

    count: int = 0
    first: list[int] = attrs.field(factory=list)

    def add(self, number: int) -> None:
        """Count a file."""
        self.count += 1
        if self.count <= MOST_NUMBERS:
            self.first.append(number)

    def __str__(self) -> str:
        first = ", ".join(map(str, self.first))
        more = ", …" if self.count > MOST_NUMBERS else ""
        return f"{self.count} {'file' if self.count == 1 else 'files'} ({first}{more})"


def _is_no_note(record: logging.LogRecord) -> bool:
    """Tell what the summary does not say anyway, once for all files."""
    return not getattr(record, "is_note", False)


def _run(
    engine: Engine, found: Iterator[FileRef], progress: RunProgress, **arguments: Any
) -> _Reports:
    from deid_core.model import Outcome

    refs, names = names_of(found, engine.batch.settings)
    reports = _Reports()
    logging.getLogger("deid_core").addFilter(_is_no_note)
    for report in engine.run(refs, names, **arguments):
        reports.counts[report.outcome] += 1
        for note in report.notes:
            # How many bytes it was differs by file; that there were some does not.
            reports.notes.setdefault(note.lstrip("0123456789 "), _Numbers()).add(report.number)
        bad = report.outcome not in (Outcome.SKIPPED, Outcome.WRITTEN)
        if report.outcome is Outcome.SKIPPED:
            reports.skipped[report.code] += 1
        elif bad:
            reports.bad.append(report)
        progress.advance(bad=bad)
    return reports


def _summarize(reports: _Reports, engine: Engine, output: Path) -> None:
    from deid_core.model import Outcome

    console = Console()
    words = {
        Outcome.WRITTEN: "de-identified",
        Outcome.EXISTS: "output exists already, not written",
        Outcome.REFUSED: "refused",
        Outcome.FAILED: "failed",
    }
    table = Table(title=f"Output in {escape(str(output))}", title_justify="left")
    table.add_column("Outcome")
    table.add_column("Files", justify="right")
    for outcome, word in words.items():
        if reports.counts[outcome] or outcome is Outcome.WRITTEN:
            table.add_row(word, str(reports.counts[outcome]))
    for code, count in sorted(reports.skipped.items()):
        table.add_row(f"{SKIPPED.get(code, escape(code))}, passed over", str(count))
    if reports.counts or not engine.recalled:
        console.print(table)
    for note, files in sorted(reports.notes.items()):
        console.print(f"{files}: {escape(note)}", soft_wrap=True)
    say_of_directory(engine.batch.settings, reports.skipped)
    if reports.bad:
        _list_bad(reports.bad)
    say_of_record(engine, reports.counts)
    if not engine.linkable and reports.counts:
        console.print(
            "The key was made for this run: its pseudonyms cannot be linked to other runs."
        )


def _list_bad(bad: list[FileReport]) -> None:
    console = Console(stderr=True)
    table = Table(title="Not written", title_justify="left")
    for column in ("File", "Reason", ""):
        table.add_column(column, overflow="fold")
    for report in bad:
        location = report.ref.location if report.ref is not None else ""
        table.add_row(escape(location), report.code, escape(report.reason))
    console.print(table)
