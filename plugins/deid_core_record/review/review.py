"""What a review knows of a finished run: read from its outputs bit by bit, never all at once."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deid_core import DeidError, FileRef, SettingsError
from deid_core.pages.thumbnails import Picture, thumbnail_of
from deid_core_record.inputs import before_of
from deid_core_record.journal import NAME, Journal
from deid_core_record.log import Log, takes_key
from deid_core_record.marks import Mark
from deid_core_record.review.inputs import Inputs
from deid_core_record.review.outputs import Output, in_archive, in_folder
from deid_core_record.review.series import Series
from deid_core_record.written import GONE, output_of


class Review:
    """What a review knows: it reads the outputs in a thread of its own, and marks are the journal's.

    ``members`` are those of ``output``, if that is an archive. ``inputs`` are there to be looked at.
    ``log_key`` is what the log of the record was chained with. Raises `SettingsError`.
    """

    def __init__(
        self,
        output: Path,
        record: Path,
        *,
        members: Iterable[FileRef] | None = None,
        inputs: Inputs | None = None,
        log_key: bytes | None = None,
    ) -> None:
        self.output, self.record, self.inputs = output, record, inputs
        self.total = self.done = self.not_as_written = self.not_of_the_run = 0
        self.complete = False
        self.trouble = ""
        self.last_hash = ""
        self.takes_marks = takes_key(record, log_key)
        self._members, self._log_key = members, log_key
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
        try:
            for output in self._outputs():
                if self._stop.is_set():
                    return
                self._take(output)
            self.not_as_written += self.total - self.done
            self.complete = True
            if self.inputs is not None:
                self.inputs.look_for(self._places(), self._keyed, self._stop.is_set)
        except Exception as error:  # noqa: BLE001 - of whatever plugin has found the files
            # What is not made to be told could quote a name.
            why = str(error) if isinstance(error, DeidError) else type(error).__name__
            self.trouble = f"{'inputs' if self.complete else 'outputs'} cannot all be read: {why}"
            raise SettingsError(self.trouble) from None

    def _outputs(self) -> Iterator[Output]:
        if self._members is None:
            return in_folder(self.output, self._journal)
        return in_archive(self._members, self._journal, self._stop.is_set)

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
        """Keep a mark, in the log and in the journal. Raises `SettingsError`.

        No run is at work meanwhile: it would have the journal, and so the log.
        """
        with self._journal() as journal:
            try:
                log = Log.open(self.record, self._log_key)
                try:
                    log.marked(mark)
                finally:
                    log.close()
                journal.mark(mark)
            except (OSError, sqlite3.Error) as error:
                why = getattr(error, "strerror", None) or str(error)
                raise SettingsError(f"the mark cannot be kept ({why}); make room first") from None
            self.last_hash = log.last

    def output_at(self, series: Series, at: int) -> FileRef | None:
        """Return an output by its place in a series, if it is there as it was written.

        Raises `SettingsError`.
        """
        if self._members is not None:
            return series.members().get(at)
        with self._journal() as journal:
            entry = journal.at(series.files[at])
        return None if entry is None else output_of(self.output, entry)

    def after(self, series: Series, at: int, size: int) -> Picture:
        """Return the picture of an output. Raises `SettingsError`."""
        ref = self.output_at(series, at)
        return Picture(why=GONE) if ref is None else thumbnail_of(ref, size)

    def before(self, series: Series, at: int, size: int) -> Picture:
        """Return the picture of the input of an output, where inputs were given. Raises `SettingsError`."""
        assert self.inputs is not None  # noqa: S101 - those who call have looked
        number = series.files[at]
        ref = self.inputs.find(number)
        with self._journal() as journal:
            entry = journal.at(number)
        if ref is None or entry is None:
            return Picture(why=self.inputs.missing)
        return before_of(ref, entry, self._keyed, size)

    def _places(self) -> dict[bytes, int]:
        """Return the numbers of the files that can be shown, by the places of their inputs."""
        numbers = [series.files[at] for series in self.series() for at in series.some()]
        places: dict[bytes, int] = {}
        with self._journal() as journal:
            for number in numbers:
                entry = journal.at(number)
                if entry is not None and entry.place is not None:
                    places[entry.place] = number
        return places

    def _take(self, output: Output) -> None:
        if output.entry is None:
            self.not_of_the_run += 1
            return
        self.done += 1
        if output.header is None:
            self.not_as_written += 1
            return
        uid, modality, description = (
            str(output.header.get(name) or "")
            for name in ("SeriesInstanceUID", "Modality", "SeriesDescription")
        )
        key = self._keyed(f"series {uid}").hex()
        if key not in self._series:
            self._series[key] = Series(key, uid, modality, description)
        self._series[key].add(output.entry, output.member)

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
