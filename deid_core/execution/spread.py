"""Hand out the files of a run to workers, and bring what they report into its order."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator

import attrs

from deid_core.errors import WORKER_DIED
from deid_core.execution.logs import tell
from deid_core.execution.names import Names
from deid_core.execution.packing import pack_tasks, unpack_results
from deid_core.execution.task import Answered, Event, Result, Task, Workers
from deid_core.model import FileReport, Outcome

log = logging.getLogger("deid_core")

WINDOW = 8192
"""Files that may be drawn before the first of them is reported, with few workers."""
CHUNKS_AHEAD = 8
"""With many workers: so many chunks for each."""
LARGEST_CHUNK = 1024
MOST_APART = 64
"""Files that may wait to be done in this process, before no more are given to others."""
GRACE_SECONDS = 30.0
"""How long a worker may take to end the file that it has in hand, when the run is broken off."""


@attrs.frozen
class _Done:
    """What a worker has told of a file, and the last chunk that was given out before it told."""

    task: Task
    result: Result
    until: int


class Spread:
    """The part of a run that workers do.

    ``tasks`` are drawn only as far as workers have room, and only so many files ahead of
    those that were reported. ``do`` does a file in this process, as a worker would: those that
    cannot be sent to another, and those that are done again under another name.
    """

    def __init__(
        self,
        workers: Workers,
        tasks: Iterator[Task],
        names: Names,
        do: Callable[[Task], Result],
        first: int = 1,
    ) -> None:
        self.workers = workers
        self._tasks = tasks
        self._names = names
        self._do = do
        self._next = first
        self._drawn = first - 1
        self._drained = False
        self._fault: Exception | None = None
        self._issued = 0
        self._under_way: dict[int, list[Task]] = {}
        self._origin: dict[int, int] = {}
        """The chunk that a file under way belonged to when it was first given out."""
        self._open: dict[int, int] = {}
        """How many files of each chunk are under way, oldest chunk first."""
        self._lost: set[int] = set()
        self._alone: deque[Task] = deque()
        self._trials: set[int] = set()
        """Chunks under way that are one file whose worker was lost."""
        self._again: deque[Task] = deque()
        self._apart: dict[int, Task] = {}
        self._done: dict[int, _Done] = {}
        self._doubtful: deque[int] = deque()
        self._replacing: set[int] = set()
        self._pace = workers.seconds
        """Seconds that a file takes; at first, a chunk is one file."""

    def reports(self, check: Callable[[], None]) -> Iterator[FileReport]:
        """Yield the reports in the order of the files; ``check`` may break off before one waits."""
        while True:
            check()
            self._feed()
            report = self._turn()
            if report is not None:
                self._next += 1
                yield report
            elif self._under_way or self._has_more():
                for event in self.workers.wait():
                    self._take(event)
            elif self._fault is not None:
                raise self._fault
            else:
                return

    def stop(self) -> Iterator[FileReport]:
        """Break off, and yield the reports of what was done and not reported."""
        for event in self.workers.stop(GRACE_SECONDS):
            self._take(event)
        for number in sorted(self._done):
            done = self._done[number]
            if self._names.settle(done.task, done.result) is None:
                tell(done.result.lines)
                yield done.result.report

    # -- out -----------------------------------------------------------------------------

    def _has_more(self) -> bool:
        return bool(self._alone or self._again or not self._drained)

    def _feed(self) -> None:
        while self._may_give() and self.workers.room() > 0:
            tasks = self._chunk()
            if not tasks:
                return
            try:
                payload = pack_tasks(tasks)
            except Exception:  # noqa: BLE001 - whatever pickling a stranger's opener raises
                self._apart.update((task.number, task) for task in tasks)
                continue
            self._issued += 1
            self._under_way[self._issued] = tasks
            if tasks[0].number in self._lost:
                self._trials.add(self._issued)
            for task in tasks:
                # A file that was lost stays part of the chunk that it was lost with.
                origin = self._origin.setdefault(task.number, self._issued)
                if origin == self._issued:
                    self._open[origin] = self._open.get(origin, 0) + 1
            self.workers.give(self._issued, payload)

    def _may_give(self) -> bool:
        """Tell whether anything may be given out.

        What died with a worker is tried again alone: where workers take others with them, really.
        """
        if not self._has_more() or len(self._apart) >= MOST_APART:
            return False
        if self.workers.isolates or not (self._alone or self._trials):
            return True
        return not self._under_way

    def _chunk(self) -> list[Task]:
        if self._alone:
            return [self._alone.popleft()]
        size = max(1, min(LARGEST_CHUNK, int(self.workers.seconds / self._pace)))
        window = max(WINDOW, CHUNKS_AHEAD * size * self.workers.count)
        tasks: list[Task] = []
        while self._again and len(tasks) < size:
            tasks.append(self._again.popleft())
        while not self._drained and len(tasks) < size and self._drawn - self._next + 1 < window:
            try:
                task = next(self._tasks, None)
            except Exception as error:  # noqa: BLE001 - raised when the files before it are reported
                self._fault, task = error, None
            if task is None:
                self._drained = True
                break
            self._drawn += 1
            tasks.append(task)
        return tasks

    # -- in ------------------------------------------------------------------------------

    def _take(self, event: Event) -> None:
        tasks = self._under_way.pop(event.chunk)
        self._trials.discard(event.chunk)
        if isinstance(event, Answered):
            self._names.lost |= event.again
            self._take_answer(event.payload, {task.number: task for task in tasks})
        else:
            self._names.lost = True
            self._take_lost(tasks)
        if self._names.overwrite:
            self._replace()

    def _take_answer(self, payload: bytes, tasks: dict[int, Task]) -> None:
        if not payload:
            # The worker cannot make out what it was given.
            self._apart.update(tasks)
            for number in tasks:
                self._close(number)
            return
        seconds, results = unpack_results(payload, lambda number: tasks[number].ref)
        if results:
            self._pace = (self._pace + seconds / len(results)) / 2
        for result in results:
            self._keep(tasks.pop(result.report.number), result)
        for number, task in tasks.items():
            # The worker was told to end before it came to these.
            self._close(number)
            self._again.append(task)

    def _take_lost(self, tasks: list[Task]) -> None:
        for task in tasks:
            if task.number in self._lost:
                self._keep(task, _died(task))
            else:
                self._lost.add(task.number)
                self._alone.append(task)

    def _close(self, number: int) -> None:
        """Take note that a file is not under way any more."""
        origin = self._origin.pop(number)
        self._open[origin] -= 1
        if not self._open[origin]:
            del self._open[origin]

    # -- names ---------------------------------------------------------------------------

    def _keep(self, task: Task, result: Result) -> None:
        """Keep a result until it is the file's turn."""
        if task.number in self._origin:
            self._close(task.number)
        replaced = task.number in self._replacing
        if replaced:
            self._replacing.discard(task.number)
            result = attrs.evolve(result, target=task.target)
        self._names.note(result, replaced=replaced)
        self._done[task.number] = _Done(task, result, self._issued)
        if self._names.overwrite and result.report.outcome is Outcome.EXISTS:
            self._doubtful.append(task.number)

    def _is_open(self, until: int) -> bool:
        """Tell whether a file is under way that was given out by then."""
        return bool(self._open) and next(iter(self._open)) <= until

    def _replace(self) -> None:
        """Give out again what shall replace outputs of earlier runs, so that workers do it."""
        while self._doubtful:
            done = self._done.get(self._doubtful[0])
            if done is not None and self._is_open(done.until):
                return
            number = self._doubtful.popleft()
            if done is None or done.result.target is None:
                continue
            task = self._names.replacing(done.task, done.result)
            if task is not None:
                del self._done[number]
                self._replacing.add(number)
                self._again.append(task)

    def _turn(self) -> FileReport | None:
        """Return what became of the next file; None while that, or its name, is not known."""
        apart = self._apart.pop(self._next, None)
        if apart is not None:
            self._keep(apart, self._do(apart))
        done = self._done.get(self._next)
        if done is None or self._names.is_promised(done.result):
            return None
        if done.result.report.outcome is Outcome.EXISTS and self._is_open(done.until):
            return None
        del self._done[self._next]
        again = self._names.settle(done.task, done.result)
        if again is not None:
            return self._do(again).report
        tell(done.result.lines)
        return done.result.report


def _died(task: Task) -> Result:
    reason = (
        "the process that had the file in hand died, and so did a second one that had nothing else"
    )
    log.error("%s: %s", task.label, reason)
    return Result(FileReport(task.number, Outcome.FAILED, WORKER_DIED, reason, ref=task.ref))
