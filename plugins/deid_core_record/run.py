"""The record of one run: what it goes on from, and what it adds."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath

import attrs

from deid_core import (
    Batch,
    FileRef,
    FileReport,
    Outcome,
    RecordError,
    RunReport,
    Settings,
    SettingsError,
)
from deid_core.digests import digest_of
from deid_core.execution.leftovers import remove_leftovers
from deid_core.keys import refuse_same
from deid_core_record.facts import facts_of, versions
from deid_core_record.fingerprints import fingerprints
from deid_core_record.folder import made
from deid_core_record.inputs import content_of, place_of
from deid_core_record.journal import Entry, Journal
from deid_core_record.log import Log
from deid_core_record.log_key import log_key
from deid_core_record.names import Names
from deid_core_record.pictures import Pictures, refuse_impossible
from deid_core_record.quarantine import BAD, Quarantine
from deid_core_record.report import write_report

CHANGED = (
    "{what} changed since an earlier run wrote to {folder}. To go on with that run, give it what it had; "
    "to begin anew, give another --output, or --overwrite to do all files again"
)
KEY_IS_GONE = (
    "an earlier run into {folder} is complete, and its key, made for it alone, is gone: a file that is "
    "new or changed, or whose output is gone, would get pseudonyms of another key. Give another --output, "
    "or --overwrite to do all files again; with --key-file of yours runs can be added to"
)

_RECORDS: weakref.WeakKeyDictionary[Batch, Record] = weakref.WeakKeyDictionary()


def begin(batch: Batch) -> Record:
    """Open the record of a run. Raises `SettingsError` where it cannot go on from what is there."""
    refuse_impossible(batch.settings.thumbnails)
    folder = batch.settings.record_folder
    assert folder is not None  # noqa: S101 - those who call have looked
    journal = Journal.open(made(folder))
    try:
        with _kept():
            record = _begun(batch, journal)
    except BaseException:
        with suppress(sqlite3.Error):
            journal.close()
        raise
    _RECORDS[batch] = record
    return record


def record_of(batch: Batch) -> Record:
    """Return the record of a run that has begun."""
    return _RECORDS[batch]


def end(batch: Batch, report: RunReport) -> None:
    """Close the record of a run, if it has begun."""
    record = _RECORDS.pop(batch, None)
    if record is not None:
        record.end(batch, report)


def _begun(batch: Batch, journal: Journal) -> Record:
    settings = batch.settings
    now = fingerprints(batch)
    runs = journal.runs()
    for run in runs:
        if run.ended is None:
            # Nobody else has the journal, so whoever wrote under this mark is gone.
            remove_leftovers(settings.output_folder, run.mark)
    if settings.overwrite or not _holds_anything(settings.output_folder):
        journal.forget_files()
    sealed = False
    if runs and not journal.is_empty():
        changed = [name for name, value in now.items() if journal.meta(name) != value]
        sealed = changed == ["key"] and _is_sealed(journal, batch)
        if changed and not sealed:
            what = " and ".join(f"the {name}" for name in changed)
            raise SettingsError(CHANGED.format(what=what, folder=settings.output_folder))
    if not sealed:
        journal.remember({**now, "sealed": str(False)})
    key = log_key(settings.log_key_file)
    refuse_same(batch.key, key)
    quarantine = Quarantine.of(settings, owner=journal.keyed("quarantine").hex())
    log = Log.open(quarantine.record, key)
    with _kept():
        number = journal.begin_run(batch.mark, about=now)
        log.add("run-started", run=number, versions=versions(), fingerprints=now)
        log.flush()
    names = Names.of(batch.recipes, settings, journal)
    found = _archive(settings.output_folder)
    archive = found is not None and journal.meta("archive") == found
    pictures = Pictures(settings)
    return Record(settings, journal, number, quarantine, sealed, archive, names, log, pictures)


def _is_sealed(journal: Journal, batch: Batch) -> bool:
    """Tell whether what is there was done with a key that nobody has any more."""
    return journal.meta("sealed") == str(True) and not batch.linkable


def _holds_anything(folder: Path) -> bool:
    """Tell whether there is any output; what is no folder belongs to a plugin, which knows."""
    try:
        with os.scandir(folder) as entries:
            return any(True for _ in entries)
    except FileNotFoundError:
        return False
    except OSError:
        return True


@attrs.frozen(eq=False)
class Record:
    """What one run keeps. With ``sealed``, there is no file that it may do.

    ``archive`` says that the output is an archive, which is as the run before has left it.
    """

    settings: Settings
    journal: Journal = attrs.field(repr=False)
    number: int
    quarantine: Quarantine
    sealed: bool
    archive: bool
    names: Names = attrs.field(repr=False)
    log: Log = attrs.field(repr=False)
    pictures: Pictures = attrs.field(repr=False)
    started: int = attrs.field(factory=time.time_ns, init=False)

    def recall(self, ref: FileRef) -> FileReport | None:
        """Return what became of a file, if it need not be done. Raises `SettingsError`."""
        report = self._recalled(ref)
        if report is None and self.sealed:
            raise SettingsError(KEY_IS_GONE.format(folder=self.settings.output_folder))
        return report

    def _recalled(self, ref: FileRef) -> FileReport | None:
        place = place_of(ref, self.journal.keyed)
        entry = self.journal.find(place) if place is not None else None
        if entry is None or (self.settings.retry and entry.outcome in BAD):
            return None
        if not self._is_unchanged(ref, entry):
            return None
        output = None
        if entry.outcome == Outcome.WRITTEN.value:
            output = self._output(entry)
            if output is None:
                return None
        report = FileReport(
            entry.number, Outcome(entry.outcome), entry.code, entry.reason, output=output
        )
        self.pictures.note(entry.number, ref, report)
        return report

    def _is_unchanged(self, ref: FileRef, entry: Entry) -> bool:
        size, modified = _state(ref)
        if size >= 0 and (size, modified) == (entry.size, entry.modified):
            return True
        digest = digest_of(ref)
        if not digest or content_of(digest, self.journal.keyed) != entry.input_digest:
            return False
        self.journal.touch(entry, size, modified)
        return True

    def _output(self, entry: Entry) -> str | None:
        """Return where an output is; None if it is not there as it was written."""
        if entry.output is None:
            return str(self.settings.output_folder) if self.archive else None
        path = os.path.join(self.settings.output_folder, entry.output)  # noqa: PTH118 - millions of them
        try:
            status = os.lstat(path)
        except OSError:
            return None
        is_there = stat.S_ISREG(status.st_mode) and status.st_size == entry.output_size
        return path if is_there else None

    def keep(self, report: FileReport) -> None:
        """Enter what became of a file."""
        ref = report.ref
        place = place_of(ref, self.journal.keyed) if ref is not None else None
        size, modified = _state(ref) if ref is not None else (-1, -1)
        if modified >= self.started:
            # It may have changed since it was read.
            size = modified = -1
        output, output_size = None, 0
        if report.outcome is Outcome.WRITTEN and report.output is not None:
            output, output_size = self._written(report.output)
        entry = Entry(
            place,
            size,
            modified,
            content_of(report.input_digest, self.journal.keyed),
            report.outcome.value,
            report.code,
            report.reason,
            output,
            output_size,
            report.output_digest,
            self.names.without(report),
            self.number,
        )
        rules = {self.names.of_rule(rule): count for rule, count in report.rules.items()}
        with _kept():
            number = self.journal.enter(entry, {"action": report.actions, "rule": rules})
            if report.outcome is Outcome.WRITTEN:
                self.pictures.note(number, ref, report)
            if entry.outcome in BAD:
                self.quarantine.take(number, report)
            self.log.file(
                number, entry.outcome, entry.code, entry.input_digest, entry.output_digest
            )
            if self.journal.is_due:
                # The log goes first: what the journal knows to be done must stand in the log.
                self.log.flush()
                self.journal.commit()

    def _written(self, output: str) -> tuple[str | None, int]:
        path = PurePath(output)
        folder = self.settings.output_folder
        if path == folder or not path.is_relative_to(folder):
            return None, 0
        try:
            return str(path.relative_to(folder)), os.lstat(output).st_size
        except OSError:
            return None, 0

    def end(self, batch: Batch, report: RunReport) -> None:
        """Close the journal, with how the run ended."""
        try:
            with _kept():
                self.log.flush()
                self.journal.end_run(self.number, complete=report.complete)
                if report.complete and not self.sealed:
                    self._seal(batch)
                self.quarantine.settle(self.journal.entries(), self.journal.at)
                self._report(batch, report)
        finally:
            # What could not be kept may not be kept on closing either.
            with _kept():
                try:
                    self.log.close()
                finally:
                    self.journal.close()

    def _seal(self, batch: Batch) -> None:
        """Remember that all is done, and what the output is like if it is one file."""
        archive = _archive(self.settings.output_folder)
        self.journal.remember({"sealed": str(not batch.linkable), "archive": archive or ""})

    def _report(self, batch: Batch, report: RunReport) -> None:
        """Write the reports, and end the log with their digests."""
        facts = facts_of(batch, self.journal, self.log, complete=report.complete)
        pictures = self.pictures.pairs(self.journal)
        record = self.quarantine.record
        digests = write_report(record, facts, self.journal.entries(), pictures)
        done = {outcome.value: count for outcome, count in report.counts.items()}
        self.log.add(
            "run-ended",
            run=self.number,
            complete=report.complete,
            done=done,
            counts=facts["counts"],
            reports=digests,
        )


def _archive(path: Path) -> str | None:
    """Return what tells whether an archive has changed; None if the output is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return f"{status.st_size} {status.st_mtime_ns}" if stat.S_ISREG(status.st_mode) else None


@contextmanager
def _kept() -> Iterator[None]:
    """Stop the run where its record cannot be kept: nobody could say what was done."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise RecordError(
            f"the record of the run cannot be written ({why}); make room, and start the run again: "
            "it goes on from there"
        ) from None


def _state(ref: FileRef) -> tuple[int, int]:
    """Return size and time of change of a file on disk; -1 where it is not one."""
    if ref.path is None or ref.opener is not None:
        return -1, -1
    try:
        status = os.stat(ref.path)  # noqa: PTH116 - millions of them
    except OSError:
        return -1, -1
    return status.st_size, status.st_mtime_ns
