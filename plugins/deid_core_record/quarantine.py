"""What was not written: a list of reasons, and if asked for the files themselves."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import attrs

from deid_core import FileRef, FileReport, Outcome, Settings, SettingsError
from deid_core_record.folder import made, opened, replaced
from deid_core_record.journal import Entry

BAD = frozenset({Outcome.REFUSED.value, Outcome.FAILED.value, Outcome.EXISTS.value})
"""Outcomes of what was not written and should have been."""

LIST = "quarantine.jsonl"
"""In the record: number, outcome, reason code and reason; no name of a file."""
INDEX = "index.csv"
"""In the folder with the files: number, reason code, copy, and where each file is."""
COLUMNS = ("file", "code", "copy", "location")
OWNER = ".record"
"""In the folder with the files: which record they are numbered by."""
TAKEN = (
    "{folder}: holds files that are not of this run; copies are numbered, and would replace each "
    "other. Name another folder with --quarantine for each output"
)


@attrs.frozen
class Quarantine:
    """Takes what was not written. ``folder`` is where copies go, None for none."""

    record: Path
    folder: Path | None

    @classmethod
    def of(cls, settings: Settings, owner: str) -> Quarantine:
        """Return the quarantine of a run. Raises `SettingsError` if its folder cannot be used.

        ``owner`` tells the record of the run from all others.
        """
        assert settings.record_folder is not None  # noqa: S101 - there is a record
        folder = settings.quarantine_folder
        return cls(settings.record_folder, None if folder is None else _owned(folder, owner))

    def take(self, number: int, report: FileReport) -> None:
        """Copy a file. That it cannot be copied does not end the run."""
        if self.folder is None or report.ref is None:
            return
        name = f"{number:06}.dcm"
        copied = _copy(report.ref, self.folder / name)
        row = (number, report.code, name if copied else "", report.ref.location)
        index = self.folder / INDEX
        text = ("" if index.exists() else _line(COLUMNS)) + _line(row)
        with open(opened(index, append=True), "ab") as stream:  # noqa: PTH123 - a descriptor
            stream.write(_encoded(text))

    def settle(self, entries: Iterable[Entry], find: Callable[[int], Entry | None]) -> None:
        """Write the list anew, when a run ends, and let go of copies of what was written since.

        ``entries`` are all inputs; ``find`` returns one by its number.
        """
        with replaced(self.record / LIST) as stream:
            for entry in entries:
                if entry.outcome in BAD:
                    stream.write(_encoded(_listed(entry)))
        if self.folder is not None and (self.folder / INDEX).exists():
            self._tidy(self.folder, find)

    def _tidy(self, folder: Path, find: Callable[[int], Entry | None]) -> None:
        text = (folder / INDEX).read_text(encoding="utf-8", errors="surrogateescape")
        rows = {row["file"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}
        with replaced(folder / INDEX) as stream:
            stream.write(_encoded(_line(COLUMNS)))
            for number, row in rows.items():
                entry = find(int(number))
                if entry is not None and entry.outcome in BAD:
                    stream.write(_encoded(_line(row[name] for name in COLUMNS)))
                else:
                    (folder / f"{int(number):06}.dcm").unlink(missing_ok=True)


def _owned(folder: Path, owner: str) -> Path:
    """Return a folder with nothing but what one record has put there."""
    mark = made(folder) / OWNER
    try:
        if not any(folder.iterdir()):
            with replaced(mark) as stream:
                stream.write(owner.encode())
        elif not mark.is_file() or mark.read_bytes() != owner.encode():
            raise SettingsError(TAKEN.format(folder=folder))
    except OSError as error:
        raise SettingsError(
            f"{folder}: cannot be used ({error.strerror}); name another folder with --quarantine"
        ) from None
    return folder


def _listed(entry: Entry) -> str:
    row = {
        "file": entry.number,
        "outcome": entry.outcome,
        "code": entry.code,
        "reason": entry.reason,
    }
    return json.dumps(row) + "\n"


def _line(values: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(values)
    return line.getvalue()


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _copy(ref: FileRef, target: Path) -> bool:
    """Copy a file for its owner alone; tell whether that went well."""
    try:
        if ref.opener is None and (ref.path is None or not ref.path.is_file()):
            return False
        with ref.open() as source, replaced(target) as copy:
            shutil.copyfileobj(source, copy)
    except Exception:  # noqa: BLE001 - it was refused already; whatever its opener raises
        return False
    return True
