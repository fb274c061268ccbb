"""The language of ``--name-by``: what it takes, what it refuses, and what becomes of values."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid_core import Settings, SettingsError
from deid_core.naming import MAX_LENGTH, safe_path
from deid_core.settings_file import read_settings
from deid_core.template import MOST_PARTS, read_template

TAGS = {0x00100020: "PatientID", 0x00200011: "SeriesNumber", 0x00080060: "Modality"}
SHOWN = "{PatientID}/{SeriesNumber:04}-{Modality|none}/x{SeriesNumber:.3|}.dcm"


def name(template: str, **values: Any) -> str:
    def values_of(tag: int) -> Sequence[object]:
        value = values.get(TAGS[tag])
        return value if isinstance(value, list) else [value]

    return str(read_template(template).name(values_of))


def test_keywords_stand_for_their_values() -> None:
    named = name("{PatientID}/{Modality}.dcm", PatientID="P1", Modality="CT")
    assert named == "P1/CT.dcm"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (7, "0007"),
        ("7", "0007"),
        ("0012", "0012"),
        (12345, "12345"),
        (-7, "-007"),
        ("+7", "0007"),
        (7.0, "0007"),
        ("7.00", "0007"),
        (7.5, "7.5"),
        ("12A", "12A"),
        ("٣", "٣"),
        ("9" * 65, "9" * 65),
        ([1, 2], "0001-0002"),
        (["", 2, None], "0002"),
    ],
)
def test_whole_numbers_are_filled_with_zeros_and_all_else_stays(value: Any, shown: str) -> None:
    assert name("{SeriesNumber:04}", SeriesNumber=value) == shown


def test_long_texts_can_be_cut() -> None:
    assert name("{PatientID:.4}.dcm", PatientID="ABCDEFG") == "ABCD.dcm"
    assert name("{PatientID:.4}.dcm", PatientID="AB") == "AB.dcm"


def test_several_values_are_joined() -> None:
    assert name("{Modality}", Modality=["ORIGINAL", "PRIMARY"]) == "ORIGINAL-PRIMARY"


@pytest.mark.parametrize("value", [None, "", "  ", "\0", [], [None, ""]])
def test_what_is_missing_or_empty_has_its_default(value: Any) -> None:
    assert name("{Modality}/x", Modality=value) == "no-Modality/x"
    assert name("{Modality|OT}/x", Modality=value) == "OT/x"
    assert name("{Modality:04|OT}/x", Modality=value) == "OT/x"
    assert name("{Modality|}/x", Modality=value) == "_/x"
    assert name("a{Modality|}/x", Modality=value) == "a/x"


@pytest.mark.parametrize("value", ["../../etc/x", "/etc", "a/b", "..", ".", "a\\b", "~", " . "])
def test_no_value_adds_a_folder_or_takes_one_away(value: str) -> None:
    path = safe_path(PurePosixPath(name("top/{PatientID}/x.dcm", PatientID=value)))
    assert len(path.parts) == 3
    assert (path.parts[0], path.parts[2]) == ("top", "x.dcm")
    assert ".." not in path.parts


def test_equal_texts_in_two_forms_of_unicode_give_one_name() -> None:
    assert name("{PatientID}", PatientID="Mu\u0308ller") == name("{PatientID}", PatientID="Müller")


ANY = st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.lists(st.text(), max_size=3))


@given(ANY, ANY, ANY)
def test_any_values_give_a_safe_path_of_three_parts(patient: Any, series: Any, kind: Any) -> None:
    named = name(SHOWN, PatientID=patient, SeriesNumber=series, Modality=kind)
    path = safe_path(PurePosixPath(named))
    assert not path.is_absolute()
    assert len(path.parts) == 3
    for part in path.parts:
        assert part.strip(". ")
        assert len(part.encode()) <= MAX_LENGTH + 1
        assert not set(part) & set('/\\:*?"<>|\0\n\r')


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("{Modalty}.dcm", "did you mean 'Modality'?"),
        ("{Zzzzzzzzzz}.dcm", "which is no keyword of the dictionary"),
        ("x.dcm", "names no attribute"),
        ("", "is empty"),
        ("/{PatientID}", "is empty"),
        ("{PatientID}/", "is empty"),
        ("{PatientID}//x", "is empty"),
        ("../{PatientID}", "only dots"),
        ("{PatientID}\\x", "backslash"),
        ("{PatientID", "a brace without its partner"),
        ("{{PatientID}}", "a brace without its partner"),
        ("{PatientID.__class__}", "has {PatientID.__class__}; write {Keyword}"),
        ("{PatientID[0]}", "has {PatientID[0]}; write {Keyword}"),
        ("{PatientID!r}", "has {PatientID!r}; write {Keyword}"),
        ("{}", "has {}; write {Keyword}"),
        ("{0010,0020}", "has {0010,0020}; write {Keyword}"),
        ("{PatientID:x}", "the form 'x' for PatientID"),
        ("{PatientID:4}", "the form '4' for PatientID"),
        ("{PatientID:.0}", "the form '.0' for PatientID"),
        ("{PatientID:>2000000000}", "the form"),
        ("{Modality|a/b}", "inside of {Modality|a/b}"),
        ("{OverlayRows}", "of which an instance may hold several"),
        ("{PixelData}", "is no text and no number"),
        ("{RequestAttributesSequence}", "is no text and no number"),
        ("{SourceApplicationEntityTitle}", "MediaStorageSOPInstanceUID"),
        ("{PrivateInformation}", "MediaStorageSOPInstanceUID"),
        ("{AffectedSOPInstanceUID}", "MediaStorageSOPInstanceUID"),
        ("{PatientID}/" * MOST_PARTS + "x", "more than 16 parts"),
        ("{PatientID}" * 200, "more than 1000 characters"),
    ],
)
def test_what_is_no_template_is_refused_before_anything_is_read(template: str, reason: str) -> None:
    with pytest.raises(SettingsError, match="template") as refused:
        Settings(name_by=template)
    assert reason in str(refused.value)


def test_a_template_can_stand_in_the_settings_file() -> None:
    put = {"name_by": "{PatientID}.dcm", "rename_folders": True}
    settings = read_settings({"put": put})
    assert (settings.name_by, settings.rename_folders) == ("{PatientID}.dcm", True)
    with pytest.raises(SettingsError, match="expected a template"):
        read_settings({"put": {"name_by": 7}})
