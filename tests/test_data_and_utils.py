"""Named example data, the folder of the installation, and small helpers."""

from __future__ import annotations

from pathlib import Path

import pytest

import deid_core
from deid_core import SettingsError, dictionary
from deid_core.config import DeidRecipe, load_deid
from deid_core.data import get_dataset
from deid_core.suggest import nearest
from deid_core.utils import get_installdir


def test_the_folder_of_the_installation_is_that_of_the_package() -> None:
    assert Path(get_installdir()) == Path(deid_core.__file__).parent


def test_a_dataset_is_a_folder() -> None:
    assert len(list(Path(get_dataset("dicom-cookies")).glob("*.dcm"))) == 7


@pytest.mark.parametrize("name", ["dicom-cookie", "Dicom-Cookies2"])
def test_a_dataset_that_is_not_there_is_refused_with_the_nearest(name: str) -> None:
    with pytest.raises(SettingsError) as caught:
        get_dataset(name)
    assert str(caught.value) == (
        f"no example data {name!r}; there are: dicom-cookies; did you mean 'dicom-cookies'?"
    )


def test_a_dataset_like_no_other_gets_no_suggestion() -> None:
    with pytest.raises(SettingsError, match=r"^no example data 'x'; there are: dicom-cookies$"):
        get_dataset("x")


def test_the_nearest_name_is_found_whatever_its_case() -> None:
    assert nearest("patientnam", ["PatientName", "PatientID"]) == "PatientName"
    assert nearest("xyz", ["PatientName"]) is None


@pytest.mark.parametrize(
    ("tag", "vrs"),
    [
        (0x00100010, ("PN",)),
        (0x7FE00010, ("OB", "OW")),
        (0x00280106, ("US", "SS")),
        (0x00090010, ()),
        (0x00100000, ("UL",)),
        (0x60003000, ("OB", "OW")),
        (0x0008FFFE, ()),
    ],
)
def test_the_dictionary_says_which_vrs_a_tag_may_have(tag: int, vrs: tuple[str, ...]) -> None:
    assert dictionary.vrs_of(tag) == vrs


def test_the_dictionary_knows_names_keywords_and_repeating_groups() -> None:
    assert dictionary.name_of(0x00100010) == "Patient's Name"
    assert dictionary.name_of(0x0008FFFE) == ""
    assert dictionary.keyword_of(0x60020010) == "OverlayRows"
    assert dictionary.tag_mask_of("OverlayRows") == "60xx0010"
    assert dictionary.tag_mask_of("PatientName") == "00100010"
    assert dictionary.tag_mask_of("Nonsense") is None
    assert dictionary.nearest_keyword("overlayrow") == "OverlayRows"


# -- loaded recipes --------------------------------------------------------------------


def test_a_loaded_recipe_is_a_mapping() -> None:
    deid = load_deid("deid.dicom.minimal")
    assert list(deid) == ["format", "base", "header"]
    assert len(deid) == 3
    assert deid["format"] == "dicom"
    assert deid["header"][0] == {
        "action": "ADD",
        "field": "PatientIdentityRemoved",
        "value": "Yes",
    }
    with pytest.raises(KeyError):
        deid["labels"]


def test_a_loaded_recipe_is_loaded() -> None:
    deid = load_deid("deid.dicom.minimal")
    assert load_deid(deid) is deid


def test_several_recipes_are_one_structure() -> None:
    both = load_deid(["deid.dicom", "deid.dicom.minimal"])
    assert len(both.layers) == 3
    assert len(both["header"]) == sum(len(layer.header) for layer in both.layers)
    assert isinstance(both, DeidRecipe)
