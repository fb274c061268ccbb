"""What a file costs inside of one process, without the time to start."""

from __future__ import annotations

import json
import statistics
from pathlib import Path

from benchmarks.corpora.make import Corpus
from benchmarks.environments import DEID_CORE, environment
from benchmarks.measure import cost_of
from benchmarks.paths import DRIVERS


def inside(corpus: Corpus, folder: Path, rounds: int) -> dict[str, float]:
    """Return CPU seconds per file: the median of ``rounds``, in turns."""
    log = folder / "inside.txt"
    words = [str(corpus.folder), str(folder / "inside"), str(rounds)]
    python = environment(DEID_CORE).python
    cost_of([python, str(DRIVERS / "inside.py"), *words], log)
    told = json.loads(log.read_text(encoding="utf-8").splitlines()[-1])
    medians = {name: statistics.median(found) for name, found in told["seconds"].items()}
    return {"files": told["files"], **{name: round(value, 7) for name, value in medians.items()}}
