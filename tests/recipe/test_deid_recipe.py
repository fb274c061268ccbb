"""`DeidRecipe`: recipes in the structure that users of pydicom/deid know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset

from deid_core import Recipe, RecipeError
from deid_core.config import DeidRecipe, layers_of, load_deid
from deid_core.dicom import replace_identifiers

TEXT = """FORMAT dicom

%header
REPLACE PatientID var:id
KEEP Modality

%labels
ADD PatientID cookie

%values names
FIELD PatientID
SPLIT PatientName by="^";minlength=4

%fields texts
FIELD contains:Description

%filter marks
LABEL one
contains PatientSex M + notequals OperatorsName bold bread
|| missing PatientID
coordinates 0,0,512,110
LABEL two
present Modality
keepcoordinates all
coordinates from:SequenceOfUltrasoundRegions
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "deid.mine"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture
def found(path: Path) -> DeidRecipe:
    return DeidRecipe(path)


def test_the_structure_is_that_of_pydicom_deid(found: DeidRecipe) -> None:
    assert found.deid == {
        "format": "dicom",
        "header": [
            {"action": "REPLACE", "field": "PatientID", "value": "var:id"},
            {"action": "KEEP", "field": "Modality"},
        ],
        "labels": [{"action": "ADD", "field": "PatientID", "value": "cookie"}],
        "values": {
            "names": [
                {"action": "FIELD", "field": "PatientID"},
                {"action": "SPLIT", "field": "PatientName", "value": 'by="^";minlength=4'},
            ]
        },
        "fields": {"texts": [{"action": "FIELD", "field": "contains:Description"}]},
        "filter": {
            "marks": [
                {
                    "name": "one",
                    "filters": [
                        {
                            "action": ["contains", "notequals"],
                            "field": ["PatientSex", "OperatorsName"],
                            "operator": None,
                            "InnerOperators": ["and"],
                            "value": ["M", "bold bread"],
                        },
                        {
                            "action": ["missing"],
                            "field": ["PatientID"],
                            "operator": "or",
                            "InnerOperators": [],
                            "value": [None],
                        },
                    ],
                    "coordinates": [[0, "0,0,512,110"]],
                },
                {
                    "name": "two",
                    "filters": [
                        {
                            "action": ["present"],
                            "field": ["Modality"],
                            "operator": None,
                            "InnerOperators": [],
                            "value": [None],
                        }
                    ],
                    "coordinates": [[1, "all"], [0, "from:SequenceOfUltrasoundRegions"]],
                },
            ]
        },
    }


def test_a_recipe_is_a_mapping_that_prints_as_its_structure(found: DeidRecipe) -> None:
    assert found["format"] == found.get_format() == "dicom"
    assert list(found) == ["format", "header", "labels", "values", "fields", "filter"]
    assert len(found) == 6
    assert dict(found) == found.deid
    assert repr(found).startswith("{'format': 'dicom',\n")


@pytest.mark.parametrize(
    ("action", "field", "fields"),
    [
        (None, None, ["PatientID", "Modality"]),
        ("REPLACE", None, ["PatientID"]),
        ("replace", None, ["PatientID"]),
        (None, "modality", ["Modality"]),
        ("KEEP", "PatientID", []),
    ],
)
def test_actions_are_found_by_action_and_field(
    found: DeidRecipe, action: str | None, field: str | None, fields: list[str]
) -> None:
    assert [entry["field"] for entry in found.get_actions(action, field)] == fields


def test_sections_are_found_by_name(found: DeidRecipe) -> None:
    assert list(found.get_filters()) == found.ls_filters() == ["marks"]
    assert [label["name"] for label in found.get_filters("marks")] == ["one", "two"]
    assert list(found.get_values_lists()) == found.ls_valuelists() == ["names"]
    assert len(found.get_values_lists("names")) == 2
    assert list(found.get_fields_lists()) == found.ls_fieldlists() == ["texts"]
    assert found.get_fields_lists("texts") == [{"action": "FIELD", "field": "contains:Description"}]
    assert found.get_filters("nothing") == []
    assert found.listof("labels") == ["PatientID"]
    assert found.has_actions()
    assert found.has_values_lists()
    assert found.has_fields_lists()


def test_a_recipe_without_sections_says_so() -> None:
    empty = DeidRecipe(Recipe(format="dicom"))
    assert empty.deid == {"format": "dicom", "header": []}
    assert not empty.has_actions()
    assert not empty.has_values_lists()
    assert not empty.has_fields_lists()
    assert empty.get_filters() is None
    assert empty.get_values_lists("x") is None
    assert empty.ls_filters() == []
    assert DeidRecipe(Recipe()).get_format() is None


def test_without_a_recipe_it_is_the_bundled_one() -> None:
    assert [recipe.source for recipe in DeidRecipe().layers] == ["deid.dicom.pixels", "deid.dicom"]


def test_a_base_lies_beneath(path: Path) -> None:
    found = DeidRecipe(path, base=True, default_base="deid.dicom.minimal")
    assert [recipe.source for recipe in found.layers] == [str(path)]
    assert found["base"] == "deid.dicom.minimal"


def test_recipes_on_each_other_are_one_structure(found: DeidRecipe, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text(
        "FORMAT dicom\n%header\nREMOVE StudyDate\n%values names\nFIELD StudyDate\n"
        "%filter marks\nLABEL three\npresent PatientID",
        encoding="utf-8",
    )
    found.load(other)
    assert found.listof("header") == ["PatientID", "Modality", "StudyDate"]
    assert [one["field"] for one in found["values"]["names"]] == [
        "PatientID",
        "PatientName",
        "StudyDate",
    ]
    assert [label["name"] for label in found["filter"]["marks"]] == ["one", "two", "three"]


def test_a_loaded_recipe_is_itself_and_may_be_given_again(found: DeidRecipe, path: Path) -> None:
    assert load_deid(found) is found
    host = found._host
    assert layers_of(found, host) == found.layers
    assert layers_of([path, found, found.layers[0]], host) == (*found.layers,) * 3
    assert layers_of(None, host) == ()


# -- dictionaries ----------------------------------------------------------------------


def test_a_dictionary_is_a_recipe(small: Dataset, save: Any, load: Any) -> None:
    deid = {
        "format": "dicom",
        "header": [
            {"action": "KEEP", "field": "StudyDate"},
            {"action": "REPLACE", "field": "PatientID", "value": "x"},
        ],
    }
    (out,) = replace_identifiers(save(small), deid=deid)
    out = load(out)
    assert (out.StudyDate, out.PatientID) == ("20200131", "x")
    assert "PatientName" not in out


def test_a_recipe_and_its_dictionary_say_the_same(found: DeidRecipe) -> None:
    entry = {key: value for key, value in found.deid.items() if key != "filter"}
    assert DeidRecipe(entry).deid == entry


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"headers": []}, "a dictionary cannot give 'headers'; write a recipe"),
        ({"filter": {}}, "a dictionary cannot give 'filter'; write a recipe"),
        ({"header": ["KEEP Modality"]}, "expected an object with action, field and perhaps value"),
        ({"values": {"x": [{"action": "FIELD"}]}}, "field"),
        ({"values": {"x": ["PatientID"]}}, "field"),
        ({"fields": {"x": [{"action": "SPLIT", "field": "PatientID"}]}}, "FIELD"),
        ({"format": "docx"}, "dicom"),
    ],
)
def test_a_dictionary_that_is_no_recipe_is_refused(entry: Any, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        DeidRecipe(entry)


def test_a_rule_with_a_condition_keeps_it_in_the_dictionary(tmp_path: Path) -> None:
    path = tmp_path / "deid"
    path.write_text("FORMAT dicom\n%header\nKEEP StudyDate IF equals Modality CT\n")
    recipe = DeidRecipe(path)
    try:
        again = DeidRecipe(recipe.deid)
    except RecipeError:
        return  # to refuse it is as good
    assert again.layers[0].header[0].condition == recipe.layers[0].header[0].condition


# -- what is logged --------------------------------------------------------------------


def test_each_rule_that_is_loaded_is_logged_for_debugging(
    path: Path, debug_log: pytest.LogCaptureFixture
) -> None:
    load_deid(path)
    assert "FORMAT set to dicom" in debug_log.messages
    assert "Adding REPLACE PatientID var:id" in debug_log.messages
