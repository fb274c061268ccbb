"""ADD makes what is not there: at the top, nested, by tag, private, in the file meta."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom.dataset import Dataset

from deid_core import RecipeError


@pytest.mark.parametrize("field", ["PatientSex", "(0010,0040)", "0x00100040"])
def test_an_element_is_added_with_the_vr_of_the_dictionary(
    clean: Any, small: Dataset, field: str
) -> None:
    element = clean(small, f"ADD {field} O")["PatientSex"]
    assert (element.VR, element.value) == ("CS", "O")


def test_a_number_is_added_as_a_number(clean: Any, small: Dataset) -> None:
    assert clean(small, "ADD PregnancyStatus 4").PregnancyStatus == 4


def test_an_element_that_is_there_gets_the_value(clean: Any, small: Dataset) -> None:
    assert clean(small, "ADD PatientID x").PatientID == "x"


def test_an_element_is_added_to_the_items_that_a_path_leads_to(clean: Any, small: Dataset) -> None:
    items = [Dataset(), Dataset()]
    for item in items:
        item.StudyDate = "20200101"
    small.ReferencedStudySequence = items
    out = clean(small, "ADD ReferencedStudySequence__PatientID x")
    assert [item.PatientID for item in out.ReferencedStudySequence] == ["x", "x"]
    assert out.PatientID == "P-1"


def test_an_element_is_added_to_one_item(clean: Any, small: Dataset) -> None:
    items = [Dataset(), Dataset()]
    for item in items:
        item.StudyDate = "20200101"
    small.ReferencedStudySequence = items
    out = clean(small, "ADD ReferencedStudySequence__1__PatientID x")
    assert ["PatientID" in item for item in out.ReferencedStudySequence] == [False, True]


def test_nothing_is_added_below_a_sequence_that_is_not_there(clean: Any, small: Dataset) -> None:
    out = clean(small, "ADD ReferencedStudySequence__PatientID x")
    assert "ReferencedStudySequence" not in out


def test_a_name_without_path_is_added_at_the_top_only(clean: Any, small: Dataset) -> None:
    item = Dataset()
    item.StudyDate = "20200101"
    item.PatientSex = "F"
    small.ReferencedStudySequence = [item]
    out = clean(small, "ADD PatientComments x", "ADD PatientSex O")
    inner = out.ReferencedStudySequence[0]
    assert "PatientComments" not in inner
    assert out.PatientSex == "O"
    assert inner.PatientSex == "F"


def test_a_private_element_reserves_its_block(clean: Any, small: Dataset) -> None:
    out = clean(small, 'ADD (0009,"ACME",01) x')
    assert out[0x00090010].value == "ACME"
    assert (out[0x00091001].VR, out[0x00091001].value) == ("LO", "x")


def test_two_private_elements_of_one_creator_share_a_block(clean: Any, small: Dataset) -> None:
    out = clean(small, 'ADD (0009,"ACME",01) x', 'ADD (0009,"ACME",02) y')
    assert [int(e.tag) for e in out if e.tag.is_private] == [0x00090010, 0x00091001, 0x00091002]


def test_private_elements_of_two_new_creators_get_blocks_of_their_own(
    clean: Any, small: Dataset
) -> None:
    out = clean(small, 'ADD (0009,"ACME",01) x', 'ADD (0009,"OTHER",01) y')
    assert out.private_block(0x0009, "ACME")[0x01].value == "x"
    assert out.private_block(0x0009, "OTHER")[0x01].value == "y"


def test_a_private_element_goes_into_the_block_that_its_creator_has(
    clean: Any, small: Dataset
) -> None:
    small.private_block(0x0009, "OTHER", create=True).add_new(0x01, "LO", "stays")
    small.private_block(0x0009, "ACME", create=True).add_new(0x02, "LO", "stays")
    out = clean(small, 'ADD (0009,"acme",01) x', remove_private=False)
    assert out[0x00091101].value == "x"
    assert out[0x00090011].value == "ACME"


def test_a_private_element_does_not_take_the_block_of_a_creator_that_goes(
    clean: Any, small: Dataset
) -> None:
    small.private_block(0x0009, "OTHER", create=True).add_new(0x01, "LO", "goes")
    out = clean(small, 'ADD (0009,"ACME",01) x')
    assert out.private_block(0x0009, "ACME")[0x01].value == "x"
    assert "OTHER" not in {str(e.value) for e in out}


@pytest.mark.parametrize("field", ["OverlayType", '(00x9,"ACME",01)', "(0000,0010)"])
def test_what_names_no_single_element_of_a_data_set_cannot_be_added(
    clean: Any, small: Dataset, field: str
) -> None:
    with pytest.raises(RecipeError, match="ADD: expected one tag that a data set may hold"):
        clean(small, f"ADD {field} x")


def test_an_unknown_tag_is_added_as_unknown(clean: Any, small: Dataset) -> None:
    out = clean(small, "ADD (0008,9999) x")
    assert (out[0x00089999].VR, out[0x00089999].value) == ("UN", b"x")


def test_an_added_element_of_group_2_goes_to_the_file_meta(clean: Any, small: Dataset) -> None:
    out = clean(small, "ADD SourceApplicationEntityTitle SITE")
    assert out.file_meta.SourceApplicationEntityTitle == "SITE"
    assert 0x00020016 not in out


def test_two_lines_that_add_one_element_act_in_their_order(clean: Any, small: Dataset) -> None:
    out = clean(small, "ADD PatientSex O", "ADD (0010,0040) F")
    assert out.PatientSex == "F"
