"""Write the report of a run: report.json, and report.html for people."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from deid_core_record.journal import Entry
from deid_core_record.page import page_of
from deid_core_record.pictures import Pair
from deid_core_record.report_files import FILES, REPORTS, Writer, written

MOST_ROWS = 1000
"""Files in the table of the page; the others are in the JSON."""
MOST_WARNINGS = 1000
"""Different texts of warnings; what is beyond counts as one."""
MORE = "other warnings"

_BYTES = re.compile(r"^\d+ (?=bytes? )|(?<=\bfile )\d+")


@attrs.define
class Sample:
    """What the page shows of the files: those that were not written first, and counts of warnings."""

    bad: list[Entry] = attrs.field(factory=list)
    good: list[Entry] = attrs.field(factory=list)
    warnings: Counter[str] = attrs.field(factory=Counter)
    firsts: dict[tuple[str, str], list[int]] = attrs.field(factory=dict)

    def add(self, entry: Entry) -> None:
        """Take note of a file."""
        rows = self.good if entry.outcome == "written" else self.bad
        if len(rows) < MOST_ROWS:
            rows.append(entry)
        if entry.code:
            numbers = self.firsts.setdefault((entry.outcome, entry.code), [])
            if len(numbers) < 5:  # noqa: PLR2004 - enough to go and look
                numbers.append(entry.number)
        for warning in entry.warnings:
            # Whose warning it is and how many bytes it was differs by file; that there is one does not.
            text = _BYTES.sub("", warning)
            known = text in self.warnings or len(self.warnings) < MOST_WARNINGS
            self.warnings[text if known else MORE] += 1

    def rows(self) -> list[Entry]:
        """Return the files for the table, in their order."""
        chosen = (*self.bad, *self.good)[:MOST_ROWS]
        return sorted(chosen, key=lambda entry: entry.number)


def write_report(
    folder: Path,
    facts: Mapping[str, Any],
    entries: Iterable[Entry],
    pictures: Sequence[Pair] | None = None,
) -> dict[str, str]:
    """Write both files into a record; return their digests by name. Raises ``OSError``."""
    digests: dict[str, str] = {}
    with written(folder / REPORTS[0], digests) as writer:
        sample = _write_json(writer, facts, entries)
    with written(folder / REPORTS[1], digests) as writer:
        for piece in page_of(facts, sample.rows(), sample.warnings, sample.firsts, pictures):
            writer.write(piece)
    return digests


def _write_json(writer: Writer, facts: Mapping[str, Any], entries: Iterable[Entry]) -> Sample:
    """Write the facts, each in a line of its own, and then each file in one."""
    sample, with_names = Sample(), bool(facts["names_of_outputs"])
    start = "{"
    for name, value in facts.items():
        writer.write(f'{start}"{name}": {json.dumps(value)},\n')
        start = ""
    writer.write(f"{FILES}\n")
    end = ""
    for entry in entries:
        sample.add(entry)
        writer.write(f"{end}{json.dumps(_file(entry, with_names=with_names))}")
        end = ",\n"
    warnings = [{"text": text, "count": n} for text, n in sorted(sample.warnings.items())]
    writer.write(f"{end and chr(10)}],\n" + f'"warnings": {json.dumps(warnings)}}}\n')
    return sample


def _file(entry: Entry, *, with_names: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"number": entry.number, "run": entry.run, "outcome": entry.outcome}
    found["input"] = entry.input_digest
    if entry.code:
        found |= {"code": entry.code, "reason": entry.reason}
    if entry.outcome == "written":
        found["output"] = entry.output_digest
        if with_names and entry.output is not None:
            found["name"] = entry.output.replace("\\", "/")
    if entry.warnings:
        found["warnings"] = list(entry.warnings)
    return found
