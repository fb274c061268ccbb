"""Sequences: what is kept inside of what goes, and what goes inside of what is kept."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom.dataset import Dataset


@pytest.fixture
def nested(small: Dataset) -> Dataset:
    """Return a data set with an id at three depths, public and private elements around it."""
    innermost = Dataset()
    innermost.PatientID = "third"
    innermost.Modality = "MR"
    inner = Dataset()
    inner.PatientID = "second"
    inner.StudyDate = "20200101"
    inner.private_block(0x0009, "ACME", create=True).add_new(0x01, "LO", "private")
    inner.ReferencedSeriesSequence = [innermost]
    small.ReferencedStudySequence = [inner]
    return small


def only(sequence: Any) -> Dataset:
    (item,) = sequence
    return item


def test_removing_a_sequence_removes_all_that_it_holds(clean: Any, nested: Dataset) -> None:
    assert "ReferencedStudySequence" not in clean(nested, "REMOVE ReferencedStudySequence")


def test_a_nested_keep_keeps_the_parents_and_nothing_beside(clean: Any, nested: Dataset) -> None:
    out = clean(
        nested,
        "REMOVE ReferencedStudySequence",
        "KEEP ReferencedStudySequence__ReferencedSeriesSequence__Modality",
    )
    inner = only(out.ReferencedStudySequence)
    assert [element.keyword for element in inner] == ["ReferencedSeriesSequence"]
    innermost = only(inner.ReferencedSeriesSequence)
    assert [element.keyword for element in innermost] == ["Modality"]


def test_a_nested_keep_keeps_the_parents_under_a_default_of_remove(
    clean: Any, nested: Dataset
) -> None:
    out = clean(nested, "KEEP ReferencedStudySequence__StudyDate", top="BASE none")
    assert [element.keyword for element in out] == ["ReferencedStudySequence"]
    assert [e.keyword for e in only(out.ReferencedStudySequence)] == ["StudyDate"]


def test_a_nested_keep_of_what_is_not_there_keeps_no_parents(clean: Any, nested: Dataset) -> None:
    out = clean(nested, "KEEP ReferencedStudySequence__PatientName", top="BASE none")
    assert len(out) == 0


def test_a_keep_in_a_lower_recipe_does_not_hold_against_a_higher_remove(
    clean: Any, nested: Dataset, recipe: Any
) -> None:
    lower = recipe("KEEP ReferencedStudySequence__StudyDate", name="deid.low")
    upper = recipe("REMOVE ReferencedStudySequence", name="deid.high")
    assert "ReferencedStudySequence" not in clean(nested, deid=[lower, upper])


def test_a_kept_sequence_shelters_what_it_holds_from_patterns(clean: Any, nested: Dataset) -> None:
    out = clean(
        nested,
        "KEEP ReferencedStudySequence",
        "REMOVE ALL",
        top="BASE none",
        remove_private=False,
    )
    inner = only(out.ReferencedStudySequence)
    assert inner.PatientID == "second"
    assert inner[0x00091001].value == "private"
    assert only(inner.ReferencedSeriesSequence).PatientID == "third"


def test_a_kept_sequence_does_not_shelter_what_a_rule_names(clean: Any, nested: Dataset) -> None:
    out = clean(nested, "KEEP ReferencedStudySequence", "REMOVE PatientID", top="BASE none")
    inner = only(out.ReferencedStudySequence)
    assert "PatientID" not in inner
    assert inner.StudyDate == "20200101"
    assert "PatientID" not in only(inner.ReferencedSeriesSequence)


def test_a_kept_sequence_does_not_shelter_private_elements(clean: Any, nested: Dataset) -> None:
    inner = only(clean(nested, "KEEP ReferencedStudySequence").ReferencedStudySequence)
    assert not [tag for tag in inner.keys() if tag >> 16 & 1]  # noqa: SIM118


def test_private_elements_go_at_every_depth(clean: Any, nested: Dataset) -> None:
    inner = only(clean(nested).ReferencedStudySequence)
    assert not [tag for tag in inner.keys() if tag >> 16 & 1]  # noqa: SIM118


def test_blanking_a_sequence_leaves_it_empty(clean: Any, nested: Dataset) -> None:
    assert list(clean(nested, "BLANK ReferencedStudySequence").ReferencedStudySequence) == []


def test_a_sequence_that_is_blanked_keeps_what_a_rule_protects_in_it(
    clean: Any, nested: Dataset
) -> None:
    out = clean(nested, "BLANK ReferencedStudySequence", "KEEP ReferencedStudySequence__StudyDate")
    assert [e.keyword for e in only(out.ReferencedStudySequence)] == ["StudyDate"]


def test_an_empty_sequence_and_an_empty_item_survive(clean: Any, small: Dataset) -> None:
    small.ReferencedStudySequence = []
    small.ReferencedSeriesSequence = [Dataset()]
    out = clean(small)
    assert list(out.ReferencedStudySequence) == []
    assert [len(item) for item in out.ReferencedSeriesSequence] == [0]


def test_the_same_rule_acts_on_every_item(clean: Any, small: Dataset) -> None:
    items = [Dataset() for _ in range(3)]
    for number, item in enumerate(items):
        item.PatientID = str(number)
    small.OtherPatientIDsSequence = items
    out = clean(small, "REPLACE PatientID x")
    assert [item.PatientID for item in out.OtherPatientIDsSequence] == ["x"] * 3


def test_sequences_of_twenty_levels_follow_the_same_rules(clean: Any, small: Dataset) -> None:
    inner = Dataset()
    inner.PatientID = "deep"
    inner.Modality = "MR"
    for _ in range(20):
        outer = Dataset()
        outer.ReferencedSeriesSequence = [inner]
        inner = outer
    small.ReferencedStudySequence = [inner]
    found = only(clean(small, "REMOVE PatientID").ReferencedStudySequence)
    for _ in range(20):
        found = only(found.ReferencedSeriesSequence)
    assert [element.keyword for element in found] == ["Modality"]
