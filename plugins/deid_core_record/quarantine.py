"""What was not written: a list of reasons, and if asked for the files themselves."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from contextlib import suppress
from pathlib import Path

import attrs

from deid_core import FileRef, FileReport, Settings
from deid_core_record.folder import made, opened

LIST = "quarantine.jsonl"
"""In the record: number, outcome, reason code and reason; no name of a file."""
INDEX = "index.csv"
"""In the folder with the files: the same, and where each file is."""


@attrs.frozen
class Quarantine:
    """Takes what was not written. ``folder`` is where copies go, None for none."""

    record: Path
    folder: Path | None

    @classmethod
    def of(cls, settings: Settings) -> Quarantine:
        """Return the quarantine of a run. Raises `SettingsError` if its folder cannot be used."""
        assert settings.record_folder is not None  # noqa: S101 - there is a record
        folder = settings.quarantine_folder
        return cls(settings.record_folder, None if folder is None else made(folder))

    def take(self, number: int, report: FileReport) -> None:
        """Enter a file, and copy it. That it cannot be copied does not end the run."""
        row = {
            "file": number,
            "outcome": report.outcome.value,
            "code": report.code,
            "reason": report.reason,
        }
        _append(self.record / LIST, json.dumps(row) + "\n")
        if self.folder is None or report.ref is None:
            return
        name = f"{number:06}-{report.code}.dcm"
        copied = _copy(report.ref, self.folder / name)
        line = io.StringIO()
        row |= {"copy": name if copied else "", "location": report.ref.location}
        csv.writer(line).writerow(row.values())
        index = self.folder / INDEX
        if not index.exists():
            _append(index, ",".join(row) + "\n")
        _append(index, line.getvalue())


def _append(path: Path, text: str) -> None:
    with open(opened(path, append=True), "a", encoding="utf-8", errors="surrogateescape") as stream:  # noqa: PTH123 - a descriptor
        stream.write(text)


def _copy(ref: FileRef, target: Path) -> bool:
    """Copy a file for its owner alone; tell whether that went well."""
    temporary = target.with_name(f".{target.name}.tmp")
    try:
        if ref.opener is None and (ref.path is None or not ref.path.is_file()):
            return False
        with ref.open() as source, os.fdopen(opened(temporary), "wb") as copy:
            shutil.copyfileobj(source, copy)
        temporary.replace(target)
    except Exception:  # noqa: BLE001 - it was refused already; whatever its opener raises
        with suppress(OSError):
            temporary.unlink()
        return False
    return True
