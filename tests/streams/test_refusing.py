"""REFUSE stands above the other rules of its recipe, and below those of higher recipes."""

from __future__ import annotations

import pytest

OTHERS = [
    "KEEP PatientID",
    "REMOVE PatientID",
    "BLANK PatientID",
    "ADD PatientID x",
    "REPLACE PatientID x",
]


def test_a_file_without_the_element_passes(attempt, small):
    assert attempt(small, "REFUSE AccessionNumber").output


def test_a_file_with_the_element_is_refused_without_its_value(attempt, small):
    report = attempt(small, "REFUSE PatientID")
    assert (report.output, report.code) == (None, "refused")
    assert report.reason == "PatientID is there, and the recipe refuses files with it"


@pytest.mark.parametrize("other", OTHERS)
def test_no_other_rule_of_the_recipe_prevents_it(other, attempt, small):
    assert attempt(small, other, "REFUSE PatientID").code == "refused"
    assert attempt(small, "REFUSE PatientID", other).code == "refused"


def test_an_element_in_a_sequence_is_refused_too(attempt, small):
    from pydicom.dataset import Dataset

    item = Dataset()
    item.AccessionNumber = "A-1"
    small.RequestAttributesSequence = [item]
    assert attempt(small, "REFUSE AccessionNumber").code == "refused"


def test_a_sequence_can_be_refused(attempt, small):
    small.RequestAttributesSequence = []
    assert attempt(small, "REFUSE RequestAttributesSequence").code == "refused"


def test_what_a_pattern_finds_is_refused_though_the_base_recipe_names_it(attempt, small):
    assert attempt(small, "REFUSE contains:^Rows$", top="").code == "refused"


def test_a_higher_recipe_decides_otherwise(attempt, document_free):
    report = attempt(
        document_free, "REMOVE EncapsulatedDocument", beneath=("deid.dicom.refuse-documents",)
    )
    assert report.output, report.reason


@pytest.fixture
def document_free(small):
    small.EncapsulatedDocument = b"%PDF"
    return small
