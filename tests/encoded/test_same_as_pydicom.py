"""What is copied byte for byte is what pydicom reads and writes with the same plan."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from corpus_files import all_files
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydicom import DataElement, dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset

import deid_core_dicom
import deid_core_screening
from deid_core import Engine, FileRef, PluginHost, Settings
from deid_core.quiet import quiet_pydicom
from deid_core.recipe.syntax import parse

OWN = {"dicom": deid_core_dicom, "screening": deid_core_screening}
FILES = all_files()
SMALL = [path for path in FILES if path.stat().st_size < 40_000]

UNKNOWN_CREATORS = frozenset({"J2K_pixelrep_mismatch.dcm"})
"""Files whose private creators have lost their VR: pydicom gives it back when it looks at one."""

EVERYTHING = """FORMAT dicom
DEFAULT KEEP
%header
REPLACE contains:UID deid_func:hashuid
JITTER contains:Date 5
REMOVE contains:Name
ADD PatientIdentityRemoved YES
ADD ContentSequence__0__TextValue hello
BLANK contains:Description
REPLACE PatientID X
KEEP PatientSex
"""
OPTIONS = ("retain-uids", "clean-descriptors", "retain-modified-dates", "clean-structured-content")
RECIPES = {
    "default": [],
    "basic profile": ["deid.dicom.basic"],
    "options": ["deid.dicom.basic", *(f"deid.dicom.{option}" for option in OPTIONS)],
    "rules of all kinds": [EVERYTHING],
    "blank": [EVERYTHING.replace("DEFAULT KEEP", "DEFAULT BLANK")],
}


@pytest.mark.parametrize("recipes", RECIPES.values(), ids=RECIPES)
def test_every_real_file_becomes_the_same(attempt, recipes) -> None:
    fast = attempt(FILES, recipes)
    patient = attempt(FILES, recipes, patiently=True)
    for path, one, other in zip(FILES, fast, patient, strict=True):
        assert one.told() == other.told(), path.name
        if path.name not in UNKNOWN_CREATORS:
            assert one.data == other.data, path.name


def test_private_elements_that_are_screened_become_the_same(attempt) -> None:
    recipes = [EVERYTHING]
    kept = {"remove_private": False, "screen_private": True}
    fast = attempt(FILES, recipes, **kept)
    patient = attempt(FILES, recipes, patiently=True, **kept)
    for path, one, other in zip(FILES, fast, patient, strict=True):
        assert one.told() == other.told(), path.name
        if path.name not in UNKNOWN_CREATORS:
            assert one.data == other.data, path.name


ACTIONS = ("BLANK", "KEEP", "REMOVE", "REPLACE", "ADD")
KEYWORDS = (
    "PatientID",
    "PatientName",
    "StudyDate",
    "Rows",
    "SOPInstanceUID",
    "StudyInstanceUID",
    "ReferencedImageSequence",
    "ContentSequence",
    "PixelData",
    "WindowCenter",
    "StudyDescription",
    "ImageType",
)
PATTERNS = ("contains:UID", "endswith:Sequence", "startswith:Patient", "select:VR:LO", "ALL")
VALUES = ("1", "deid_func:hashuid", "Jane^Doe", "20200101")


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Draw a line of a recipe."""
    action = draw(st.sampled_from(ACTIONS))
    fields = KEYWORDS if action == "ADD" else (*KEYWORDS, *PATTERNS)
    field = draw(st.sampled_from(fields))
    value = f" {draw(st.sampled_from(VALUES))}" if action in ("ADD", "REPLACE") else ""
    return f"{action} {field}{value}"


@st.composite
def recipes(draw: st.DrawFn) -> str:
    """Draw a recipe."""
    default = draw(st.sampled_from(("KEEP", "REMOVE", "BLANK")))
    sweep = draw(st.sampled_from(("", "SWEEP clean\n", "SWEEP remove\n")))
    lines = "\n".join(draw(st.lists(rules(), max_size=6)))
    return f"FORMAT dicom\nDEFAULT {default}\n{sweep}%header\n{lines}\n"


@settings(max_examples=25, deadline=None)
@example(
    recipe="FORMAT dicom\nDEFAULT KEEP\n%header\nADD ReferencedImageSequence 1\n", files=SMALL[:1]
)
@given(recipe=recipes(), files=st.lists(st.sampled_from(SMALL), min_size=1, max_size=4))
def test_any_plan_makes_the_same_of_any_files(attempt, recipe: str, files: list[Path]) -> None:
    fast = attempt([*files, *files], [recipe])
    patient = attempt([*files, *files], [recipe], patiently=True)
    for path, one, other in zip([*files, *files], fast, patient, strict=True):
        assert one.told() == other.told(), path.name
        if path.name not in UNKNOWN_CREATORS:
            assert one.data == other.data, path.name


def test_text_whose_character_set_goes_is_read_as_before(attempt, tmp_path: Path) -> None:
    recipe = "FORMAT dicom\nDEFAULT KEEP\n%header\nREMOVE SpecificCharacterSet\n"
    for one, other in zip(
        attempt(SMALL, [recipe]), attempt(SMALL, [recipe], patiently=True), strict=True
    ):
        assert one.told() == other.told()
        assert _values(one.data) == _values(other.data)


def _values(data: bytes | None) -> object:
    if data is None:
        return None
    with quiet_pydicom():
        return _decoded(dcmread(BytesIO(data)))


def _decoded(dataset: Dataset) -> list[tuple[int, object]]:
    found: list[tuple[int, object]] = []
    for element in dataset:
        if element.VR == "SQ":
            found.append((element.tag, [_decoded(item) for item in element.value]))
        else:
            found.append((element.tag, str(element.value).strip()))
    return found


@pytest.mark.parametrize(("vr", "value"), [("UI", ["1.2", "3.4"]), ("PN", "Simpson^Homer")])
def test_what_is_no_single_uid_names_no_output(tmp_path: Path, vr: str, value: object) -> None:
    dataset = dcmread(get_testdata_file("CT_small.dcm"))
    dataset["StudyInstanceUID"] = DataElement("StudyInstanceUID", vr, value)
    dataset.save_as(tmp_path / "in.dcm")
    recipe = parse("FORMAT dicom\nDEFAULT KEEP\n%header\nKEEP ALL\n", "test")
    engine = Engine(PluginHost(OWN), [recipe], Settings(output_folder=tmp_path / "out"))
    (report,) = engine.run([FileRef("in.dcm", path=tmp_path / "in.dcm")])
    parts = Path(str(report.output)).relative_to(tmp_path / "out").parts
    assert len(parts) == 2
    assert "Simpson" not in str(report.output)
