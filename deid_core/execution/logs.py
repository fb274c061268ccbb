"""Log lines of a worker: caught where they are made, and told by the handlers of the run."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from deid_core.execution.task import LogLine

OURS = "deid_core"


class _Catcher(logging.Handler):
    """Keeps the lines of one thread."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[LogLine] = []
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        # A traceback may show a patient's value, so it stays behind.
        if record.thread == self._thread:
            is_note = bool(getattr(record, "is_note", False))
            line = LogLine(record.name, record.levelno, record.getMessage(), is_note)
            self.lines.append(line)

    def take(self) -> tuple[LogLine, ...]:
        """Return the lines since the last time."""
        lines, self.lines = tuple(self.lines), []
        return lines


@contextmanager
def caught(level: int) -> Iterator[_Catcher]:
    """Catch what this thread logs from ``level`` on."""
    root, ours = logging.getLogger(), logging.getLogger(OURS)
    catcher = _Catcher()
    levels = root.level, ours.level
    root.addHandler(catcher)
    root.setLevel(min(level, root.level))
    ours.setLevel(level)
    catcher.setLevel(level)
    try:
        yield catcher
    finally:
        root.removeHandler(catcher)
        root.setLevel(levels[0])
        ours.setLevel(levels[1])


def level_of_run() -> int:
    """Return the level from which the run wants lines."""
    return logging.getLogger(OURS).getEffectiveLevel()


def tell(lines: Iterable[LogLine]) -> None:
    """Hand lines to the handlers of this process, as if they had been logged here."""
    for line in lines:
        logger = logging.getLogger(line.logger)
        if logger.isEnabledFor(line.level):
            record = logger.makeRecord(line.logger, line.level, "", 0, line.message, (), None)
            record.is_note = line.is_note
            logger.handle(record)
