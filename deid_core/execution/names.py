"""Names of outputs where several workers write: the same as in one process.

A worker does not know what the others write. So it writes under the name that the values give, and
never replaces anything there. When it is a file's turn to be reported, all files before it have
their names, so that the run can tell which name is its own: that one, or one with a number behind
it. Where it has another, or found that name taken, it is done again under its own.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import PurePosixPath

import attrs

from deid_core.execution.task import Result, Task
from deid_core.model import Outcome
from deid_core.naming import distinct


def _key(target: PurePosixPath) -> str:
    return str(target).casefold()


@attrs.define
class Names:
    """The names of a run: ``taken`` are those of files that had their turn, as `distinct` keeps them.

    ``overwrite`` says whether what was there before the run is replaced, ``started`` is when
    the run began, in seconds since 1970. ``lost`` is set where a worker died: an output may be
    there then that nobody has told of.
    """

    taken: dict[str, int]
    overwrite: bool
    started: float
    lost: bool = False
    _written: Counter[str] = attrs.field(factory=Counter, init=False)
    """What files have written whose turn has not come."""
    _promised: set[str] = attrs.field(factory=set, init=False)
    """What files are to replace that are under way for a second time."""

    def note(self, result: Result, *, replaced: bool) -> None:
        """Take note of what a worker has told; ``replaced`` if it was to do as `replacing` says."""
        if result.target is not None:
            if replaced:
                self._promised.discard(_key(result.target))
            if result.report.outcome is Outcome.WRITTEN:
                self._written[_key(result.target)] += 1

    def replacing(self, task: Task, result: Result) -> Task | None:
        """Return the task that replaces what was there before the run; None if it must wait its turn.

        Only when no worker is at work any more that began before the name was found taken.
        """
        assert result.target is not None  # noqa: S101 - its name was found taken
        key = _key(result.target)
        if key in self.taken or key in self._written or key in self._promised:
            return None
        self._promised.add(key)
        return attrs.evolve(task, target=result.target, overwrite=True)

    def is_promised(self, result: Result) -> bool:
        """Tell whether another file is about to write where this one would."""
        return result.target is not None and _key(result.target) in self._promised

    def settle(self, task: Task, result: Result) -> Task | None:
        """Give a file its name, now that it is its turn; return how it is to be done again, if so."""
        name = task.target
        if result.target is not None:
            self._forget(result)
            name = distinct(result.target, self.taken)
        outcome = result.report.outcome
        if name is None or outcome not in (Outcome.WRITTEN, Outcome.EXISTS):
            return None
        if result.target is not None and name != result.target:
            overwrite = self.overwrite or _key(name) in self._written
            return attrs.evolve(task, target=name, overwrite=overwrite, told_apart=True)
        if outcome is Outcome.EXISTS and self._may_replace(task, result):
            return attrs.evolve(task, target=name, overwrite=True)
        return None

    def _forget(self, result: Result) -> None:
        if result.report.outcome is Outcome.WRITTEN and result.target is not None:
            key = _key(result.target)
            self._written[key] -= 1
            if not self._written[key]:
                del self._written[key]

    def _may_replace(self, task: Task, result: Result) -> bool:
        """Tell whether what has the name of a file goes, because it is older or another's output."""
        if task.overwrite:
            return False
        if self._is_of_this_run(result):
            return True
        return result.target is not None and (
            self.overwrite or _key(result.target) in self._written
        )

    def _is_of_this_run(self, result: Result) -> bool:
        """Tell whether what is there was written by a worker that died before it said so."""
        try:
            return self.lost and os.stat(result.report.output or "").st_mtime >= self.started  # noqa: PTH116 - no Path is needed
        except OSError:
            return False
