"""How long it takes until anything happens."""

from __future__ import annotations

import statistics
from pathlib import Path

from benchmarks.environments import DEID_CORE, environment
from benchmarks.measure import Cost, cost_of

TIMES = 20


def startup(folder: Path, times: int = TIMES) -> dict[str, dict[str, float]]:
    """Return seconds of wall clock and CPU, the median of ``times`` runs, in turns."""
    made = environment(DEID_CORE)
    commands = {
        "python -c pass": [made.python, "-c", "pass"],
        "import deid_core": [made.python, "-c", "import deid_core"],
        "import pydicom": [made.python, "-c", "import pydicom"],
        "deid-core --help": [made.program("deid-core"), "--help"],
        "deid-core run --help": [made.program("deid-core"), "run", "--help"],
    }
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(times + 1):
        for name, command in commands.items():
            costs[name].append(cost_of(command, folder / "log.txt"))
    return {
        name: {
            # The first of each is a warm-up.
            "wall": round(statistics.median(cost.wall for cost in found[1:]), 4),
            "cpu": round(statistics.median(cost.cpu for cost in found[1:]), 4),
        }
        for name, found in costs.items()
    }
