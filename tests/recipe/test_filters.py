from __future__ import annotations

from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from deid_core import Engine, PluginHost, RecipeError
from deid_core.config import load_deid
from deid_core.recipe.syntax import parse

IMAGE = Dataset()
IMAGE.Modality = "CT"
IMAGE.Manufacturer = "GE MEDICAL"
IMAGE.ImageType = ["DERIVED", "SECONDARY"]
IMAGE.SeriesDescription = ""
IMAGE.InstanceNumber = 0


def labels(tmp_path: Path, *lines: str) -> list[str]:
    file = tmp_path / "deid.filters"
    file.write_text("\n".join(["FORMAT dicom", "%filter test", "LABEL it", *lines]))
    return [match.label for match in load_deid(file).matches(IMAGE)]


@pytest.mark.parametrize(
    "criterion",
    [
        "equals Modality ct",
        "contains Manufacturer ^ge",
        "contains Manufacturer siemens|medical",
        r"contains Manufacturer \D",
        "equals ImageType SECONDARY",
        r"equals ImageType derived\secondary",
        "notequals Modality MR",
        "notcontains Modality M",
        "notequals PatientName x",
        "missing PatientName",
        "present SeriesDescription",
        "empty SeriesDescription",
        "equals 0x00080060 CT",
    ],
)
def test_a_criterion_that_holds_meets_the_label(tmp_path: Path, criterion: str) -> None:
    assert labels(tmp_path, criterion) == ["it"]


@pytest.mark.parametrize(
    "criterion",
    [
        "equals Modality C",
        r"contains Manufacturer \d",
        "notequals ImageType SECONDARY",
        "equals PatientName x",
        "missing SeriesDescription",
        "empty PatientName",
        "empty InstanceNumber",
        "present PatientName",
    ],
)
def test_a_criterion_that_fails_does_not(tmp_path: Path, criterion: str) -> None:
    assert labels(tmp_path, criterion) == []


def test_criteria_of_a_line_are_joined_from_left_to_right(tmp_path: Path) -> None:
    assert labels(tmp_path, "equals Modality MR + missing PatientName || equals Modality CT")
    assert not labels(tmp_path, "equals Modality CT || missing PatientName + equals Modality MR")


def test_lines_are_joined_after_their_criteria(tmp_path: Path) -> None:
    one, other = "equals Modality MR + missing PatientName", "equals Modality CT"
    assert labels(tmp_path, one, f"|| {other}")
    assert not labels(tmp_path, one, f"+ {other}")
    assert not labels(tmp_path, one, other)


def test_a_plus_in_a_value_is_no_operator(tmp_path: Path) -> None:
    assert not labels(tmp_path, "contains Manufacturer Definition AS+")


def test_a_label_without_criteria_is_met_by_every_instance(tmp_path: Path) -> None:
    assert labels(tmp_path, "coordinates 0,0,10,10") == ["it"]


def test_a_match_brings_its_regions(tmp_path: Path) -> None:
    file = tmp_path / "deid.filters"
    file.write_text(
        "FORMAT dicom\n%filter gray\nLABEL it\nequals Modality CT\n"
        "ctpcoordinates 5,6,10,20\nkeepcoordinates from:SequenceOfUltrasoundRegions\n"
    )
    (match,) = load_deid(file).matches(IMAGE)
    assert match.filter == "gray"
    assert [(c.keep, c.box, c.source) for c in match.coordinates] == [
        (False, (5, 6, 15, 26), None),
        (True, None, "SequenceOfUltrasoundRegions"),
    ]


def test_a_quote_that_opens_behind_a_sign_is_told_with_its_place() -> None:
    text = 'FORMAT dicom\n%filter test\nLABEL it\ncontains PatientSex M\n||" missing PatientID\n'
    with pytest.raises(RecipeError, match=r"^r:5:.*the quote \" is not closed"):
        Engine(PluginHost.load(), [parse(text, "r")])


def test_a_filter_that_means_nothing_is_told_by_those_who_match_with_it(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"deid\.filters:4:.*Did you mean 'equals'"):
        labels(tmp_path, "equalls Modality CT")
