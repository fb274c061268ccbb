"""What machine this is, as far as a figure depends on it."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from benchmarks.paths import WORK

BYTES_OF_A_GIB = 2**30


def describe() -> dict[str, str | int | float]:
    """Return the processor, cores, memory, kernel and Python; no name of the machine."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "memory in GiB": round(memory_size() / BYTES_OF_A_GIB),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "disk": _file_system(WORK),
    }


def _file_system(folder: Path) -> str:
    """Return the kind of the file system that a folder lies on."""
    try:
        lines = Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
    except OSError:
        return "unknown"
    mounts = {words[1]: words[2] for words in map(str.split, lines)}
    above = (str(one) for one in (folder, *folder.parents))
    return next((mounts[one] for one in above if one in mounts), "unknown")


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
