"""Run a command as a whole process, and tell what it cost."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import attrs

PAGE = os.sysconf("SC_PAGE_SIZE")
EVERY = 0.02
"""Seconds between two looks at the memory."""
PASSED = {"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR"}
"""Variables that a measured command sees, and no others."""


@attrs.frozen
class Cost:
    """What a process cost, with all that it started; seconds and bytes."""

    wall: float
    user: float
    system: float
    peak: int
    status: int

    @property
    def cpu(self) -> float:
        """Seconds of all cores."""
        return self.user + self.system


def cost_of(
    command: Sequence[str],
    log: Path,
    *,
    limit: float = 600,
    folder: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> Cost:
    """Run a command with its output in ``log``; end it after ``limit`` seconds.

    The memory is that of all its processes at one time. Pages that they share are counted for
    each. CPU seconds are those of the command and of the processes that it waited for.
    """
    environment = {name: value for name, value in os.environ.items() if name in PASSED}
    with log.open("wb") as out:
        start = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - commands of ours
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=environment | dict(variables or {}),
            start_new_session=True,
        )
        watch = _Watch(process.pid, limit)
        watch.start()
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
    watch.ended.set()
    watch.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(wall, used.ru_utime, used.ru_stime, watch.peak, process.returncode)


class _Watch(threading.Thread):
    """Looks at the memory of a process and its children, and ends it when its time is over.

    What the system accounts for is of no use here: a new process inherits the peak of its parent.
    """

    def __init__(self, pid: int, limit: float) -> None:
        super().__init__(daemon=True)
        self.pid, self.limit = pid, limit
        self.ended = threading.Event()
        self.peak = 0

    def run(self) -> None:
        end = time.monotonic() + self.limit
        pause = EVERY / 10
        while not self.ended.wait(pause):
            sizes = [_sizes(pid) for pid in _family(self.pid)]
            together = sum(now for now, _ in sizes)
            self.peak = max([self.peak, together, *(highest for _, highest in sizes)])
            pause = EVERY
            if time.monotonic() > end:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.pid, signal.SIGKILL)
                return


def _family(pid: int) -> Iterator[int]:
    yield pid
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text(encoding="ascii").split():
                yield from _family(int(child))


def _sizes(pid: int) -> tuple[int, int]:
    """Return the resident bytes of a process: now, and the most there were."""
    try:
        now = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except (OSError, IndexError):
        return 0, 0
    highest = next((line.split()[1] for line in lines if line.startswith("VmHWM:")), "0")
    return int(now) * PAGE, int(highest) * 1024
