"""The series of a finished run: read from its outputs bit by bit, never all at once."""

from __future__ import annotations

import hashlib
import threading
from array import array
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import attrs
from pydicom import Dataset, dcmread

from deid_core_record.journal import NAME, Entry, Journal
from deid_core_record.marks import Mark

if TYPE_CHECKING:
    from _hashlib import HASH

AT_ONCE = 500
"""Files between two looks at the journal."""
MOST_WARNINGS = 20
"""Different texts of warnings of one series."""
_READ = ["Modality", "SeriesDescription", "SeriesInstanceUID"]


@attrs.define
class Series:
    """One series as it was written. ``key`` names it in the journal; ``files`` are numbers there."""

    key: str
    uid: str = attrs.field(repr=False)
    modality: str = attrs.field(repr=False)
    description: str = attrs.field(repr=False)
    files: array[int] = attrs.field(factory=lambda: array("Q"), repr=False)
    warnings: Counter[str] = attrs.field(factory=Counter, repr=False)
    _digest: HASH = attrs.field(factory=hashlib.sha256, repr=False)

    @property
    def content(self) -> str:
        """A digest of all outputs, by which a mark knows whether they are still the same."""
        return self._digest.hexdigest()

    def add(self, entry: Entry) -> None:
        """Add an output."""
        self.files.append(entry.number)
        self._digest.update(f"{entry.number} {entry.output_digest}\n".encode())
        for text in entry.warnings:
            if text in self.warnings or len(self.warnings) < MOST_WARNINGS:
                self.warnings[text] += 1

    def some(self) -> list[int]:
        """Return where in ``files`` the first, the middle and the last stand."""
        count = len(self.files)
        return sorted({0, count // 2, count - 1})


class Review:
    """What a review knows: it reads the outputs in a thread of its own, and marks are the journal's."""

    def __init__(self, output: Path, record: Path) -> None:
        self.output, self.record = output, record
        self.total = self.done = self.not_as_written = 0
        self.complete = False
        self._series: dict[str, Series] = {}
        self._stop = threading.Event()
        self._turn = threading.Lock()
        with self._journal() as journal:
            self._keyed = journal.keyed
            runs = journal.runs()
            self.broken_off = bool(runs) and not runs[-1].complete
            self.total = sum(
                n for (outcome, _), n in journal.outcomes().items() if outcome == "written"
            )

    def read(self) -> None:
        """Read the outputs; until it returns, series may lack files. Raises `SettingsError`."""
        last = 0
        while not self._stop.is_set():
            with self._journal() as journal:
                entries = journal.written_after(last, AT_ONCE)
            for entry in entries:
                self._take(entry)
            if not entries:
                self.complete = True
                return
            last = entries[-1].number

    def stop(self) -> None:
        """Let the reading end."""
        self._stop.set()

    def series(self) -> list[Series]:
        """Return the series that were read so far, in the order in which they were written."""
        return list(self._series.values())

    def find(self, key: str) -> Series | None:
        """Return the series of a key."""
        return self._series.get(key)

    def marks(self) -> dict[str, Mark]:
        """Return the mark of each series that has one. Raises `SettingsError`."""
        with self._journal() as journal:
            return journal.marks()

    def mark(self, mark: Mark) -> None:
        """Keep a mark. Raises `SettingsError`."""
        with self._journal() as journal:
            journal.mark(mark)

    def path_of(self, number: int) -> Path | None:
        """Return where an output is, if it is there as it was written. Raises `SettingsError`."""
        with self._journal() as journal:
            entry = journal.at(number)
        return None if entry is None else self._path(entry)

    def _take(self, entry: Entry) -> None:
        self.done += 1
        header = self._header(entry)
        if header is None:
            self.not_as_written += 1
            return
        uid, modality, description = (
            str(header.get(name) or "")
            for name in ("SeriesInstanceUID", "Modality", "SeriesDescription")
        )
        key = self._keyed(f"series {uid}").hex()
        if key not in self._series:
            self._series[key] = Series(key, uid, modality, description)
        self._series[key].add(entry)

    def _header(self, entry: Entry) -> Dataset | None:
        path = self._path(entry)
        if path is None:
            return None
        try:
            return dcmread(path, stop_before_pixels=True, specific_tags=_READ)
        except Exception:  # noqa: BLE001 - it is not as it was written; pydicom raises many kinds
            return None

    def _path(self, entry: Entry) -> Path | None:
        if entry.output is None or ".." in PurePath(entry.output).parts:
            return None
        path = self.output / entry.output
        try:
            is_there = path.is_file() and path.stat().st_size == entry.output_size
        except OSError:
            return None
        return path if is_there else None

    @contextmanager
    def _journal(self) -> Iterator[Journal]:
        """Open the journal for a moment, so that a run can have it in between."""
        with self._turn:
            journal = Journal.open(self.record)
            try:
                yield journal
            finally:
                journal.close()


def has_journal(record: Path) -> bool:
    """Tell whether a folder is the record of a run."""
    return (record / NAME).is_file()
