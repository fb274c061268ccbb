"""``%values`` and ``%fields``: groups that rules name."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom.dataset import Dataset

from deid_core.dicom import replace_identifiers

TOP = "DEFAULT KEEP\n%values patient\nFIELD PatientID\nSPLIT PatientName by=^;minlength=4"


@pytest.fixture
def image(small: Dataset) -> Dataset:
    small.StudyDescription = "scan of HOMER"
    small.SeriesDescription = "p-1 again"
    small.PatientComments = "call Jay"
    item = Dataset()
    item.ImageComments = "for simpson"
    small.ReferencedStudySequence = [item]
    return small


def test_what_holds_a_value_of_a_group_is_found_in_any_case_and_depth(
    clean: Any, image: Dataset
) -> None:
    out = clean(image, "REMOVE values:patient", top=TOP)
    for keyword in ("PatientID", "PatientName", "StudyDescription", "SeriesDescription"):
        assert keyword not in out
    assert out.PatientComments == "call Jay"
    assert "ImageComments" not in out.ReferencedStudySequence[0]


def test_a_group_is_collected_at_every_depth_and_from_the_file_meta_information(
    save: Any, load: Any, recipe: Any, small: Dataset
) -> None:
    item = Dataset()
    item.ScheduledProcedureStepID = "STEP"
    small.RequestAttributesSequence = [item]
    small.StudyDescription = "a step"
    small.SeriesDescription = "from PACS"
    top = "DEFAULT KEEP\n%values x\nFIELD ScheduledProcedureStepID\nFIELD SourceApplicationEntityTitle"
    path = save(small, meta={"SourceApplicationEntityTitle": "PACS"})
    (out,) = replace_identifiers(path, deid=recipe("REMOVE values:x", top=top))
    out = load(out)
    assert "StudyDescription" not in out
    assert "SeriesDescription" not in out
    assert out.PatientID == "P-1"


def test_values_are_text_and_no_patterns(clean: Any, small: Dataset) -> None:
    small.PatientID = ".+"
    out = clean(small, "REMOVE values:patient", top=TOP)
    assert "PatientID" not in out
    assert "StudyDate" in out


def test_values_are_patterns_where_the_recipe_says_so(clean: Any, small: Dataset) -> None:
    small.PatientID = "^2020.*$"
    out = clean(small, "REMOVE values:regex:patient", top=TOP)
    assert "StudyDate" not in out
    assert "Modality" in out


def test_a_value_that_is_no_valid_pattern_counts_as_found(clean: Any, small: Dataset) -> None:
    small.PatientID = "("
    assert "StudyDate" not in clean(small, "REMOVE values:regex:patient", top=TOP)


def test_a_value_that_is_too_short_is_no_needle(clean: Any, small: Dataset) -> None:
    small.PatientName = "Li^Al"
    small.StudyDescription = "alive"
    top = "DEFAULT KEEP\n%values x\nSPLIT PatientName by=^;minlength=4"
    assert clean(small, "REMOVE values:x", top=top).StudyDescription == "alive"


@pytest.mark.parametrize("minlength", ["", ";minlength=0", ";minlength=1"])
def test_an_empty_part_is_no_needle(clean: Any, small: Dataset, minlength: str) -> None:
    small.PatientName = "Homer^^"
    small.StudyDescription = "none"
    top = f"DEFAULT KEEP\n%values x\nSPLIT PatientName by=^{minlength}"
    assert clean(small, "REMOVE values:x", top=top).StudyDescription == "none"


def test_a_group_without_a_value_finds_nothing(clean: Any, small: Dataset) -> None:
    top = "DEFAULT KEEP\n%values x\nFIELD PatientComments\n%values y"
    out = clean(small, "REMOVE values:x", "REMOVE values:y", "REMOVE values:regex:y", top=top)
    assert "PatientID" in out


def test_a_group_is_collected_for_each_file_anew(
    small: Dataset, save: Any, load: Any, recipe: Any
) -> None:
    small.StudyDescription = "seen by Homer"
    one = save(small, "1.dcm")
    small.PatientName = "Simpson^Bart"
    two = save(small, "2.dcm")
    outs = replace_identifiers([one, two], deid=recipe("REMOVE values:patient", top=TOP))
    assert ["StudyDescription" in load(out) for out in outs] == [False, True]


def test_a_group_of_values_and_a_pattern_may_be_joined(clean: Any, image: Dataset) -> None:
    out = clean(image, "REMOVE contains:Description+values:patient", top=TOP)
    assert "StudyDescription" not in out
    assert "PatientID" in out


def test_groups_of_one_name_in_several_recipes_are_one(
    small: Dataset, save: Any, load: Any, recipe: Any
) -> None:
    low = recipe(
        name="deid.low", top="DEFAULT KEEP\n%values x\nFIELD PatientID\n%fields y\nFIELD Modality"
    )
    top = recipe(
        "REMOVE values:x",
        "REMOVE fields:y",
        name="deid.top",
        top="DEFAULT KEEP\n%values x\nFIELD StudyDate\n%fields y\nFIELD PatientName",
    )
    (out,) = replace_identifiers(save(small), deid=[low, top])
    out = load(out)
    for keyword in ("PatientID", "StudyDate", "Modality", "PatientName"):
        assert keyword not in out
    assert "StudyInstanceUID" in out


def test_a_group_of_fields_names_its_members(clean: Any, image: Dataset) -> None:
    top = "DEFAULT KEEP\n%fields texts\nFIELD contains:Description\nFIELD PatientComments"
    out = clean(image, "BLANK fields:texts", top=top)
    assert (out.StudyDescription, out.SeriesDescription, out.PatientComments) == ("", "", "")
    assert out.PatientID == "P-1"


def test_a_group_of_fields_without_members_names_nothing(clean: Any, small: Dataset) -> None:
    assert "PatientID" in clean(small, "REMOVE fields:x", top="DEFAULT KEEP\n%fields x")


@pytest.mark.parametrize("selector", ["values:nobody", "values:regex:nobody", "fields:nobody"])
def test_a_group_that_is_not_there_is_refused(refused: Any, selector: str) -> None:
    (problem,) = refused(f"REMOVE {selector}")
    assert "there is no section %" in problem.message
    assert (problem.line, problem.column) == (3, 8)


def test_the_nearest_group_is_suggested(refused: Any) -> None:
    (problem,) = refused("REMOVE fields:nmaes\n%fields names\nFIELD PatientName")
    assert (problem.suggestion, problem.message.endswith("(known: names)")) == ("names", True)


def test_a_group_of_fields_must_not_depend_on_values(refused: Any) -> None:
    problems = refused("REMOVE fields:x\n%fields x\nFIELD values:y\n%values y\nFIELD PatientID")
    assert "the group of fields 'x' must not depend on values" in problems[0].message


def test_a_group_of_fields_that_names_itself_is_refused(refused: Any) -> None:
    problems = refused("REMOVE fields:x\n%fields x\nFIELD fields:x")
    assert problems


def test_a_member_that_cannot_be_decoded_gives_no_value(
    small: Dataset, save: Any, load: Any, recipe: Any
) -> None:
    small.SeriesNumber = 12
    path = save(small)
    path.write_bytes(path.read_bytes().replace(b"IS\2\x0012", b"IS\2\0ab"))
    top = "%values x\nFIELD SeriesNumber\nFIELD PatientID"
    deid = recipe("KEEP StudyDate", "REMOVE StudyDate values:x", "SPARE SeriesNumber", top=top)
    (out,) = replace_identifiers(path, deid=deid)
    out = load(out)
    assert out.StudyDate == "20200131"
    assert "SeriesNumber" not in out
