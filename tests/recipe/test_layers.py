"""Recipes lie on each other: the user's own over the bundled base, over the default."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom.dataset import Dataset

from deid_core import Recipe, RecipeError, RecipeNotFoundError
from deid_core.config import load_deid

SHOWS_THE_IMAGE = {
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "Rows",
    "Columns",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "PixelData",
}


def keywords(dataset: Dataset) -> set[str]:
    return {element.keyword for element in dataset}


def test_without_a_recipe_only_what_shows_and_files_the_image_is_left(
    clean: Any, small: Dataset
) -> None:
    assert keywords(clean(small, deid=None)) == SHOWS_THE_IMAGE | {
        "SOPClassUID",
        "SOPInstanceUID",
        "Modality",
        "StudyInstanceUID",
        "SeriesInstanceUID",
        "PatientIdentityRemoved",
    }


def test_uids_are_replaced_consistently(clean: Any, small: Dataset) -> None:
    key = bytes(range(32))
    first = clean(small, deid=None, key=key)
    small.SOPInstanceUID = "1.2.3.5"
    second = clean(small, deid=None, key=key)
    assert first.StudyInstanceUID == second.StudyInstanceUID != small.StudyInstanceUID
    assert first.SOPInstanceUID != second.SOPInstanceUID
    assert first.StudyInstanceUID.startswith("2.25.")


def test_without_a_key_two_runs_cannot_be_linked(clean: Any, small: Dataset) -> None:
    one, other = clean(small, deid=None), clean(small, deid=None)
    assert one.StudyInstanceUID != other.StudyInstanceUID


def test_what_the_recipe_names_wins_over_the_base(clean: Any, small: Dataset) -> None:
    out = clean(small, "REMOVE Rows", "KEEP SOPInstanceUID", top="")
    assert "Rows" not in out
    assert out.SOPInstanceUID == "1.2.3.4"


def test_what_the_base_names_survives_a_pattern_that_removes(clean: Any, small: Dataset) -> None:
    out = clean(small, "REMOVE ALL", top="")
    assert keywords(out) >= SHOWS_THE_IMAGE
    assert out.StudyInstanceUID.startswith("2.25.")


def test_a_pattern_that_keeps_wins_over_the_base(clean: Any, small: Dataset) -> None:
    assert clean(small, "KEEP endswith:InstanceUID", top="").StudyInstanceUID == "1.2.3"


def test_base_none_leaves_only_what_the_recipe_names(clean: Any, small: Dataset) -> None:
    out = clean(small, "KEEP Rows", "REPLACE PatientID x", top="BASE none")
    assert keywords(out) == {"Rows", "PatientID"}


def test_another_base_may_be_named(clean: Any, small: Dataset) -> None:
    out = clean(small, "KEEP Modality", top="BASE deid.dicom.minimal")
    assert keywords(out) == {
        "Modality",
        "PatientIdentityRemoved",
        "SamplesPerPixel",
        "Rows",
        "Columns",
        "PixelData",
    }


def test_a_base_that_is_not_there_is_refused(clean: Any, small: Dataset) -> None:
    with pytest.raises(RecipeNotFoundError, match=r"deid.dicm: no such recipe"):
        clean(small, "KEEP Modality", top="BASE deid.dicm")


def test_a_default_of_keep_needs_no_base(clean: Any, small: Dataset) -> None:
    out = clean(small, top="DEFAULT KEEP")
    assert keywords(out) == keywords(small)
    assert "PatientIdentityRemoved" not in out


def test_default_blank_empties_what_no_rule_names(clean: Any, small: Dataset) -> None:
    out = clean(small, "KEEP Rows", top="DEFAULT BLANK\nBASE none")
    assert out.Rows == 1
    assert (out.PatientID, out.StudyDate, out.Columns) == ("", "", None)


def test_default_blank_reaches_into_sequences(clean: Any, small: Dataset) -> None:
    inner = Dataset()
    inner.PatientID = "nested"
    small.OtherPatientIDsSequence = [inner]
    out = clean(small, "KEEP OtherPatientIDsSequence__PatientID", top="DEFAULT BLANK")
    assert out.OtherPatientIDsSequence[0].PatientID == "nested"
    assert not clean(small, top="DEFAULT BLANK").OtherPatientIDsSequence


def test_the_setting_wins_over_the_default_of_the_recipe(clean: Any, small: Dataset) -> None:
    assert "PatientID" not in clean(small, top="DEFAULT KEEP\nBASE none", default="remove")


def test_recipes_lie_on_each_other_the_last_on_top(clean: Any, small: Dataset, recipe: Any) -> None:
    lower = recipe("REPLACE PatientID low", "REPLACE PatientName low", name="deid.low")
    upper = recipe("REPLACE PatientID high", name="deid.high")
    out = clean(small, deid=[lower, load_deid(upper)])
    assert (out.PatientID, out.PatientName) == ("high", "low")


def test_the_higher_recipe_alone_decides_about_an_element(
    clean: Any, small: Dataset, recipe: Any
) -> None:
    lower = recipe("KEEP PatientID", name="deid.low")
    upper = recipe("REMOVE PatientID", name="deid.high")
    assert "PatientID" not in clean(small, deid=[lower, upper])


def test_the_highest_stated_default_counts(clean: Any, small: Dataset, recipe: Any) -> None:
    lower = recipe(name="deid.low", top="DEFAULT BLANK")
    upper = recipe(name="deid.high", top="DEFAULT KEEP")
    assert clean(small, deid=[lower, upper, recipe(name="deid.none")]).PatientID == "P-1"


def test_a_recipe_made_in_python_is_a_recipe(clean: Any, small: Dataset) -> None:
    assert clean(small, deid=Recipe(format="dicom", default="KEEP")).PatientID == "P-1"


def test_rules_of_a_settings_file_lie_beneath_every_recipe(clean: Any, small: Dataset) -> None:
    config = {
        "put": {
            "actions": [
                {"action": "keep", "field": "StudyDate"},
                {"action": "REPLACE", "field": "PatientID", "value": "low"},
                {"action": "REPLACE", "field": "PatientName", "value": 5},
            ]
        }
    }
    out = clean(small, "REPLACE PatientID high", top="", config=config)
    assert (out.StudyDate, out.PatientID, out.PatientName) == ("20200131", "high", "5")


@pytest.mark.parametrize(
    "entry", ["REMOVE PatientID", {"action": "REMOVE"}, {"action": "REMOVE", "field": "X", "to": 1}]
)
def test_a_rule_of_a_settings_file_that_is_none_is_refused(
    clean: Any, small: Dataset, entry: object
) -> None:
    with pytest.raises(RecipeError) as caught:
        clean(small, config={"put": {"actions": [entry]}})
    assert str(caught.value) == (
        "put.actions[1]: expected an object with action, field and perhaps value"
    )


def test_a_settings_file_may_name_the_base(clean: Any, small: Dataset) -> None:
    out = clean(small, "KEEP Modality", top="", config={"put": {"base": "none"}})
    assert keywords(out) == {"Modality"}
