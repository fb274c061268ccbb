"""What machine this is, as far as a figure depends on it."""

from __future__ import annotations

import os
import platform
from pathlib import Path

BYTES_OF_A_GIB = 2**30


def describe() -> dict[str, str | int | float]:
    """Return the processor, cores, memory, kernel and Python; no name of the machine."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "memory in GiB": round(memory_size() / BYTES_OF_A_GIB),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def memory_size() -> int:
    """Return the bytes of memory that the machine has."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
