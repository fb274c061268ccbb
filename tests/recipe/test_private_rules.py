"""Private elements: which rules reach them, and what becomes of their creators."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom.dataset import Dataset


@pytest.fixture
def acme(small: Dataset) -> Dataset:
    block = small.private_block(0x0009, "ACME", create=True)
    block.add_new(0x01, "LO", "one")
    block.add_new(0x02, "LO", "two")
    return small


def private(dataset: Dataset) -> dict[int, object]:
    return {int(e.tag): e.value for e in dataset if e.tag.is_private}


def test_private_elements_go_by_default_with_their_creator(clean: Any, acme: Dataset) -> None:
    assert private(clean(acme)) == {}


def test_a_private_element_that_is_kept_by_name_stays_with_its_creator(
    clean: Any, acme: Dataset
) -> None:
    out = clean(acme, 'KEEP (0009,"ACME",01)')
    assert private(out) == {0x00090010: "ACME", 0x00091001: "one"}


def test_a_pattern_alone_keeps_no_private_element(clean: Any, acme: Dataset) -> None:
    assert private(clean(acme, "KEEP ALL", "KEEP contains:ACME")) == {}


def test_with_private_elements_kept_the_default_does_not_reach_them(
    clean: Any, acme: Dataset
) -> None:
    out = clean(acme, top="BASE none", remove_private=False)
    assert private(out) == {0x00090010: "ACME", 0x00091001: "one", 0x00091002: "two"}


def test_a_creator_stays_while_one_element_of_its_block_does(clean: Any, acme: Dataset) -> None:
    out = clean(acme, 'REMOVE (0009,"ACME",01)', remove_private=False)
    assert private(out) == {0x00090010: "ACME", 0x00091002: "two"}


def test_a_replaced_private_element_keeps_its_creator(clean: Any, acme: Dataset) -> None:
    out = clean(acme, 'REPLACE (0009,"ACME",01) new')
    assert private(out) == {0x00090010: "ACME", 0x00091001: "new"}


def test_a_creator_cannot_be_taken_from_what_it_reserves(clean: Any, acme: Dataset) -> None:
    out = clean(acme, "REMOVE (0009,0010)", 'KEEP (0009,"ACME",01)')
    assert private(out) == {0x00090010: "ACME", 0x00091001: "one"}


def test_private_elements_without_a_creator_follow_the_same_rules(
    clean: Any, small: Dataset
) -> None:
    small.add_new(0x00091001, "LO", "orphan")
    assert private(clean(small)) == {}
    assert private(clean(small, "KEEP 00091001")) == {0x00091001: "orphan"}


def test_public_elements_in_a_private_sequence_that_stays_go_by_the_default(
    clean: Any, small: Dataset
) -> None:
    item = Dataset()
    item.PatientID = "nested"
    item.StudyDate = "20200101"
    small.private_block(0x0009, "ACME", create=True).add_new(0x01, "SQ", [item])
    out = clean(small, "KEEP StudyDate", top="BASE none", remove_private=False)
    assert [e.keyword for e in out[0x00091001].value[0]] == ["StudyDate"]


def test_a_public_element_kept_within_a_private_sequence_keeps_sequence_and_creator(
    clean: Any, small: Dataset
) -> None:
    item = Dataset()
    item.PatientID = "nested"
    item.StudyDate = "20200101"
    small.private_block(0x0009, "ACME", create=True).add_new(0x01, "SQ", [item])
    out = clean(small, '%header\nKEEP (0009,"ACME",01)__StudyDate')
    assert out[0x00090010].value == "ACME"
    assert [e.keyword for e in out[0x00091001].value[0]] == ["StudyDate"]


def test_two_blocks_of_one_creator_are_both_found(clean: Any, small: Dataset) -> None:
    for block in (0x10, 0x11):
        small.add_new(0x00090000 | block, "LO", "ACME")
        small.add_new(0x00090001 | block << 8, "LO", f"in {block:x}")
    out = clean(small, 'REMOVE (0009,"ACME",01)', remove_private=False)
    assert 0x00091001 not in out
    assert 0x00091101 not in out
