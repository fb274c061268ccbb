"""How cost grows along an axis: the exponent of a power law."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Any

import attrs

FLAT = 1.5
"""What grows by less than this, over the whole axis, does not grow."""
LINEAR = 1.15
"""An exponent up to this counts as linear: figures are not exact."""
FAR = 4
"""Points are fitted from so many times the first on, where it no longer weighs."""


@attrs.frozen
class Curve:
    """Points of one kind of cost along an axis, in seconds."""

    axis: str
    kind: str
    points: tuple[tuple[float, float], ...]

    @property
    def exponent(self) -> float | None:
        """The exponent, 0 for what does not grow; None if there are too few points."""
        return exponent(self.points)

    @property
    def verdict(self) -> str:
        """What the exponent says."""
        found = self.exponent
        if found is None:
            return "too few points"
        if found == 0:
            return "does not grow"
        return "linear or better" if found <= LINEAR else "worse than linear"


def exponent(points: Sequence[tuple[float, float]]) -> float | None:
    """Fit ``cost - first cost`` to a power of ``value - first value``.

    So what does not depend on the value, such as the start, does not count: a straight line gives
    1 wherever it begins.
    """
    if len(points) < 3:  # noqa: PLR2004 - the first, and two for a line
        return None
    (x0, y0), *rest = sorted(points)
    if max(y for _, y in rest) < FLAT * y0:
        return 0.0
    far = [(x - x0, y - y0) for x, y in rest if x >= FAR * x0 and y > y0]
    if len(far) < 2:  # noqa: PLR2004 - a line
        return None
    logarithms = [(math.log(x), math.log(y)) for x, y in far]
    return statistics.linear_regression(*zip(*logarithms, strict=True)).slope


def curves(results: dict[str, Any]) -> list[Curve]:
    """Return the curves of all axes: the least of all rounds, since noise only adds."""
    found = []
    for axis, note in results["axes"].items():
        runs = [one for one in results["runs"] if one["axis"] == axis]
        kinds = ("build", "loop") if any("loop" in one for one in runs) else ("wall",)
        for kind in kinds:
            per_file = note["per_file"] and kind == "loop"
            points = _points(runs, kind, per_file=per_file)
            if points:
                found.append(Curve(axis, kind, points))
    return found


def _points(
    runs: list[dict[str, Any]], kind: str, *, per_file: bool
) -> tuple[tuple[float, float], ...]:
    best: dict[float, float] = {}
    for one in runs:
        if kind in one:
            cost = one[kind] / one["files"] if per_file else one[kind]
            best[one["value"]] = min(cost, best.get(one["value"], math.inf))
    return tuple(sorted(best.items()))
