"""What travels between a run and its workers: plain values, no plan and no plugin."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, Protocol

import attrs

from deid_core.model import FileRef, FileReport
from deid_core.recipe.tree import Recipe
from deid_core.settings import Settings


@attrs.frozen
class Configuration:
    """All that a worker needs to build the engine of a run anew.

    ``plugins`` names those that the run has loaded: a worker that finds others does not begin.
    ``mark`` is what names of unfinished outputs begin with, ``level`` the level of logging, ``inputs`` are those of the `Batch`.
    The key is secret: it travels by the executor's own channel, and by no file, argument or
    variable of the environment.
    """

    recipes: tuple[Recipe, ...]
    settings: Settings
    key: bytes = attrs.field(repr=False)
    linkable: bool
    ids: Mapping[str, Mapping[str, Any]] | None = attrs.field(repr=False)
    plugins: tuple[str, ...]
    mark: str
    level: int
    inputs: set[str] = attrs.field(factory=set, repr=False)


@attrs.frozen
class Task:
    """One file of a run, by its number from 1.

    ``label`` is what log lines call it. With a ``target`` its output has that name; without, the
    worker names it by its values and leaves alone what has that name already. ``overwrite`` says
    whether what has the name of ``target`` is replaced, ``told_apart`` that it has this name because
    another output has that which it would have had.
    """

    number: int
    label: str
    ref: FileRef = attrs.field(repr=False)
    target: PurePosixPath | None = attrs.field(default=None, repr=False)
    overwrite: bool = False
    told_apart: bool = False


@attrs.frozen
class LogLine:
    """A line that a worker has logged, for the handlers of the run."""

    logger: str
    level: int
    message: str = attrs.field(repr=False)
    is_note: bool = False


@attrs.frozen
class Result:
    """What became of a task; ``target`` is the name that a worker has found for the output."""

    report: FileReport
    target: PurePosixPath | None = attrs.field(default=None, repr=False)
    lines: tuple[LogLine, ...] = ()


@attrs.frozen
class Answered:
    """A worker has answered to a chunk of tasks; ``again`` if another had begun with it and died."""

    chunk: int
    payload: bytes = attrs.field(repr=False)
    again: bool = False


@attrs.frozen
class Lost:
    """The worker that had a chunk in hand is gone, and nobody knows how far it came."""

    chunk: int


Event = Answered | Lost


class Workers(Protocol):
    """What an executor starts: processes anywhere that answer to chunks of tasks.

    A chunk is bytes; its answer is what `deid_core.worker.Worker.answer` makes of it.
    """

    count: int
    """How many there are."""
    seconds: float
    """How long a worker shall have to do with a chunk: long against the cost of handing it over."""
    isolates: bool
    """Whether a worker that dies takes with it what it has in hand, and nothing that waits for it."""

    def room(self) -> int:
        """Return how many chunks may be given now; 0 while none has begun. Never waits."""

    def give(self, chunk: int, payload: bytes) -> None:
        """Give a chunk to a worker. ``chunk`` is a number that no other chunk of the run has."""

    def wait(self) -> list[Event]:
        """Wait for something to happen, not much longer than a second, and return what did, if any.

        Raises `DeidError` if no worker can do anything.
        """

    def stop(self, seconds: float) -> list[Event]:
        """Let workers end the file that each has in hand, and return what they have answered.

        After so many seconds, those that are still at work are killed.
        """

    def close(self) -> None:
        """End all workers now. May be called twice."""
