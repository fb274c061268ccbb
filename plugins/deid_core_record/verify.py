"""Check a log line by line, and against the report of its record."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

from deid_core import SettingsError
from deid_core.keys import fingerprint
from deid_core_record.chain import (
    KEYED,
    MOST_OF_A_LINE,
    START,
    Line,
    parse,
    seal_of,
)
from deid_core_record.journal import NAME as JOURNAL
from deid_core_record.log import ENDED, MARKED, WITHDRAWN
from deid_core_record.marks import marks_in
from deid_core_record.report_files import REPORTS, digest_of_file, read_head

_SEQ = re.compile(rb'\{"seq":([0-9]{1,19}),')


@attrs.frozen
class Misfit:
    """The first thing that does not fit: the number of its line, 0 for none; what kind; in words."""

    line: int
    kind: str
    text: str


@attrs.define
class Checked:
    """What was found in a log: how many lines, runs and files it tells of, and how it ends."""

    lines: int = 0
    runs: int = 0
    broken_off: int = 0
    files: int = 0
    last: str = START
    keyed: bool = False
    misfit: Misfit | None = None
    noted: str = ""
    """The hash of the line that the report names."""
    end: dict[str, Any] | None = None
    """The last event but for marks, if a run ended by it."""
    marked: int = 0
    marks: dict[str, tuple[str, str]] = attrs.field(factory=dict)
    """The last mark of each series, and of what outputs."""


def check_log(log: Path, key: bytes | None, expected: str = "") -> Checked:
    """Check a log and, where they are beside it, the reports of its last run.

    ``expected`` is the hash of the last line, as it was noted elsewhere; empty if it was not.
    Raises `SettingsError` where nothing can be said: no log, or the key is missing.
    """
    report = log.parent / REPORTS[0]
    head = read_head(report)
    named = head.get("log") if head is not None else None
    at = named.get("lines") if isinstance(named, dict) else None
    found = Checked()
    try:
        with log.open("rb") as stream:
            lines = iter(lambda: stream.readline(MOST_OF_A_LINE), b"")
            found.misfit = _first_misfit(lines, key, at, found)
    except OSError as error:
        raise SettingsError(f"{log}: cannot be read ({error.strerror})") from None
    if found.misfit is None:
        found.misfit = _about_the_end(found, log.parent, named, expected)
    return found


def _first_misfit(
    lines: Iterator[bytes], key: bytes | None, at: object, found: Checked
) -> Misfit | None:
    seal = seal_of(key)
    for number, raw in enumerate(lines, 1):
        line = parse(raw)
        if number == 1:
            misfit = _about_the_key(line, key, found)
            if misfit is not None:
                return misfit
        if line is None:
            return _shapeless(raw, number)
        if not hmac.compare_digest(seal(line.body), line.hash):
            return Misfit(number, "changed", "its hash is not that of what it says")
        if line.seq != number or line.prev != found.last:
            return _out_of_place(line, number, lines)
        found.lines, found.last = number, line.hash
        if number == at:
            found.noted = line.hash
        _note(line, found)
    return None


def _about_the_key(line: Line | None, key: bytes | None, found: Checked) -> Misfit | None:
    """Compare what the first line says of the key. Raises `SettingsError` if there must be one."""
    about = line.event() if line is not None else {}
    found.keyed = about.get("chain") == KEYED
    if found.keyed and key is None:
        raise SettingsError("the log was chained with a key: give it by --log-key-file")
    if line is None or line.seq != 1:
        return None
    if key is not None and not found.keyed:
        return Misfit(1, "no-key", "it was chained without a key, so anybody may have written it")
    if key is not None and about.get("log_key") != fingerprint(key):
        return Misfit(1, "another-key", "the log was chained with another key than this one")
    return None


def _shapeless(raw: bytes, number: int) -> Misfit:
    if not raw.endswith(b"\n"):
        return Misfit(
            number, "torn", "it is cut off in the middle, as by a process that was killed"
        )
    return Misfit(number, "changed", "it has not the form of a line")


def _out_of_place(line: Line, number: int, rest: Iterator[bytes]) -> Misfit:
    """Say how a line that is whole does not follow the one before."""
    if line.seq > number:
        for later in rest:
            found = _SEQ.match(later)
            if found is not None and int(found[1]) == number:
                return Misfit(number, "reordered", f"line {number} comes later, after {line.seq}")
        before = number if line.seq == number + 1 else f"{number} to {line.seq - 1}"
        return Misfit(number, "removed", f"what was line {before} is not there")
    if line.seq < number:
        return Misfit(
            number, "inserted", f"a line {line.seq} stands here a second time, or too late"
        )
    return Misfit(
        number, "removed", "it does not follow the line before: one of them was put there"
    )


def _note(line: Line, found: Checked) -> None:
    """Count what a line tells of."""
    event = line.event()
    kind = event.get("event")
    if kind == MARKED:
        found.marked += 1
        found.marks[str(event.get("series"))] = str(event.get("mark")), str(event.get("content"))
        return
    found.end = event if kind == ENDED else None
    if kind == "file":
        found.files += 1
    elif kind == "run-started":
        found.runs += 1
    elif kind == "recovered":
        found.broken_off += 1


def _about_the_end(found: Checked, folder: Path, named: object, expected: str) -> Misfit | None:
    """Compare where the log ends with what the report, and whoever noted its end, know of it."""
    number = found.lines
    if not number:
        return Misfit(0, "cut-off", "the log is empty")
    misfit = _about_the_report(found, named)
    if misfit is not None:
        return misfit
    if expected and not hmac.compare_digest(expected.encode(), found.last.encode()):
        return Misfit(number, "cut-off", "it is not the last line that was noted elsewhere")
    if found.end is None:
        text = "the last run has no end: it is at work, it was killed, or lines are gone"
        return Misfit(number, "no-end", text)
    digests = found.end.get("reports")
    for name, digest in digests.items() if isinstance(digests, dict) else ():
        if name in REPORTS and digest_of_file(folder / name) != digest:
            text = f"{name} is not as the run has written it, or not beside the log"
            return Misfit(number, "report", text)
    return _about_the_marks(found, folder)


def _about_the_marks(found: Checked, folder: Path) -> Misfit | None:
    """Compare the marks of the journal with those of the log, where the journal is there."""
    kept = marks_in(folder / JOURNAL)
    if kept is None:
        return None
    logged = {series: mark for series, mark in found.marks.items() if mark[0] != WITHDRAWN}
    if {series: (mark.mark, mark.content) for series, mark in kept.items()} == logged:
        return None
    return Misfit(found.lines, "marks", "the marks in the journal are not those in the log")


def _about_the_report(found: Checked, named: object) -> Misfit | None:
    """Compare the log with the line that the report names as the last before it was made."""
    at = named.get("lines") if isinstance(named, dict) else None
    if not isinstance(named, dict) or not isinstance(at, int):
        return None
    if at >= found.lines:
        text = f"the report was made after line {at}, and its run ended later: lines are gone"
        return Misfit(found.lines, "cut-off", text)
    if found.noted != named.get("hash"):
        text = "it is not the line that the report names: log or report is not of this run"
        return Misfit(at, "changed", text)
    return None
