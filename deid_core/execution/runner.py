"""What an engine does about runs, whatever it does with a file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, Self

from deid_core.batch import Batch
from deid_core.execution.logs import level_of_run
from deid_core.execution.run import SERIAL, Run
from deid_core.execution.task import Configuration, Result, Task
from deid_core.host import PluginHost
from deid_core.inputs import noted
from deid_core.model import FileRef, FileReport, Outcome
from deid_core.naming import distinct, safe_path
from deid_core.recipe.tree import Recipe
from deid_core.records import WorkerOptions
from deid_core.settings import Settings

NameOutput = Callable[[PurePosixPath], PurePosixPath]
"""Gives an output its name, out of that which its values give."""


class Runner(ABC):
    """Runs files, here or by workers, and can be built anew from plain values.

    ``recipes`` and ``settings`` are what it was made from, before either changed the other; ``ids`` are the
    variables of instances.
    """

    host: PluginHost
    batch: Batch
    linkable: bool

    def __init__(
        self,
        recipes: tuple[Recipe, ...],
        settings: Settings,
        ids: Mapping[str, Mapping[str, Any]] | None,
    ) -> None:
        self._given = (recipes, settings)
        self._ids = ids
        self._run: Run | None = None
        self._twin: Self | None = None
        self.taken: dict[str, int] = {}
        """The names that outputs have, as `distinct` keeps them."""

    @classmethod
    @abstractmethod
    def of(cls, configuration: Configuration, host: PluginHost, *, overwrite: bool) -> Self:
        """Return what is like that of a configuration; only what it replaces may differ."""

    @abstractmethod
    def attempt(self, task: Task, name: NameOutput) -> FileReport:
        """De-identify one file; ``name`` says what an output is called that has such a target."""

    def run(
        self,
        refs: Iterable[FileRef],
        names: Iterable[PurePosixPath] | None = None,
        *,
        executor: str | None = None,
        workers: int | None = None,
        scheduler: str | None = None,
    ) -> Iterator[FileReport]:
        """De-identify files and yield what became of each, in their order.

        ``names`` are the outputs' names, relative to the output folder; without them each
        output is named by its de-identified values. Files are drawn only as they are needed.

        ``executor`` says who works: ``"serial"`` is this process, ``"processes"`` are ``workers``
        others (None: one for each core), ``"auto"`` begins as the first and goes on as the second
        where that gains anything; plugins have more, which find a cluster at ``scheduler``. None
        leaves it to the settings, and they to ``"serial"``. The outputs are the same. A run that
        cannot be split stays in this process: see `obstacle`.

        Raises `SettingsError` for an executor that nobody declares, or options it cannot use.
        """
        settings = self.batch.settings
        options = WorkerOptions(
            workers=settings.workers if workers is None else workers,
            scheduler=settings.scheduler if scheduler is None else scheduler,
        )
        self._run = Run(self, executor or settings.executor or SERIAL, options)
        return self._run.reports(noted(refs, settings, self.batch.inputs), names)

    @property
    def obstacle(self) -> str | None:
        """Why the last run stayed in one process although it was to have workers; None if not."""
        return None if self._run is None else self._run.obstacle

    @property
    def recalled(self) -> Mapping[Outcome, int]:
        """How many files the last run did not do again, by what became of them before."""
        return {} if self._run is None else self._run.recalled

    def configuration(self) -> Configuration:
        """Return the plain values from which a worker builds an engine like this: with the key."""
        return Configuration(
            *self._given,
            self.batch.key,
            self.linkable,
            self._ids,
            self.host.loaded,
            self.batch.mark,
            level_of_run(),
            self.batch.inputs,
        )

    def process(self, ref: FileRef, number: int, name: PurePosixPath | None = None) -> FileReport:
        """De-identify one file. Whatever happens is in the report; nothing is raised for it."""
        if name is None:
            return self.here(Task(number, f"file {number}", ref))
        wished = safe_path(name)
        target = distinct(wished, self.taken)
        return self.here(Task(number, name.name, ref, target, told_apart=target != wished))

    def here(self, task: Task) -> FileReport:
        """De-identify one file, and give its output a name that no other of this engine has."""
        return self.attempt(task, lambda target: distinct(target, self.taken))

    def do(self, task: Task) -> Result:
        """De-identify one file as a worker, who does not know what names the run has given.

        The result has the name that the values give. The task says whether what is there goes.
        """
        found: list[PurePosixPath] = []

        def as_it_is(target: PurePosixPath) -> PurePosixPath:
            found.append(target)
            return target

        engine = self._that_replaces(overwrite=task.overwrite)
        return Result(engine.attempt(task, as_it_is), found[0] if found else None)

    def _that_replaces(self, *, overwrite: bool) -> Self:
        """Return an engine like this that replaces what is there, or does not."""
        if overwrite == self.batch.settings.overwrite:
            return self
        if self._twin is None:
            self._twin = self.of(self.configuration(), self.host, overwrite=overwrite)
        return self._twin
