"""A rule names its field in any of the usual spellings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydicom.dataset import Dataset

from deid_core import Problem, RecipeError
from deid_core.recipe.selectors import parse_path

Refused = Callable[[str], tuple[Problem, ...]]


@pytest.mark.parametrize(
    "field",
    [
        "PatientID",
        "patientid",
        "(0010,0020)",
        "(0010, 0020)",
        "0010,0020",
        "00100020",
        "0x00100020",
    ],
)
def test_a_public_element_by_keyword_or_tag(clean: Any, small: Dataset, field: str) -> None:
    assert "PatientID" not in clean(small, f"REMOVE {field}")


@pytest.mark.parametrize(
    "field",
    [
        '(0009,"ACME 1.0",01)',
        "(0009,'ACME 1.0',01)",
        '0009,"ACME 1.0",01',
        '(0009, "acme 1.0", 01)',
        "(0009,1101)",
        "00091101",
    ],
)
def test_a_private_element_by_creator_or_tag(clean: Any, small: Dataset, field: str) -> None:
    small.private_block(0x0009, "OTHER", create=True).add_new(0x01, "LO", "stays")
    small.private_block(0x0009, "ACME 1.0", create=True).add_new(0x01, "LO", "goes")
    out = clean(small, f"REMOVE {field}", remove_private=False)
    assert 0x00091001 in out
    assert 0x00091101 not in out


def test_repeating_groups_by_keyword_and_by_mask(clean: Any, small: Dataset) -> None:
    for group in (0x6000, 0x6002):
        small.add_new(group << 16 | 0x0040, "CS", "G")
        small.add_new(group << 16 | 0x1500, "LO", "label")
    out = clean(small, "REMOVE OverlayType", "REMOVE (60xx,1500)")
    assert not [tag for tag in out.keys() if tag >> 16 in (0x6000, 0x6002)]  # noqa: SIM118


def test_a_name_without_path_is_found_at_every_depth(clean: Any, small: Dataset) -> None:
    inner = Dataset()
    inner.PatientID = "nested"
    inner.Modality = "MR"
    small.OtherPatientIDsSequence = [inner]
    out = clean(small, "REMOVE PatientID")
    assert [e.keyword for e in out.OtherPatientIDsSequence[0]] == ["Modality"]


@pytest.mark.parametrize(
    "field",
    [
        "OtherPatientIDsSequence__PatientID",
        "(0010,1002)__PatientID",
        "00101002__00100020",
        "(0010,1002)__(0010,0020)",
    ],
)
def test_a_path_is_found_in_all_items_but_nowhere_else(
    clean: Any, small: Dataset, field: str
) -> None:
    items = [Dataset(), Dataset()]
    for item in items:
        item.PatientID = "nested"
        item.Modality = "MR"
    small.OtherPatientIDsSequence = items
    out = clean(small, f"REMOVE {field}")
    assert out.PatientID == "P-1"
    assert ["PatientID" in item for item in out.OtherPatientIDsSequence] == [False, False]


@pytest.mark.parametrize(
    "field", ["OtherPatientIDsSequence__1__PatientID", "(0010,1002)__1__(0010,0020)"]
)
def test_a_path_may_tell_items_apart(clean: Any, small: Dataset, field: str) -> None:
    items = [Dataset(), Dataset()]
    for number, item in enumerate(items):
        item.PatientID = f"nested {number}"
        item.Modality = "MR"
    small.OtherPatientIDsSequence = items
    out = clean(small, f"REMOVE {field}")
    assert ["PatientID" in item for item in out.OtherPatientIDsSequence] == [True, False]


def test_a_path_leads_through_a_private_sequence(clean: Any, small: Dataset) -> None:
    inner = Dataset()
    inner.PatientID = "nested"
    inner.Modality = "MR"
    small.private_block(0x0009, "AC__ME", create=True).add_new(0x01, "SQ", [inner])
    out = clean(small, 'REMOVE (0009,"AC__ME",01)__PatientID', remove_private=False)
    assert [e.keyword for e in out[0x00091001].value[0]] == ["Modality"]
    assert out.PatientID == "P-1"


# -- selectors -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "gone"),
    [
        ("contains:Study", {"StudyDate", "StudyInstanceUID"}),
        ("contains:study.*date", {"StudyDate"}),
        ("startswith:Patient", {"PatientName", "PatientID"}),
        ("endswith:Date", {"StudyDate"}),
        ("select:VR:DA", {"StudyDate"}),
        ("select:VR:pn", {"PatientName"}),
        ("select:group:0010", {"PatientName", "PatientID"}),
        ("select:group:0x0010", {"PatientName", "PatientID"}),
        ("contains:\\(0008,002", {"StudyDate"}),
        ("toplevel:PatientID", {"PatientID"}),
        ("CONTAINS:PatientID", {"PatientID"}),
    ],
)
def test_a_selector_finds_many(clean: Any, small: Dataset, field: str, gone: set[str]) -> None:
    before = {element.keyword for element in small}
    after = {element.keyword for element in clean(small, f"REMOVE {field}")}
    assert before - after == gone


@pytest.mark.parametrize("name", ["except", "allexcept"])
def test_except_finds_what_has_the_pattern_in_none_of_its_names(
    clean: Any, small: Dataset, name: str
) -> None:
    out = clean(small, f"REMOVE {name}:Patient|PixelData", top="DEFAULT KEEP\nBASE none")
    assert [element.keyword for element in out] == ["PatientName", "PatientID", "PixelData"]


@pytest.mark.parametrize("field", ["ALL", "all", "all:"])
def test_all_finds_everything(clean: Any, small: Dataset, field: str) -> None:
    assert len(clean(small, f"REMOVE {field}", top="BASE none")) == 0


def test_a_class_of_characters_in_a_pattern_means_what_it_says(clean: Any, small: Dataset) -> None:
    assert "PatientID" in clean(small, r"REMOVE contains:\DatientID\d")
    assert "PatientID" not in clean(small, r"REMOVE contains:\DatientID")


def test_toplevel_does_not_reach_into_sequences(clean: Any, small: Dataset) -> None:
    inner = Dataset()
    inner.PatientID = "nested"
    small.OtherPatientIDsSequence = [inner]
    out = clean(small, "REMOVE toplevel:PatientID")
    assert "PatientID" not in out
    assert out.OtherPatientIDsSequence[0].PatientID == "nested"


def test_private_elements_are_found_by_the_name_of_their_creator(
    clean: Any, small: Dataset
) -> None:
    small.private_block(0x0009, "ACME", create=True).add_new(0x01, "LO", "x")
    assert 0x00091001 not in clean(small, "REMOVE contains:acme", remove_private=False)


def test_a_creator_that_is_longer_is_another(clean: Any, small: Dataset) -> None:
    small.private_block(0x0009, "ACME 2", create=True).add_new(0x01, "LO", "stays")
    out = clean(small, 'REMOVE (0009,"ACME",01)', remove_private=False)
    assert 0x00091001 in out


# -- what is refused -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "message", "suggestion"),
    [
        (
            "PatientIDD",
            "found 'PatientIDD'; expected a keyword of the dictionary or a tag",
            "PatientID",
        ),
        ("Xyzzyqwq", "found 'Xyzzyqwq'; expected a keyword of the dictionary or a tag", None),
        ("(0010,002)", "found '(0010,002)'; expected a keyword of the dictionary or a tag", None),
        (
            '(0010,"ACME",01)',
            "group 0010 is not private; a private creator needs an odd group",
            None,
        ),
        (
            "OtherPatientIDsSequence__PatientIdd",
            "found 'PatientIdd'; expected a keyword of the dictionary or a tag",
            "PatientID",
        ),
        ("contains:[", "selector 'contains': the pattern is no valid regular expression: ", None),
        ("select:PN", "selector 'select': expected VR:XX or group:GGGG", None),
        (
            "select:group:xyz",
            "selector 'select': expected a group of four hexadecimal digits",
            None,
        ),
        ("all:x", "selector 'all': takes no argument", None),
        (
            "toplevel:PatientIDD",
            "found 'PatientIDD'; expected a keyword of the dictionary or a tag",
            "PatientID",
        ),
    ],
)
def test_a_field_that_means_nothing_is_refused(
    refused: Refused, field: str, message: str, suggestion: str | None
) -> None:
    (problem,) = refused(f"REMOVE {field}")
    assert problem.message.startswith(message)
    assert (problem.line, problem.column) == (3, 8)
    assert problem.suggestion == suggestion


def test_an_unknown_selector_is_refused_with_those_there_are(refused: Refused) -> None:
    (problem,) = refused("REMOVE contain:Date")
    assert problem.message.startswith("found selector 'contain'; expected one of: ")
    assert "contains" in problem.message
    assert problem.suggestion is not None
    assert problem.suggestion.rstrip(":") == "contains"


def test_a_bad_pattern_is_refused_where_it_stands(clean: Any, small: Dataset) -> None:
    with pytest.raises(RecipeError) as caught:
        clean(small, "REMOVE startswith:(")
    (problem,) = caught.value.problems
    assert (problem.line, problem.column) == (4, 8)
    assert "regular expression" in problem.message


def test_steps_of_a_path_are_outermost_first() -> None:
    steps = parse_path("ReferencedImageSequence__0__PatientID")
    assert [(step.mask, step.item) for step in steps] == [("00081140", 0), ("00100020", None)]
