"""A run: who does the files, what is told of each, and what is told in the end."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Protocol

import attrs

from deid_core.batch import Batch
from deid_core.errors import SettingsError
from deid_core.execution.course import Course, DoesFiles
from deid_core.execution.interrupts import Interrupts
from deid_core.execution.names import Names
from deid_core.execution.packing import obstacle_in
from deid_core.execution.splitting import obstacle_of
from deid_core.execution.task import Configuration, Task, Workers
from deid_core.guard import Guard
from deid_core.host import PluginHost
from deid_core.model import FileRef, FileReport, Outcome, RunReport
from deid_core.naming import distinct, safe_part, safe_path
from deid_core.records import WorkerOptions

log = logging.getLogger("deid_core")

SERIAL, PARALLEL = "serial", "processes"
AUTOMATIC = "auto"
"""An executor that begins as `SERIAL`, and goes on as `PARALLEL` where a run is long."""


class Runs(DoesFiles, Protocol):
    """What a run needs of its engine."""

    @property
    def host(self) -> PluginHost:
        """The plugins."""

    @property
    def batch(self) -> Batch:
        """Settings and key."""

    def configuration(self) -> Configuration:
        """Return what workers are built from."""


class Run:
    """One run of an engine, by an executor.

    ``obstacle`` says in the end why there were no workers although there should have been, and
    ``recalled`` counts the files that are not done again, by what became of them before.
    """

    def __init__(self, engine: Runs, executor: str, options: WorkerOptions) -> None:
        host = engine.host
        if executor not in (SERIAL, AUTOMATIC) and executor not in host.executors:
            known = ", ".join([AUTOMATIC, *sorted(host.executors)])
            raise SettingsError(f"no plugin has an executor {executor!r}; there are: {known}")
        if options.workers is not None and options.workers < 1:
            raise SettingsError("a run needs at least one worker")
        self.obstacle: str | None = None
        self.recalled: Counter[Outcome] = Counter()
        self._engine = engine
        self._executor = PARALLEL if executor == AUTOMATIC else executor
        self._options = attrs.evolve(options, patient=executor == AUTOMATIC)
        self._counts: Counter[Outcome] = Counter()

    def reports(
        self, refs: Iterable[FileRef], names: Iterable[PurePosixPath] | None
    ) -> Iterator[FileReport]:
        """Do the files and yield what became of each, in their order.

        Where the run breaks off, what workers have done by then is recorded still.
        """
        engine, batch = self._engine, self._engine.batch
        engine.host.batch_started(batch)
        course = Course(
            self._tasks(refs, names),
            engine,
            Names(engine.taken, batch.settings.overwrite, time.time()),
            self._start,
            patient=self._options.patient,
        )
        complete = False
        interrupts = Interrupts()
        hold = interrupts.release if self._executor == SERIAL else interrupts.hold
        try:
            try:
                hold()
                for report in course.reports(interrupts.check):
                    # Who records may be in the middle of a transaction.
                    interrupts.hold()
                    self._record(report, named=names is not None)
                    interrupts.release()
                    interrupts.check()
                    yield report
                    hold()
                complete = True
            finally:
                interrupts.release()
                for report in () if complete else course.stop():
                    self._record(report, named=names is not None)
        finally:
            # Writers must close even where a run breaks off.
            course.close(batch.settings.output_folder, batch.mark)
            told = RunReport(self._counts, engine.host.loaded, batch.linkable, complete)
            engine.host.batch_finished(told, batch)

    def _record(self, report: FileReport, *, named: bool) -> None:
        self._counts[report.outcome] += 1
        told = attrs.evolve(report, named=True) if named else report
        self._engine.host.file_recorded(told, self._engine.batch)

    def _tasks(
        self, refs: Iterable[FileRef], names: Iterable[PurePosixPath] | None
    ) -> Iterator[Task]:
        named = iter(names) if names is not None else None
        settings, taken = self._engine.batch.settings, self._engine.taken
        number = 1
        for ref in refs:
            target, label, apart = None, f"file {number}", False
            if named is not None:
                name = next(named)
                wished = safe_path(name)
                target = distinct(wished, taken)
                label, apart = name.name, target != wished
                if settings.keep_names and not apart:
                    apart = target.name != safe_part(ref.name)
            if self._recalls(ref, own=target is not None):
                continue
            overwrite = settings.overwrite and target is not None
            yield Task(number, label, ref, target, overwrite, apart)
            number += 1

    def _recalls(self, ref: FileRef, *, own: bool) -> bool:
        """Tell whether a file was done before; ``own`` if it has taken its name already."""
        host, batch = self._engine.host, self._engine.batch
        report = host.recall_file(ref, batch) if host.recalls else None
        if report is None:
            return False
        self.recalled[report.outcome] += 1
        if report.output is not None and not own:
            path = PurePosixPath(report.output)
            folder = PurePosixPath(batch.settings.output_folder)
            if path.is_relative_to(folder):
                self._engine.taken.setdefault(str(path.relative_to(folder)).casefold(), 0)
        return True

    def _start(self) -> Workers | None:
        """Start workers, or return None and say why there are none."""
        host, name = self._engine.host, self._executor
        if name == SERIAL or name not in host.executors:
            return None
        configuration = self._engine.configuration()
        self.obstacle = obstacle_of(host, self._engine.batch) or obstacle_in(configuration.ids)
        if self.obstacle is not None:
            log.info("one process does all the files: %s", self.obstacle)
            return None
        with Guard(host.who(host.executors.entry(name).plugin), f"executor {name!r}"):
            return host.executors[name].start(configuration, self._options)
