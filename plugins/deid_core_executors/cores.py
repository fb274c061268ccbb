"""How many processes can work at the same time."""

from __future__ import annotations

import math
import os
from pathlib import Path

CGROUP_LIMIT = Path("/sys/fs/cgroup/cpu.max")
"""Where Linux says how much of its time a container may use, and of which span: ``200000 100000``."""


def usable_cores(limit: Path = CGROUP_LIMIT) -> int:
    """Return how many cores this process may use: those it is bound to, or what a container has."""
    try:
        count = len(os.sched_getaffinity(0))
    except AttributeError:
        # Not every system binds processes to cores.
        count = os.cpu_count() or 1
    try:
        quota, span = limit.read_text(encoding="ascii").split()
        return max(1, min(count, math.ceil(int(quota) / int(span))))
    except (OSError, ValueError):
        return count
