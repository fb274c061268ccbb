"""A recipe made from a dictionary of dicom-anonymizer does at least what that would do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from deid_core import ImportedRecipe, RecipeError
from deid_core_importers.importers import IMPORTERS

DICOM_ANONYMIZER = IMPORTERS[1]


def translated(**entries: Any) -> ImportedRecipe:
    """Translate a dictionary, with tags as ``t00100010``, or with masks ``t60003000_FF00_FFFF``."""
    found = {}
    for name, action in entries.items():
        tag, *masks = name[1:].split("_")
        numbers = [tag[:4], tag[4:], *masks]
        found[f"({', '.join(f'0x{number}' for number in numbers)})"] = action
    data = json.dumps(found, indent=1).encode()
    assert DICOM_ANONYMIZER.recognizes(data)
    return DICOM_ANONYMIZER.translate(data, "dictionary.json")


@pytest.fixture
def image() -> Dataset:
    dataset = dcmread(get_testdata_file("CT_small.dcm"))
    dataset.OperatorsName = "Bouvier^Selma"
    dataset.ReferencedStudySequence = Sequence([Dataset()])
    dataset.ReferencedStudySequence[0].ReferencedSOPInstanceUID = "1.2.3"
    return dataset


# Attributes of VR PN, each with an action and what is left.
NAMES = {
    "t00080090": ("keep", "Selma"),
    "t0008009C": ("delete", None),
    "t00081048": ("empty", ""),
    "t00081050": ("delete_or_empty", ""),
    "t00081060": ("delete_or_empty_or_replace_UID", ""),
    "t00081070": ("replace", "Anonymized"),
    "t00100010": ("empty_or_replace", "Anonymized"),
    "t00101005": ("delete_or_replace", "Anonymized"),
    "t00101060": ("delete_or_empty_or_replace", "Anonymized"),
    "t00321032": ({"action": "replace_with_value", "value": "No^Body"}, "No^Body"),
    "t00400006": ({"action": "regexp", "find": "S(.)", "replace": r"\1"}, "elma"),
    "t0040A123": ({"action": "regexp", "find": "[a-z]", "replace": "x"}, "Sxxxx"),
}


def test_each_action_has_its_equal(image: Dataset, run: Any) -> None:
    for name in NAMES:
        image.add_new(int(name[1:], 16), "PN", "Selma")
    imported = translated(**{name: action for name, (action, _) in NAMES.items()})
    assert not imported.untranslated
    cleaned = run(image, imported)
    found = {name: cleaned.get(int(name[1:], 16)) for name in NAMES}
    assert {n: None if e is None else e.value for n, e in found.items()} == {
        name: expected for name, (_, expected) in NAMES.items()
    }


def test_uids_are_replaced_and_refer_as_before(image: Dataset, run: Any) -> None:
    image.FrameOfReferenceUID = image.StudyInstanceUID
    cleaned = run(
        image, translated(t0020000D="replace_UID", t00200052="delete_or_empty_or_replace_UID")
    )
    assert cleaned.FrameOfReferenceUID == cleaned.StudyInstanceUID != image.StudyInstanceUID


def test_what_the_dictionary_does_not_name_is_treated_by_the_basic_profile(
    image: Dataset, run: Any
) -> None:
    cleaned = run(image, translated(t00100020="keep"))
    assert cleaned.PatientID == image.PatientID
    assert cleaned.PatientName == ""
    assert cleaned.PatientIdentityRemoved == "YES"
    assert cleaned.SOPInstanceUID != image.SOPInstanceUID


@pytest.mark.parametrize("action", ["replace", "empty"])
def test_nothing_of_a_sequence_that_gets_dummies_stays(
    image: Dataset, run: Any, action: str
) -> None:
    cleaned = run(image, translated(t00081110=action))
    assert not cleaned.get("ReferencedStudySequence")


def test_a_mask_means_each_group_at_every_level(image: Dataset, run: Any) -> None:
    item = Dataset()
    for dataset in (image, item):
        dataset.add_new(0x60020022, "LO", "drawn by Selma")
    image.ProcedureCodeSequence = Sequence([item])
    cleaned = run(image, translated(t60000022_FF00_FFFF="delete"))
    assert "(6002,0022)" not in str(cleaned)


@pytest.mark.parametrize(
    "entries",
    [
        {"t00100010": "scramble"},
        {"t00100010": {"find": "x"}},
        {"t00100010": {"action": "regexp", "find": "x"}},
        {"t00100010": {"action": "regexp", "find": "(", "replace": "x"}},
        {"t00100010": {"action": "regexp", "find": "x", "replace": r"\9"}},
        {"t00100010": {"action": "replace_with_value", "value": {"a": 1}}},
        {"t00100010": {"action": "replace_with_value", "value": "a\nb"}},
        {"t00100010": ["keep"]},
        {"t00100010": None},
        {"t00100010": "replace_UID"},
    ],
)
def test_what_has_no_equal_is_listed_and_removed(entries: dict[str, Any]) -> None:
    imported = translated(**entries)
    [missed] = imported.untranslated
    assert (missed.line, missed.instead) == (2, "the element is removed")
    assert f"#   line 2: {missed.what}" in imported.text
    assert imported.text.endswith("%header\n\nREMOVE toplevel:PatientName\n")


def test_a_private_element_that_would_stay_is_listed_since_it_has_no_creator(
    image: Dataset, run: Any
) -> None:
    imported = translated(t00091001="keep")
    assert len(imported.untranslated) == 1
    assert 0x00091001 not in run(image, imported)


@pytest.mark.parametrize("name", ["t60000022_FF03_FFFF", "t00100010_FFFF", "t12345_0010"])
def test_a_tag_that_no_recipe_can_name_refuses_all(image: Dataset, run: Any, name: str) -> None:
    imported = translated(**{name: "delete"})
    assert len(imported.untranslated) == 1
    assert run(image, imported) is None


def test_of_two_equal_keys_the_last_counts(image: Dataset, run: Any) -> None:
    data = b'{"(0x0010,0x0020)": "keep",\n"(0x0010,0x0020)": "empty"}'
    imported = DICOM_ANONYMIZER.translate(data, "dictionary.json")
    assert run(image, imported).PatientID == ""
    assert imported.advice[0].startswith("line 1: the same key stands below")


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b'{"(0x10,0x10)": "keep",}', "dictionary.json:1:"),
        (b"[]", "dictionary.json:1:1: no dictionary"),
        (b"\xff{}", "dictionary.json:1:1: no dictionary"),
        (b'{"a":' * 100_000, "dictionary.json:1:1: no dictionary"),
    ],
)
def test_what_is_no_dictionary_is_refused_with_its_place(data: bytes, place: str) -> None:
    assert not DICOM_ANONYMIZER.recognizes(data)
    with pytest.raises(RecipeError) as raised:
        DICOM_ANONYMIZER.translate(data, "dictionary.json")
    assert str(raised.value).startswith(place)
