"""Figures made of the runs: medians, rates and ratios."""

from __future__ import annotations

import statistics
from typing import Any

import attrs

from benchmarks.score import left_in_a_file, share_done

MILLION = 1e6
Results = dict[str, Any]


@attrs.frozen
class Figure:
    """What one runner did with one corpus: medians over the rounds."""

    key: str
    label: str
    kind: str
    version: str
    files: int
    bytes: int
    wall: float
    synced: float
    cpu: float
    peak: float
    done: float | None
    """The share of the work that it does, None where that was not looked at."""
    left: float | None
    """Identifiers that it leaves in a file, in the mean."""
    written: int

    @property
    def files_per_second(self) -> float:
        """Rate in files."""
        return self.files / self.wall

    @property
    def megabytes_per_second(self) -> float:
        """Rate in bytes of the input."""
        return self.bytes / MILLION / self.wall

    @property
    def cpu_per_file(self) -> float:
        """Milliseconds of CPU for a file, start-up shared out."""
        return 1000 * self.cpu / self.files

    def times(self, other: Figure | None) -> float | None:
        """Return how many times as long it takes as another, for as many bytes."""
        if other is None:
            return None
        return (self.wall / self.bytes) / (other.wall / other.bytes)


def figures(results: Results, corpus: str, where: str) -> dict[str, Figure]:
    """Return the figures of all runners on a corpus, in the order they were listed in."""
    runs: dict[str, list[dict[str, Any]]] = {}
    for run in results["runs"]:
        if (run["corpus"], run["where"]) == (corpus, where):
            runs.setdefault(run["runner"], []).append(run)
    return {
        key: _figure(key, note, runs[key], results)
        for key, note in _in_order(results).items()
        if key in runs
    }


def _in_order(results: Results) -> dict[str, dict[str, Any]]:
    order = {"floor": 0, "ours": 1, "peer": 2}
    found = results["runners"].items()
    return dict(sorted(found, key=lambda one: (order[one[1]["kind"]], one[1]["label"].lower())))


def _figure(key: str, note: dict[str, Any], runs: list[dict[str, Any]], results: Results) -> Figure:
    def median(name: str) -> float:
        return statistics.median(float(run[name]) for run in runs)

    return Figure(
        key=key,
        label=note["label"],
        kind=note["kind"],
        version=note["version"],
        files=runs[0]["files"],
        bytes=runs[0]["bytes"],
        wall=median("wall"),
        synced=median("synced"),
        cpu=statistics.median(run["user"] + run["system"] for run in runs),
        peak=max(run["peak"] for run in runs),
        done=share_done(results.get("scores", {}), key),
        left=left_in_a_file(results.get("scores", {}), key),
        written=min(run["written"] for run in runs),
    )
