"""Tests of an element's own value: what may stand after the field of REMOVE."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom.dataset import Dataset


@pytest.mark.parametrize(
    ("line", "stays"),
    [
        (r"REMOVE PatientID contains:^P-\d$", False),
        ("REMOVE PatientID contains:^Q", True),
        ("REMOVE PatientID notcontains:P", True),
        ("REMOVE PatientID notcontains:Q", False),
        ("REMOVE PatientID equals:p-1", False),
        ("REMOVE PatientID equals:P", True),
        ("REMOVE PatientID notequals:P", False),
        ("REMOVE PatientID empty", True),
        ("REMOVE PatientID present", False),
        ("REMOVE PatientID missing", True),
        ("REMOVE PatientID values:homers", True),
        ("REMOVE PatientID values:patient", False),
        ("REMOVE PatientID func:yes", False),
        ("REMOVE PatientID func:no", True),
        ("REMOVE PatientID func:none", True),
        ("REMOVE PatientID func:nowhere", True),
        ("REMOVE PatientID var:flag", False),
        ("REMOVE PatientID var:nowhere", True),
        ("REMOVE PatientID deid_func:hash", False),
        ("REMOVE PatientID contains:1 IF equals Modality CT", True),
        ("REMOVE contains:Patient contains:P-1", False),
        ("REMOVE contains:Comments contains:P-1", True),
    ],
)
def test_an_element_is_removed_where_the_test_holds(
    clean: Any, small: Dataset, line: str, stays: bool
) -> None:
    top = (
        "DEFAULT KEEP\n%values patient\nFIELD PatientID\n"
        "%values homers\nSPLIT PatientName by=^;minlength=5"
    )
    item = {
        "yes": lambda **_: True,
        "no": lambda **_: False,
        "none": lambda **_: None,
        "flag": 1,
    }
    assert ("PatientID" in clean(small, line, top=top, item=item)) is stays


def test_an_empty_element_is_removed_by_its_emptiness(clean: Any, small: Dataset) -> None:
    small.PatientComments = ""
    out = clean(small, "REMOVE all empty")
    assert "PatientComments" not in out
    assert "PatientID" in out


def test_one_value_of_several_is_enough(clean: Any, small: Dataset) -> None:
    small.ImageType = ["ORIGINAL", "PRIMARY"]
    assert "ImageType" not in clean(small, "REMOVE ImageType equals:PRIMARY")


def test_the_test_sees_the_value_at_every_depth(clean: Any, small: Dataset) -> None:
    items = [Dataset(), Dataset()]
    items[0].PatientID, items[1].PatientID = "P-1", "Q-1"
    small.OtherPatientIDsSequence = items
    out = clean(small, "REMOVE PatientID equals:P-1")
    assert ["PatientID" in item for item in out.OtherPatientIDsSequence] == [False, True]


def test_a_sequence_has_no_value_of_its_own(clean: Any, small: Dataset) -> None:
    small.ReferencedStudySequence = [Dataset()]
    small.ReferencedStudySequence[0].PatientID = "P-1"
    assert "ReferencedStudySequence" in clean(small, "REMOVE ReferencedStudySequence contains:.")


def test_a_test_that_fails_leaves_the_default(clean: Any, small: Dataset) -> None:
    assert "PatientComments" not in clean(small, "REMOVE PatientID equals:x", top="")


@pytest.mark.parametrize(
    ("test", "message", "suggestion"),
    [
        ("contain:x", "REMOVE: found 'contain:x'; expected one of: ", "contains"),
        ("contains", "REMOVE: found 'contains'; expected one of: ", "contains"),
        ("empty:x", "REMOVE: found 'empty:x'; expected one of: ", "empty"),
        ("contains:(", "contains: the pattern is no valid regular expression", None),
        ("values:nobody", "found values:nobody; there is no section %values nobody", None),
        ("func:", "func: needs the name of a function", None),
        ("deid_func:hsah", "found deid_func:hsah; expected one of: ", "hash"),
    ],
)
def test_a_test_that_means_nothing_is_refused_where_it_stands(
    refused: Any, test: str, message: str, suggestion: str | None
) -> None:
    (problem,) = refused(f"REMOVE PatientID {test}")
    assert problem.message.startswith(message)
    assert (problem.line, problem.column) == (3, 18)
    assert problem.suggestion == suggestion


def test_all_tests_are_named_where_one_is_unknown(refused: Any) -> None:
    (problem,) = refused("REMOVE PatientID longer:5")
    for name in ("contains:", "notequals:", "empty", "values:", "func:", "deid_func:", "var:"):
        assert name in problem.message
