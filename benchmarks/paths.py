"""Where things are: in the checkout, below ``build/benchmark``, and on a memory file system."""

from __future__ import annotations

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
HERE = CHECKOUT / "benchmarks"
DRIVERS = HERE / "drivers"
REQUIREMENTS = HERE / "requirements"
WORK = CHECKOUT / "build" / "benchmark"
CORPORA = WORK / "corpora"
ENVIRONMENTS = WORK / "environments"
RESULTS = HERE / "results.json"
CURVE = HERE / "curve.json"
PAGE = CHECKOUT / "docs" / "explanation" / "benchmarks.md"
ASSETS = CHECKOUT / "docs" / "assets"
TABLE = CHECKOUT / "tests" / "audit" / "table_e1_1.json"
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder is ours alone, by its mode


def memory() -> Path | None:
    """Return a folder of ours on a memory file system, None where there is none."""
    if not (SHARED_MEMORY.is_dir() and os.access(SHARED_MEMORY, os.W_OK)):
        return None
    folder = SHARED_MEMORY / f"deid-core-benchmark-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise SystemExit(f"{folder} belongs to somebody else; remove it")
    return folder
