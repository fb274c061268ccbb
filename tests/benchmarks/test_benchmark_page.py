"""The page of the benchmark is made of its results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.curve.fit import exponent
from benchmarks.figures import figures
from benchmarks.page import rendered
from benchmarks.paths import CURVE, PAGE, RESULTS
from benchmarks.peers import UNLIKE, dcmodify_arguments
from benchmarks.store import Store
from benchmarks.tables import TABLES


@pytest.fixture
def results(tmp_path: Path) -> dict[str, Any]:
    """Results as a run leaves them: a copy, and a program of which one round of three was slow."""
    store = Store.at(tmp_path / "results.json", fresh=True)
    for key, kind in (("cp", "floor"), ("read", "floor"), ("basic", "ours"), ("gone", "peer")):
        note = {"label": f"the {key}", "kind": kind, "how": "so", "workers": 1, "version": "1.2"}
        store.section("runners")[key] = note
    store.section("runners")["gone"] |= {"unavailable": "nobody has it"}
    for number, wall in enumerate((2.0, 2.5, 9.0)):
        for key, factor in (("cp", 0.5), ("read", 1.0), ("basic", 1.0)):
            run = {"runner": key, "corpus": "headers", "where": "memory", "round": number}
            run |= {"files": 100, "bytes": 2_000_000, "wall": wall * factor, "synced": wall}
            run |= {"user": 1.0, "system": 0.5, "peak": 50_000_000, "status": 0, "written": 100}
            store.add(run)
    for key, left in (("cp", 400), ("basic", 4)):
        score = {
            "files": 10,
            "written": 10,
            "paired": 9,
            "left": left,
            "places": 3,
            "kinds": ["UID"],
        }
        store.section("scores")[key] = score | {"categories": {"text retained": [1, 4]}}
    store.put("machine", {"cores": 2})
    store.put("corpora", {"headers": {"files": 100, "bytes": 2_000_000}})
    store.put("unavailable", {one.label: one.why for one in UNLIKE})
    store.put(
        "inside", {"files": 9, "read": 0.001, "write": 0.003, "basic": 0.0005, "default": 0.1}
    )
    store.put("startup", {"deid-core --help": {"wall": 0.1, "cpu": 0.05}})
    found: dict[str, Any] = json.loads(store.path.read_text(encoding="utf-8"))
    return found


def test_figures_are_medians(results: dict[str, Any]) -> None:
    found = figures(results, "headers", "memory")
    assert list(found) == ["cp", "read", "basic"]
    basic = found["basic"]
    assert (basic.wall, basic.files_per_second, basic.cpu_per_file) == (2.5, 40.0, 15.0)
    assert basic.times(found["cp"]) == 2.0
    assert basic.done == 0.99


def test_the_page_shows_the_results(results: dict[str, Any]) -> None:
    page = rendered(PAGE.read_text(encoding="utf-8"), results, None)
    assert "| **the basic** | 99.0 % | 40.0 | 0.80 | 2.00 | 1.00 | 15.0 | 50.0 | 100 |" in page
    assert "| the gone | not measured: nobody has it |" in page
    assert all(one.why in page for one in UNLIKE)
    assert rendered(page, results, None) == page


def test_the_page_has_a_place_for_every_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"<!-- benchmark: {name} -->" in page for name in [*TABLES, "curve"])


def test_the_page_is_that_of_the_results_beside_it() -> None:
    page = PAGE.read_text(encoding="utf-8")
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in (RESULTS, CURVE)]
    assert rendered(page, *kept) == page


@pytest.mark.parametrize(
    ("cost", "expected"),
    [
        (lambda x: 5 + 2 * x, 1.0),
        (lambda x: 5 + 0.1 * x**2, 2.0),
        (lambda x: 5 + x**0.5, 0.5),
        (lambda x: 5 + x / 1e5, 0.0),
    ],
    ids=["linear", "square", "root", "flat"],
)
def test_the_exponent_does_not_depend_on_where_a_curve_begins(cost, expected) -> None:
    points = [(x, cost(x)) for x in (1, 10, 100, 1000, 10_000)]
    assert exponent(points) == pytest.approx(expected, abs=0.1)


def test_two_points_have_no_exponent() -> None:
    assert exponent([(1, 1.0), (10, 9.0)]) is None


def test_a_broken_off_run_goes_on(tmp_path: Path) -> None:
    Store.at(tmp_path / "kept.json", fresh=True).add({"runner": "cp", "round": 0})
    again = Store.at(tmp_path / "kept.json", fresh=False)
    assert again.has(runner="cp", round=0)
    assert not again.has(runner="cp", round=1)


def test_dcmodify_is_told_of_the_whole_table() -> None:
    words = dcmodify_arguments()
    assert {"-gin", "-gst", "-gse", "-ep"} <= set(words)
    assert "(0010,0010)=" in words
    assert words[words.index("(0010,1040)") - 1] == "-ea"
    assert len(words) > 1000
