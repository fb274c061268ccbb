"""The tables of the curve, in Markdown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.curve.fit import Curve, curves
from benchmarks.tables import NONE, number, table

KINDS = {"build": "making the plan", "loop": "the files", "wall": "wall clock"}
GROWS_WITH_RULES = {"rules", "patterns", "screening"}
"""Axes along which making the plan is of interest."""


def shown(results: dict[str, Any]) -> list[Curve]:
    """Return the curves that the page shows."""
    return [one for one in curves(results) if one.kind != "build" or one.axis in GROWS_WITH_RULES]


def label_of(results: dict[str, Any], one: Curve) -> str:
    """Return what a curve is about, in words."""
    note = results["axes"][one.axis]
    if one.kind == "loop" and note["per_file"]:
        return "a file"
    return KINDS[one.kind]


def growth(results: dict[str, Any]) -> str:
    """Say how each cost grows."""
    rows = []
    for one in shown(results):
        (low, first), (high, last) = one.points[0], one.points[-1]
        found = one.exponent
        rows.append(
            [
                results["axes"][one.axis]["label"],
                label_of(results, one),
                f"{low:,} to {high:,}",
                f"{number(1000 * first)} to {number(1000 * last)}",
                number(_peak(results, one.axis, high)),
                NONE if found is None else f"{found:.2f}",
                one.verdict,
            ]
        )
    head = ["Along", "cost of", "from … to", "ms", "peak MB at the end", "exponent", ""]
    return table(head, rows) + _skipped(results)


def _peak(results: dict[str, Any], axis: str, value: float) -> float:
    return max(
        float(one["peak"]) / 1e6
        for one in results["runs"]
        if (one["axis"], one["value"]) == (axis, value)
    )


def _skipped(results: dict[str, Any]) -> str:
    return "".join(
        f"\n\nNot measured, since it would have taken too long: {value:,} "
        f"{results['axes'][axis]['label']}, and what is beyond."
        for axis, value in results.get("skipped", {}).items()
    )


CURVE_TABLES: dict[str, Callable[[dict[str, Any]], str]] = {"curve": growth}
