"""The course of a run: in this process, by workers, or first the one and then the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from deid_core.execution.leftovers import remove_leftovers
from deid_core.execution.names import Names
from deid_core.execution.spread import Spread
from deid_core.execution.task import Result, Task, Workers
from deid_core.model import FileReport

FEWEST = 4
"""Files that a run has at least before it starts workers by itself."""
PATIENCE_SECONDS = 0.5
"""How long a run goes on alone before it starts workers by itself: as long as they take to start."""


class DoesFiles(Protocol):
    """What does files in this process: an engine."""

    @property
    def taken(self) -> dict[str, int]:
        """The names that outputs have, as `distinct` keeps them."""

    def here(self, task: Task) -> FileReport:
        """Do a file, and give its output a name of its own."""

    def do(self, task: Task) -> Result:
        """Do a file as a worker would."""


class Course:
    """What does the files of a run, one report after the other.

    ``start`` starts workers, or returns None where this process is to do all; it is called before
    the first file, or, for a run that is ``patient``, when the run turns out to be long. Until a
    worker has begun, a patient run goes on in this process.
    """

    def __init__(
        self,
        tasks: Iterator[Task],
        engine: DoesFiles,
        names: Names,
        start: Callable[[], Workers | None],
        *,
        patient: bool,
    ) -> None:
        self._tasks = tasks
        self._engine = engine
        self._names = names
        self._start: Callable[[], Workers | None] | None = start
        self._patient = patient
        self._workers: Workers | None = None
        self._spread: Spread | None = None
        self._broken = False

    def reports(self, check: Callable[[], None]) -> Iterator[FileReport]:
        """Yield the reports in the order of the files; ``check`` may break off where one waits."""
        number = 0
        if not self._patient:
            self._begin()
        if self._workers is None:
            seconds = 0.0
            for task in self._tasks:
                begun = time.monotonic()
                report = self._engine.here(task)
                seconds += time.monotonic() - begun
                number = task.number
                yield report
                if number >= FEWEST and seconds > PATIENCE_SECONDS:
                    self._begin()
                if self._workers is not None and self._workers.room():
                    break
            else:
                return
        assert self._workers is not None  # noqa: S101 - the loop ends without or breaks with some
        self._spread = Spread(self._workers, self._tasks, self._names, self._engine.do, number + 1)
        yield from self._spread.reports(check)

    def _begin(self) -> None:
        start, self._start = self._start, None
        if start is not None:
            self._workers = start()

    def stop(self) -> Iterator[FileReport]:
        """Break off; yield the reports of what workers have done and nobody was told of."""
        if self._spread is not None:
            self._broken = True
            yield from self._spread.stop()
            self._broken = False

    def close(self, folder: Path, mark: str) -> None:
        """End the workers, and remove what dead ones have left below the output folder."""
        if self._workers is None:
            return
        self._workers.close()
        if self._names.lost or self._broken:
            remove_leftovers(folder, mark)
