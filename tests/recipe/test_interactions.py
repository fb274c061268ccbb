"""What several rules do together to one element: the grid of pydicom/deid, cell by cell."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom.dataset import Dataset

ORIGINAL = "20200131"
GONE = None
EMPTY = ""
FIRST = {
    "ADD": "ADD StudyDate 20010101",
    "BLANK": "BLANK StudyDate",
    "JITTER": "JITTER StudyDate 1",
    "KEEP": "KEEP StudyDate",
    "REPLACE": "REPLACE StudyDate 20020202",
    "REMOVE": "REMOVE StudyDate",
}
SECOND = {
    **FIRST,
    "ADD": "ADD StudyDate 20110101",
    "JITTER": "JITTER StudyDate 10",
    "REPLACE": "REPLACE StudyDate 20120202",
}
COLUMNS = ("ADD", "BLANK", "JITTER", "KEEP", "REPLACE", "REMOVE")
PRESENT = {
    "ADD": ("20110101", EMPTY, "20010111", "20010101", "20120202", GONE),
    "BLANK": ("20110101", EMPTY, EMPTY, ORIGINAL, "20120202", GONE),
    "JITTER": ("20110101", EMPTY, "20200211", ORIGINAL, "20120202", "20200201"),
    "KEEP": ("20110101", ORIGINAL, ORIGINAL, ORIGINAL, ORIGINAL, ORIGINAL),
    "REPLACE": ("20110101", EMPTY, "20020212", ORIGINAL, "20120202", "20020202"),
    "REMOVE": ("20110101", GONE, "20200210", ORIGINAL, "20120202", GONE),
}
ABSENT = {
    "ADD": PRESENT["ADD"],
    "BLANK": ("20110101", GONE, GONE, GONE, GONE, GONE),
    "JITTER": ("20110101", GONE, GONE, GONE, GONE, GONE),
    "KEEP": ("20110101", GONE, GONE, GONE, GONE, GONE),
    "REPLACE": ("20110101", GONE, GONE, GONE, GONE, GONE),
    "REMOVE": ("20110101", GONE, GONE, GONE, GONE, GONE),
}


def cells(grid: dict[str, tuple[str | None, ...]]) -> list[tuple[str, str, str | None]]:
    return [
        (first, second, result)
        for first, row in grid.items()
        for second, result in zip(COLUMNS, row, strict=True)
    ]


@pytest.mark.parametrize("default", ["KEEP", "REMOVE", "BLANK"])
@pytest.mark.parametrize(("first", "second", "result"), cells(PRESENT))
def test_two_rules_on_an_element_that_is_there(
    clean: Any, small: Dataset, first: str, second: str, result: str | None, default: str
) -> None:
    out = clean(small, FIRST[first], SECOND[second], top=f"DEFAULT {default}")
    assert out.get("StudyDate") == result


@pytest.mark.parametrize(("first", "second", "result"), cells(ABSENT))
def test_two_rules_on_an_element_that_is_absent(
    clean: Any, small: Dataset, first: str, second: str, result: str | None
) -> None:
    del small.StudyDate
    assert clean(small, FIRST[first], SECOND[second]).get("StudyDate") == result


@pytest.mark.parametrize(("first", "second", "result"), cells(PRESENT))
def test_the_grid_holds_in_an_item_of_a_sequence(
    clean: Any, small: Dataset, first: str, second: str, result: str | None
) -> None:
    inner = Dataset()
    inner.StudyDate = ORIGINAL
    inner.Modality = "OT"
    small.ReferencedStudySequence = [inner]
    path = "ReferencedStudySequence__StudyDate"
    lines = [line.replace("StudyDate", path) for line in (FIRST[first], SECOND[second])]
    out = clean(small, *lines)
    assert out.ReferencedStudySequence[0].get("StudyDate") == result
    assert out.StudyDate == ORIGINAL


@pytest.mark.parametrize(
    ("lines", "result"),
    [
        (("KEEP", "ADD", "BLANK"), EMPTY),
        (("KEEP", "ADD", "REMOVE"), GONE),
        (("KEEP", "ADD", "REPLACE"), "20020202"),
        (("BLANK", "KEEP", "REPLACE"), ORIGINAL),
        (("REMOVE", "REPLACE", "JITTER"), "20020203"),
        (("BLANK", "REMOVE", "REPLACE"), "20020202"),
        (("ADD", "REMOVE", "ADD"), "20010101"),
    ],
)
def test_three_rules(
    clean: Any, small: Dataset, lines: tuple[str, ...], result: str | None
) -> None:
    assert clean(small, *(FIRST[name] for name in lines)).get("StudyDate") == result


def test_a_pattern_and_a_name_interact_as_two_names_do(clean: Any, small: Dataset) -> None:
    out = clean(small, "KEEP contains:StudyDate", "REMOVE startswith:Study")
    assert out.StudyDate == ORIGINAL
    assert "StudyInstanceUID" not in out
