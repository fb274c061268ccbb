"""UIDs and dates: the same wherever they stand, and what is known of them kept."""

from __future__ import annotations

import copy

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, ExplicitVRBigEndian, ImplicitVRLittleEndian


def other(dataset: Dataset, **values: object) -> Dataset:
    twin = copy.deepcopy(dataset)
    for keyword, value in values.items():
        setattr(twin, keyword, value)
    return twin


# -- UIDs ------------------------------------------------------------------------------


def test_a_uid_is_the_same_in_every_file(profile, small):
    first, second = profile([small, other(small, SOPInstanceUID="1.2.3.5")])
    assert first.StudyInstanceUID == second.StudyInstanceUID
    assert first.SOPInstanceUID != second.SOPInstanceUID


def test_a_uid_is_the_same_in_every_run_with_one_key_and_order(profile, small):
    twin = other(small, SOPInstanceUID="1.2.3.5")
    one, two = profile([small, twin])
    two_again, one_again = profile([twin, small])
    assert one.SOPInstanceUID == one_again.SOPInstanceUID
    assert two.SOPInstanceUID == two_again.SOPInstanceUID


def test_a_uid_differs_under_another_key(profile, small):
    assert profile(small).SOPInstanceUID != profile(small, key=bytes(32)).SOPInstanceUID


@pytest.mark.parametrize("syntax", [None, ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_references_between_files_stay_true(profile, small, syntax):
    item = Dataset()
    item.ReferencedSOPClassUID = CTImageStorage
    item.ReferencedSOPInstanceUID = "1.2.3.4"
    series = Dataset()
    series.SeriesInstanceUID = "1.2.3.1"
    series.ReferencedInstanceSequence = [item]
    referrer = other(small, SOPInstanceUID="1.2.3.9", ReferencedSeriesSequence=[series])
    image, out = profile([small, referrer], syntax=syntax)
    (kept,) = out.ReferencedSeriesSequence
    assert kept.SeriesInstanceUID == image.SeriesInstanceUID
    (reference,) = kept.ReferencedInstanceSequence
    assert reference.ReferencedSOPInstanceUID == image.SOPInstanceUID
    assert reference.ReferencedSOPClassUID == CTImageStorage


@pytest.mark.parametrize(
    "keyword", ["PresentationSequenceCollectionUID", "ReferencedColorPaletteInstanceUID"]
)
def test_a_uid_in_an_attribute_without_a_row_is_the_same(profile, small, keyword):
    setattr(small, keyword, "1.2.3.4")
    out = profile(small)
    assert out[keyword].value == out.SOPInstanceUID


@pytest.mark.filterwarnings("ignore:Invalid value for VR UI")
def test_a_uid_that_is_stored_as_un_is_the_same(profile, small):
    small.add_new(0x00200052, "UN", b"1.2.3.4\0")
    out = profile(small)
    value = out[0x00200052].value
    text = value.decode().strip("\0 ") if isinstance(value, bytes) else value
    assert text == out.SOPInstanceUID


def test_the_file_meta_information_follows_the_data_set(profile, small):
    out = profile(small)
    assert out.file_meta.MediaStorageSOPInstanceUID == out.SOPInstanceUID
    assert out.file_meta.MediaStorageSOPClassUID == out.SOPClassUID == small.SOPClassUID


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("FrameOfReferenceUID", "1.2.840.10008.1.4.1.1"),
        ("ReferencedSOPInstanceUID", "1.2.840.10008.1.20.1.1"),
        ("PaletteColorLookupTableUID", "1.2.840.10008.1.5.1"),
        ("ReferencedSOPClassUID", CTImageStorage),
        ("CodingSchemeUID", "2.16.840.1.113883.6.96"),
        ("ContextUID", "1.2.840.10008.6.1.1"),
        ("MappingResourceUID", "1.2.840.10008.8.1.1"),
        ("ReferencedTransferSyntaxUIDInFile", "1.2.840.10008.1.2.1"),
    ],
)
def test_a_standard_uid_stays(profile, small, keyword, value):
    setattr(small, keyword, value)
    out = profile(small)
    # Group 0004 belongs to DICOMDIRs.
    assert keyword == "ReferencedTransferSyntaxUIDInFile" or out[keyword].value == value


def test_a_private_sop_class_stays(profile, small):
    small.SOPClassUID = "1.3.12.2.1107.5.9.1"
    assert profile(small).SOPClassUID == "1.3.12.2.1107.5.9.1"


def test_an_empty_uid_stays_empty(profile, small):
    small.FrameOfReferenceUID = ""
    assert profile(small).FrameOfReferenceUID in ("", None)


# -- dates -----------------------------------------------------------------------------

DATES = "retain-modified-dates"


def days(text: str) -> int:
    import datetime

    return datetime.datetime.strptime(text[:8], "%Y%m%d").date().toordinal()  # noqa: DTZ007


def test_dates_of_one_patient_are_shifted_by_one_number(profile, small):
    small.SeriesDate = "20200229"
    small.AcquisitionDateTime = "20191231235959.123456+0100"
    late = other(small, SOPInstanceUID="1.2.3.5", StudyDate="20210131")
    first, second = profile([small, late], DATES)
    shift = days(first.StudyDate) - days("20200131")
    assert shift < 0
    assert days(first.SeriesDate) - days("20200229") == shift
    assert days(str(first.AcquisitionDateTime)) - days("20191231") == shift
    assert days(second.StudyDate) - days("20210131") == shift


def test_dates_of_several_patients_are_shifted_by_several_numbers(profile, small):
    patients = [other(small, PatientID=f"P-{number}") for number in range(6)]
    assert len({out.StudyDate for out in profile(patients, DATES)}) > 3


def test_times_fractions_and_offsets_are_kept(profile, small):
    small.StudyTime = "235959.5"
    small.AcquisitionDateTime = "20191231235959.123456+0100"
    out = profile(small, DATES)
    assert out.StudyTime == "235959.5"
    assert str(out.AcquisitionDateTime)[8:] == "235959.123456+0100"


def test_each_of_several_dates_is_shifted(profile, small):
    small.DateOfLastCalibration = ["20200131", "20200202"]
    one, two = profile(small, DATES).DateOfLastCalibration
    assert days(two) - days(one) == 2


def test_dates_in_items_are_shifted_alike(profile, small):
    item = Dataset()
    item.StudyDate = "20200131"
    small.ReferencedSeriesSequence = [item]
    out = profile(small, DATES)
    assert out.ReferencedSeriesSequence[0].StudyDate == out.StudyDate


@pytest.mark.parametrize("value", ["19610229", "20201301", "yesterday"])
def test_a_date_that_does_not_exist_is_removed(profile, small, value):
    del small.StudyDate
    small.add_new("StudyDate", "LO", value)
    small["StudyDate"].VR = "DA"
    out = profile(small, DATES)
    assert "StudyDate" not in out or not out.StudyDate


@pytest.mark.parametrize("value", ["2560", "noon", "Simpson"])
def test_a_time_that_does_not_exist_is_removed(profile, small, value):
    small.add_new("StudyTime", "LO", value)
    small["StudyTime"].VR = "TM"
    assert "StudyTime" not in profile(small, DATES)


def test_birth_date_and_dates_of_the_study_move_together(profile, small):
    small.PatientBirthDate = "19700131"
    out = profile(small, DATES, lines=["JITTER PatientBirthDate keyed=3650"])
    assert days(out.StudyDate) - days(out.PatientBirthDate) == days("20200131") - days("19700131")


def test_a_birth_date_of_somebody_above_89_is_emptied(profile, small):
    small.PatientBirthDate, small.PatientAge = "19250131", "095Y"
    lines = [
        "REPLACE PatientAge deid_func:capage",
        "REPLACE PatientBirthDate deid_func:capbirthdate",
        "JITTER PatientBirthDate keyed=3650",
    ]
    out = profile(small, DATES, lines=lines)
    assert (out.PatientAge, out.PatientBirthDate) == ("090Y", "")


def test_uids_are_made_under_the_root_of_the_settings(profile, small):
    small.FrameOfReferenceUID = "1.2.3.8"
    out = profile(small, config={"put": {"uid_root": "1.2.826.0.1"}})
    for keyword in ("SOPInstanceUID", "StudyInstanceUID", "FrameOfReferenceUID"):
        assert out[keyword].value.startswith("1.2.826.0.1."), keyword


def test_an_empty_date_stays_empty(profile, small):
    small.StudyDate = ""
    assert profile(small, DATES).StudyDate in ("", None)


def test_a_date_of_an_attribute_without_a_row_is_no_birth_date(profile, small):
    small.PatientBirthDate = "19560512"
    small.ExpiryDate = "19560512"
    assert "19560512" not in str(profile(small))


def test_dates_in_cleaned_descriptors_do_not_give_the_shift_away(profile, small):
    small.StudyDescription = "knee 20200131"
    out = profile(small, DATES, "clean-descriptors")
    assert "20200131" not in out.StudyDescription
