"""Content items: what becomes of each by its concept (table E.3.4-1)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import SecondaryCaptureImageStorage

import deid_core_profiles

STRUCTURED = "clean-structured-content"
CONTENT = json.loads(
    (Path(deid_core_profiles.__file__).parent / "data" / "tables.json").read_text()
)["content"]
VALUES = {
    "DATE": ("Date", "20200131"),
    "DATETIME": ("DateTime", "20200131101112"),
    "PNAME": ("PersonName", "Somebody^Else"),
    "TEXT": ("TextValue", "a word or two"),
    "TIME": ("Time", "101112"),
    "UIDREF": ("UID", "1.2.3.4.5.6"),
}
ROWS = [
    (concept, value_type, codes)
    for concept, types in CONTENT.items()
    for value_type, codes in types.items()
    if value_type in VALUES
]


def coded(value, scheme, meaning="a meaning"):
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, scheme, meaning
    return code


def item(concept, value_type, **values):
    made = Dataset()
    made.RelationshipType, made.ValueType = "CONTAINS", value_type
    scheme, _, value = concept.rpartition(" ")
    made.ConceptNameCodeSequence = [coded(value, scheme)]
    for keyword, one in values.items():
        setattr(made, keyword, one)
    return made


def with_value(concept, value_type):
    keyword, value = VALUES[value_type]
    return item(concept, value_type, **{keyword: value})


def fate(out, value_type):
    if "ContentSequence" not in out:
        return "X"
    keyword, value = VALUES[value_type]
    return "K" if out.ContentSequence[0].get(keyword) == value else "D"


@pytest.mark.parametrize(("concept", "value_type", "codes"), ROWS)
def test_the_basic_profile_removes_items_or_gives_dummies(
    profile, small, concept, value_type, codes
):
    small.ContentSequence = [with_value(concept, value_type)]
    assert fate(profile(small), value_type) == ("X" if codes["basic"] == "X" else "D")


@pytest.mark.parametrize("option", ["retain-uids", "retain-full-dates", "clean-descriptors"])
def test_an_option_keeps_the_items_that_it_is_about(profile, small, option):
    method = {
        "retain-uids": "113110",
        "retain-full-dates": "113106",
        "clean-descriptors": "113105",
    }[option]
    about = [row for row in ROWS if method in row[2]]
    small.ContentSequence = [with_value(concept, kind) for concept, kind, _ in about]
    out = profile(small, STRUCTURED, option)
    found = [
        one.get(VALUES[kind][0])
        for one, (_, kind, _) in zip(out.ContentSequence, about, strict=True)
    ]
    assert len(out.ContentSequence) == len(about)
    assert found == [VALUES[kind][1] for _, kind, _ in about]


def test_modified_dates_shift_the_dates_of_items_as_those_of_attributes(profile, small):
    small.StudyDate = "20200131"
    small.ContentSequence = [with_value("DCM 126201", "DATE"), with_value("DCM 1", "DATETIME")]
    out = profile(small, "retain-modified-dates")
    date, instant = out.ContentSequence
    assert date.Date == out.StudyDate != "20200131"
    assert instant.DateTime == out.StudyDate + "101112"


def test_text_of_a_concept_that_is_not_listed_becomes_a_dummy(profile, small):
    small.ContentSequence = [item("99LOCAL 7", "TEXT", TextValue="call the daughter")]
    assert profile(small).ContentSequence[0].TextValue == "ANONYMIZED"


def test_text_of_a_concept_that_is_not_listed_is_cleaned_by_the_option(profile, small):
    small.PatientName = "Doe^John"
    small.ContentSequence = [item("99LOCAL 7", "TEXT", TextValue="nodule of John Doe, 3 mm")]
    text = profile(small, STRUCTURED, "clean-descriptors").ContentSequence[0].TextValue
    assert "Doe" not in text
    assert "nodule" in text
    assert "3 mm" in text


def test_text_without_a_concept_becomes_a_dummy_wherever_it_stands(profile, small):
    odd = Dataset()
    odd.TextValue = "call the daughter"
    small.ProtocolContextSequence = [odd]
    out = profile(small)
    assert out.ProtocolContextSequence[0].TextValue == "ANONYMIZED"


def test_numbers_and_codes_stay(profile, small):
    value = Dataset()
    value.NumericValue = "12.5"
    value.MeasurementUnitsCodeSequence = [coded("mm", "UCUM", "millimeter")]
    number = item("99LOCAL 1", "NUM", MeasuredValueSequence=[value])
    finding = item("99LOCAL 2", "CODE", ConceptCodeSequence=[coded("M-1", "SRT", "Cyst")])
    small.ContentSequence = [number, finding]
    first, second = profile(small).ContentSequence
    assert first.MeasuredValueSequence[0].NumericValue == 12.5
    assert second.ConceptCodeSequence[0].CodeMeaning == "Cyst"


def test_what_is_below_an_item_that_goes_goes_too(profile, small):
    observer = with_value("DCM 121008", "PNAME")
    gone = item("DCM 121022", "TEXT", TextValue="A-1", ContentSequence=[observer])
    small.ContentSequence = [gone, item("99LOCAL 1", "CONTAINER")]
    (left,) = profile(small).ContentSequence
    assert left.ValueType == "CONTAINER"


def test_references_by_position_follow_the_items_they_point_at(profile, small):
    gone = with_value("DCM 121022", "TEXT")
    target = item("99LOCAL 1", "CONTAINER")
    pointing = Dataset()
    pointing.RelationshipType = "INFERRED FROM"
    pointing.ReferencedContentItemIdentifier = [1, 2]
    at_gone = Dataset()
    at_gone.RelationshipType = "INFERRED FROM"
    at_gone.ReferencedContentItemIdentifier = [1, 1]
    holder = item("99LOCAL 2", "CONTAINER", ContentSequence=[at_gone, pointing])
    small.ContentSequence = [gone, target, holder]
    first, second = profile(small).ContentSequence
    assert first.ConceptNameCodeSequence[0].CodeValue == "1"
    (left,) = second.ContentSequence
    assert list(left.ReferencedContentItemIdentifier) == [1, 1] or (
        left.ReferencedContentItemIdentifier == [1, 1]
    )


@pytest.mark.parametrize(
    ("years", "expected"), [("34", "34"), ("89", "89"), ("90", "90"), ("101", "90")]
)
def test_an_age_of_a_subject_is_capped_where_it_stays(profile, small, years, expected):
    value = Dataset()
    value.NumericValue = years
    value.MeasurementUnitsCodeSequence = [coded("a", "UCUM", "year")]
    small.ContentSequence = [item("DCM 121033", "NUM", MeasuredValueSequence=[value])]
    out = profile(small, STRUCTURED, "retain-patient-characteristics")
    (measured,) = out.ContentSequence[0].MeasuredValueSequence
    assert str(measured.NumericValue) == expected


def test_an_age_in_a_unit_that_is_not_known_goes(profile, small):
    value = Dataset()
    value.NumericValue = "101"
    value.MeasurementUnitsCodeSequence = [coded("summers", "99LOCAL", "summers")]
    small.ContentSequence = [item("DCM 121033", "NUM", MeasuredValueSequence=[value])]
    out = profile(small, STRUCTURED, "retain-patient-characteristics")
    assert "MeasuredValueSequence" not in out.ContentSequence[0]


def test_a_users_own_recipe_keeps_a_text_of_an_item(profile, small):
    small.SOPClassUID = SecondaryCaptureImageStorage
    small.ContentSequence = [item("99LOCAL 7", "TEXT", TextValue="cyst")]
    assert profile(small, lines=["KEEP TextValue"]).ContentSequence[0].TextValue == "cyst"


def test_content_of_what_holds_no_items_goes(clean, small):
    small.ImageType = ["ORIGINAL", "PRIMARY"]
    assert "ImageType" not in clean(small, "CONTENT ImageType")
