"""SPARE: an element stays if it is as the standard defines its attribute."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom.dataset import Dataset

from deid_core_dicom.legal import is_legal


@pytest.mark.parametrize(
    ("tag", "vr", "value", "stays"),
    [
        (0x00080060, "CS", "CT", True),
        (0x00080060, "CS", "HOMER", False),
        (0x00080060, "LO", "CT", False),
        (0x00080060, "UN", b"CT", True),
        (0x00080060, "CS", "", True),
        (0x00280030, "DS", ["0.5", "0.5"], True),
        (0x00280030, "DS", ["0.5"], False),
        (0x00280030, "DS", ["0.5", "0.5", "0.5"], False),
        (0x00080008, "CS", ["ORIGINAL", "PRIMARY", "AXIAL"], True),
        (0x00080008, "CS", ["ORIGINAL"], False),
        (0x00080008, "CS", ["ORIGINAL", "not a code"], False),
        (0x00080020, "DA", "20200131", True),
        (0x00080020, "DA", "Simpson", False),
        (0x00280002, "US", 1, True),
        (0x00280009, "AT", 0x00181063, True),
        (0x00280009, "AT", 0x00091063, False),
        (0x00281050, "DS", ["40", "50", "60"], True),
        (0x00189445, "LO", "x", False),
        (0x00091001, "LO", "x", False),
        (0x00282110, "CS", "01", True),
        (0x00282110, "CS", "02", False),
    ],
)
def test_an_element_stays_if_it_is_as_the_standard_says(
    clean: Any, small: Dataset, tag: int, vr: str, value: Any, stays: bool
) -> None:
    from deid_core.elements import new_element

    small[tag] = new_element(tag, vr, value)
    spelt = f"{tag:08x}"
    assert (tag in clean(small, f"SPARE {spelt}", top="BASE none")) is stays


def test_a_sequence_and_binary_values_have_no_value_to_look_at(clean: Any, small: Dataset) -> None:
    item = Dataset()
    item.PatientID = "x"
    small.RequestAttributesSequence = [item]
    out = clean(small, "SPARE RequestAttributesSequence", "SPARE PixelData", top="BASE none")
    assert out.RequestAttributesSequence[0].PatientID == "x"
    assert out.PixelData == b"\1\0"


def test_spare_takes_no_value(refused_line: Any) -> None:
    assert "expected nothing after the field" in refused_line("SPARE Modality x")


@pytest.fixture
def refused_line(host: Any) -> Any:
    from deid_core import Engine, RecipeError
    from deid_core.recipe.syntax import parse

    def refused_line(line: str) -> str:
        with pytest.raises(RecipeError) as caught:
            Engine(host, [parse(f"FORMAT dicom\n%header\n{line}", "r")])
        return str(caught.value)

    return refused_line


@pytest.mark.parametrize(
    ("value", "tag", "vr", "legal"),
    [
        ("20200131", 0x00080020, "DA", True),
        ("yesterday", 0x00080020, "DA", False),
        (r"A\B", 0x00080008, "CS", True),
        (r"A\b", 0x00080008, "CS", False),
        ("yesterday", 0x00080020, "LO", False),
        ("many", 0x00280010, "US", True),
        (5, 0x00280010, "US", True),
        ("x", 0x00091001, "LO", True),
    ],
)
def test_a_new_value_is_legal_for_the_vr_of_the_dictionary(
    value: object, tag: int, vr: str, legal: bool
) -> None:
    assert is_legal(value, tag, vr) is legal
