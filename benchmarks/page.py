"""Write the results into the page of the documentation: tables between markers, and plots."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.curve.table import CURVE_TABLES
from benchmarks.paths import ASSETS, CURVE, PAGE
from benchmarks.tables import TABLES

START, END = "<!-- benchmark: {} -->", "<!-- end of benchmark: {} -->"


def rendered(page: str, results: dict[str, Any] | None, curve: dict[str, Any] | None) -> str:
    """Return the page with the tables of these results; what has no results stays as it is."""
    for name, make in TABLES.items():
        if results is not None:
            page = _placed(page, name, make(results))
    for name, make in CURVE_TABLES.items():
        if curve is not None:
            page = _placed(page, name, make(curve))
    return page


def _placed(page: str, name: str, text: str) -> str:
    before, start, rest = page.partition(START.format(name))
    _, end, after = rest.partition(END.format(name))
    if not end:
        raise SystemExit(f"the page has no place for {name}")
    return f"{before}{start}\n\n{text}\n\n{end}{after}"


def write_page(results: Path, curve: Path = CURVE) -> None:
    """Write tables and plots."""
    from benchmarks.plots import draw, draw_curve

    measured = _read(results)
    points = _read(curve)
    page = rendered(PAGE.read_text(encoding="utf-8"), measured, points)
    PAGE.write_text(page, encoding="utf-8")
    if measured is not None:
        draw(measured, ASSETS)
    if points is not None:
        draw_curve(points, ASSETS)
    print(f"Wrote {PAGE.name} and its plots")


def _read(path: Path) -> dict[str, Any] | None:
    if not path.exists():
        return None
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
