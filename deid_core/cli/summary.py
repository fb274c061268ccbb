"""What a run has done, for people and as JSON."""

from __future__ import annotations

import logging
import re
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deid_core.cli.fileset import say_of_directory
from deid_core.cli.record import recalled_bad, say_of_record

if TYPE_CHECKING:
    from deid_core.engine import Engine
    from deid_core.model import FileReport, Outcome

MOST_NUMBERS = 5
MOST_OF_A_REASON = 10
"""How many files that were refused for one reason are listed unless all are asked for."""
SKIPPED = {
    "archive-link": "links and devices in archives",
    "archive-nested": "archives within archives",
    "dicomdir": "directory of files (DICOMDIR)",
    "not-dicom": "not DICOM",
}
"""What is passed over, in words, by the code of its `SkippedError`."""

NEW_KEY = "The key was made for this run: its pseudonyms cannot be linked to other runs."


@attrs.define
class Numbers:
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


@attrs.define
class Reports:
    """What became of the files, counted. ``actions`` is for a run that only tries."""

    counts: Counter[Outcome] = attrs.field(factory=Counter)
    skipped: Counter[str] = attrs.field(factory=Counter)
    bad: list[FileReport] = attrs.field(factory=list)
    notes: dict[str, Numbers] = attrs.field(factory=dict)
    actions: Counter[str] = attrs.field(factory=Counter)
    warnings: Counter[str] = attrs.field(factory=Counter)

    def add(self, report: FileReport) -> bool:
        """Count a file, and tell whether it was refused or failed."""
        from deid_core.model import Outcome

        self.counts[report.outcome] += 1
        for note in report.notes:
            # How many bytes it was differs by file; that there were some does not.
            self.notes.setdefault(note.lstrip("0123456789 "), Numbers()).add(report.number)
        if report.outcome is Outcome.SKIPPED:
            self.skipped[report.code] += 1
        bad = report.outcome not in (Outcome.SKIPPED, Outcome.WRITTEN)
        if bad:
            self.bad.append(report)
        return bad

    @property
    def advice(self) -> str:
        """What to say of a run that had nothing to do; empty if it had."""
        if not self.counts:
            return "No files were found: look whether the path is right."
        if sum(self.counts.values()) == sum(self.skipped.values()):
            return "Nothing was de-identified: none of the files is a DICOM image or object."
        return ""


@contextmanager
def warnings_counted(reports: Reports) -> Iterator[None]:
    """Leave out of the log what the summary says, and say what is repeated once, with a count."""

    def wanted(record: logging.LogRecord) -> bool:
        if getattr(record, "is_note", False):
            return False
        if record.name != "deid_core" or record.levelno < logging.WARNING:
            return True
        text = record.getMessage()
        reports.warnings[text] += 1
        return reports.warnings[text] == 1

    handlers = logging.getLogger().handlers
    for handler in handlers:
        handler.addFilter(wanted)
    try:
        yield
    finally:
        for handler in handlers:
            handler.removeFilter(wanted)


def summarize(reports: Reports, engine: Engine, output: Path, *, dry: bool, every: bool) -> None:
    """Print it.

    ``every`` lists every file that was refused, by its name, which may hold a patient's; without, names
    are for a terminal alone, and of many files with one reason the first are listed.
    """
    console = Console(highlight=False)
    if reports.counts or not engine.recalled:
        console.print(_counts(reports, output, dry=dry))
        console.print(reports.advice, style="yellow", end="\n" if reports.advice else "")
    for line in _remarks(reports):
        console.print(escape(line), soft_wrap=True)
    if dry:
        _print_actions(reports.actions, console)
    else:
        say_of_directory(engine.batch.settings, reports.skipped)
    if reports.bad:
        record = None if dry else engine.batch.settings.record_folder
        _list_bad(reports.bad, record, dry=dry, every=every)
    if dry:
        console.print("To do it: the same command without --dry-run.")
        return
    say_of_record(engine, reports.counts)
    if not engine.linkable and reports.counts:
        console.print(NEW_KEY)


def _counts(reports: Reports, output: Path, *, dry: bool) -> Table:
    from deid_core.model import Outcome

    words = {
        Outcome.WRITTEN: ("would be de-identified" if dry else "de-identified", "green"),
        Outcome.EXISTS: ("output exists already, not written", "yellow"),
        Outcome.REFUSED: ("refused", "red"),
        Outcome.FAILED: ("failed", "red"),
    }
    where = escape(str(output))
    title = f"Dry run: nothing is written to {where}" if dry else f"Output in {where}"
    table = Table(title=title, title_justify="left")
    table.add_column("Outcome")
    table.add_column("Files", justify="right")
    for outcome, (word, style) in words.items():
        if reports.counts[outcome] or outcome is Outcome.WRITTEN:
            table.add_row(word, str(reports.counts[outcome]), style=style)
    for code, count in sorted(reports.skipped.items()):
        table.add_row(
            f"{SKIPPED.get(code, escape(code))}, passed over", str(count), style="bright_black"
        )
    return table


def _remarks(reports: Reports) -> Iterator[str]:
    for note, files in sorted(reports.notes.items()):
        yield f"{files}: {note}"
    for text, count in reports.warnings.items():
        if count > 1:
            yield f"{count} times: {text}"


def _print_actions(actions: Counter[str], console: Console) -> None:
    if not actions:
        return
    table = Table(title="What would be done", title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("Attribute", overflow="fold")
    table.add_column("Action")
    table.add_column("Times", justify="right")
    private: Counter[str] = Counter()
    times: Counter[str] = Counter()
    for attribute, action, count in sorted(_by_attribute(actions)):
        if _is_private(attribute):
            private[action] += 1
            times[action] += count
        else:
            table.add_row(escape(attribute), escape(action), str(count))
    for action, different in sorted(private.items()):
        table.add_row(f"{different} private attributes", escape(action), str(times[action]))
    console.print(table)


def _is_private(attribute: str) -> bool:
    """Tell whether an attribute that is called by its tag is private (PS3.5 7.8)."""
    return re.match(r"\([0-9A-F]{3}[13579BDF],", attribute) is not None


def _by_attribute(actions: Counter[str]) -> Iterator[tuple[str, str, int]]:
    for name, count in actions.items():
        action, _, attribute = name.rpartition(" ")
        yield attribute, action, count


def _list_bad(bad: list[FileReport], record: Path | None, *, dry: bool, every: bool) -> None:
    named = every or sys.stderr.isatty()
    console = Console(stderr=True, highlight=False)
    title = "Would not be written" if dry else "Not written"
    table = Table(title=title, title_justify="left")
    for column in ("File", "Reason", ""):
        table.add_column(column, overflow="fold")
    seen: Counter[tuple[str, str]] = Counter()
    for report in bad:
        seen[report.code, report.reason] += 1
        if every or seen[report.code, report.reason] <= MOST_OF_A_REASON:
            called = _location(report) if named else str(report.number)
            table.add_row(escape(called), report.code, escape(report.reason))
    for (code, reason), count in seen.items():
        if not every and count > MOST_OF_A_REASON:
            more = f"and {count - MOST_OF_A_REASON} more"
            table.add_row(more, code, escape(reason))
    console.print(table)
    if not named:
        console.print("Names of files may hold a patient's: --show-files shows them.")
    if record is not None:
        where = escape(str(record / "report.html"))
        console.print(f"What to do about each reason is in {where}.", soft_wrap=True)


def _location(report: FileReport) -> str:
    return report.ref.location if report.ref is not None else ""


def as_json(
    reports: Reports, engine: Engine, output: Path, *, dry: bool, named: bool
) -> dict[str, Any]:
    """Return it as values that JSON has; ``named`` as for `summarize`."""
    record = engine.batch.settings.record_folder
    return {
        "command": "run",
        "dry_run": dry,
        "output": str(output),
        "counts": {outcome.value: count for outcome, count in reports.counts.items()},
        "earlier": {outcome.value: count for outcome, count in engine.recalled.items()},
        "not_written_earlier": recalled_bad(engine),
        "skipped": dict(reports.skipped),
        "not_written": [
            {
                **({"location": _location(report)} if named else {}),
                "file": report.number,
                "outcome": report.outcome.value,
                "code": report.code,
                "reason": report.reason,
            }
            for report in reports.bad
        ],
        "notes": {note: numbers.count for note, numbers in reports.notes.items()},
        "warnings": dict(reports.warnings),
        "actions": [
            {"attribute": attribute, "action": action, "times": count}
            for attribute, action, count in sorted(_by_attribute(reports.actions))
        ],
        "linkable": engine.linkable,
        "record": None if record is None else str(record),
    }
