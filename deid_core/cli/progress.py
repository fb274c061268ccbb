"""``--progress``: how fast a run goes, and how long it will take."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self, TypeVar

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from deid_core.archives import archive_kind

F = TypeVar("F", bound=Callable[..., Any])

EVERY_SECONDS = 0.1
"""How often the line changes: to draw it costs more than many a file."""


def progress_option(function: F) -> F:
    """Add ``--progress``."""
    return click.option(
        "--progress/--no-progress",
        default=None,
        help="Show how fast it goes and how long it takes. Without either: on a terminal.",
    )(function)


class _Rate(TextColumn):
    def render(self, task: Task) -> Text:
        """Return how many files a second there were."""
        rate = task.completed / task.elapsed if task.elapsed else 0.0
        return Text(f"{rate:.0f} files/s")


class RunProgress:
    """A line that says what a run has done; a context in which it is shown.

    The files of ``folders`` are counted meanwhile, so that the time that is left can be told.
    """

    def __init__(self, folders: tuple[str, ...], output: Path, *, wanted: bool | None) -> None:
        console = Console(stderr=True)
        shown = console.is_terminal if wanted is None else wanted
        self._progress = Progress(
            SpinnerColumn(),
            MofNCompleteColumn(),
            BarColumn(),
            _Rate("rate"),
            TextColumn("{task.fields[bad]} refused"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not shown,
        )
        self._task = self._progress.add_task("files", total=None, bad=0)
        self._done = self._bad = 0
        self._next = 0.0
        if shown:
            count = threading.Thread(target=self._count, args=(folders, output), daemon=True)
            count.start()

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._show()
        self._progress.stop()

    def advance(self, *, bad: bool) -> None:
        """Count a file."""
        self._done += 1
        self._bad += bad
        now = time.monotonic()
        if now >= self._next:
            self._next = now + EVERY_SECONDS
            self._show()

    def _show(self) -> None:
        self._progress.update(self._task, completed=self._done, bad=self._bad)

    def _count(self, folders: tuple[str, ...], output: Path) -> None:
        total = 0
        for folder in folders:
            if Path(folder).is_file() and archive_kind(folder) is None:
                total += 1
            elif Path(folder).is_dir():
                total += sum(1 for _ in _files_below(folder, output))
            else:
                # An archive, or a place that only a plugin knows.
                return
        self._progress.update(self._task, total=total)


def _files_below(folder: str, output: Path) -> Iterator[str]:
    """Yield the files below a folder, without opening any; what is in the output is no input."""
    seen: set[tuple[int, int]] = set()
    left = [folder]
    while left:
        place = left.pop()
        try:
            status = os.stat(place)  # noqa: PTH116 - millions of them
            if (status.st_dev, status.st_ino) in seen or Path(place).resolve() == output:
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(place) as entries:
                for entry in entries:
                    if entry.is_dir():
                        left.append(entry.path)
                    elif entry.is_file():
                        yield entry.path
        except OSError:
            continue
