"""What a review planted, and what got past the sweep once."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.uid import ImplicitVRLittleEndian

from deid_core.dicom import replace_identifiers
from deid_core.elements import new_element
from deid_core_screening.sources import Own
from deid_core_screening.text import cleaner_of


def named(name):
    return cleaner_of(Own(names=frozenset([name])))


def numbered(identifier):
    return cleaner_of(Own(identifiers=frozenset([identifier])))


@pytest.mark.parametrize("identifier", ["12-345", "123/45", "1234 5", "0-12-345"])
def test_an_identifier_of_five_digits_is_found_with_the_signs_that_it_has(identifier):
    cleaner = numbered(identifier)
    assert cleaner.holds(f"knee {identifier} x")
    assert cleaner.holds(f"ID {identifier}")


def test_a_name_in_another_encoding_than_is_declared_goes_with_its_text(small, save, load):
    small.SpecificCharacterSet = "ISO_IR 100"
    small.PatientName = "Müller^Jörg"
    small.PatientID = "AB-12 345"
    said = "knee of Müller, AB-12 345".encode()
    small[0x00204000] = new_element(0x00204000, "LT", said.decode("latin-1"))
    (written,) = replace_identifiers(
        [save(small)], deid=["deid.dicom.basic", "deid.dicom.clean-descriptors"]
    )
    assert "Müller".encode() not in Path(written).read_bytes()


def test_a_text_that_would_be_too_long_with_its_new_uid_goes(small, save, load):
    small.StudyInstanceUID = OWN_UID
    small.StudyDescription = f"{OWN_UID}: knee, all of left side"
    assert "StudyDescription" not in cleaned(small, save, load, "clean-descriptors")


@pytest.mark.parametrize("text", ["555-12", "55.512", "5-5512", "x 55 512 y"])
def test_an_identifier_of_five_digits_is_found_with_signs_in_it(text):
    assert numbered("55512").holds(text)


@pytest.mark.parametrize("text", ["LI NA", "Na Li knee", "knee Li, Na", "Li_Na"])
def test_a_word_that_often_stands_for_no_name_may_be_one(text):
    assert named("Li^Na").holds(text)


def test_a_name_that_is_a_placeholder_as_a_whole_is_none():
    assert not named("Unknown^NA").holds("unknown protocol")


@pytest.mark.parametrize("text", ["case_17", "ID_17", "MRN_17", "ID: 17"])
def test_a_short_identifier_is_found_after_an_announcing_word_and_an_underline(text):
    assert numbered("17").holds(text)


@pytest.mark.parametrize("text", ["M%FCller", "M%C3%BCller", "MÃ¼ller"])
def test_a_name_in_a_wrong_encoding_is_found(text):
    assert named("Müller^Jörg").holds(text)


@pytest.mark.parametrize("keyword", ["FillerOrderNumberProcedure", "BreedRegistrationNumber"])
def test_an_unlisted_element_that_holds_an_identifier_goes(small, save, load, keyword):
    setattr(small, keyword, "7")
    (written,) = replace_identifiers([save(small)], deid="deid.dicom.basic")
    assert keyword not in load(written)


def test_numbers_that_a_private_dictionary_knows_stay_as_they_are(small, save, load):
    small.PatientName = "Doe^John"
    block = small.private_block(0x2001, "Philips Imaging DD 001", create=True)
    block.add_new(0x01, "FL", 1.5)
    block.add_new(0x0F, "SS", [24, 7])
    options = ["deid.dicom.basic", "deid.dicom.retain-safe-private", "deid.dicom.clean-descriptors"]
    path = save(small, syntax=ImplicitVRLittleEndian)
    (written,) = replace_identifiers([path], deid=options)
    kept = load(written).private_block(0x2001, "Philips Imaging DD 001")
    assert kept[0x01].value == 1.5
    assert list(kept[0x0F].value) == [24, 7]


@pytest.mark.parametrize("encoding", ["utf-16-be", "utf-16-le", "utf-8"])
@pytest.mark.parametrize(("number", "vr"), [(0x08, "UN"), (0x01, "UN"), (0x07, "UN")])
def test_text_in_private_bytes_is_found_whatever_a_dictionary_says(
    small, save, load, encoding, number, vr
):
    small.PatientName = "Doe^John"
    block = small.private_block(0x2001, "Philips Imaging DD 001", create=True)
    block.add_new(number, vr, "seen John Doe, knee ".encode(encoding))
    options = ["deid.dicom.basic", "deid.dicom.retain-safe-private", "deid.dicom.clean-descriptors"]
    (written,) = replace_identifiers([save(small)], deid=options)
    left = Path(written).read_bytes()
    assert "John".encode(encoding) not in left
    assert "Doe".encode(encoding) not in left


def test_text_of_two_bytes_a_character_is_found_in_an_element_of_text(small, save, load):
    small.PatientName = "Doe^John"
    small[0x00181160] = new_element(0x00181160, "UN", "of John Doe".encode("utf-16-be"))
    (written,) = replace_identifiers([save(small)], deid="deid.dicom.basic")
    assert "Doe".encode("utf-16-be") not in Path(written).read_bytes()


def test_an_address_without_blanks_is_found():
    cleaner = cleaner_of(Own(addresses=frozenset(["北京市海淀区5号"])))
    assert cleaner.holds("qwx 北京市海淀区5号 qwz")
    assert cleaner.cleaned("qwx 北京市海淀区5号 qwz").split() == ["qwx", "qwz"]


def cleaned(small, save, load, *options):
    names = ["deid.dicom.basic", *(f"deid.dicom.{option}" for option in options)]
    (written,) = replace_identifiers([save(small)], deid=names)
    return load(written)


OWN_UID = "1.2.276.0.7230010.3.1.2.8323329.4711"


def test_a_uid_in_a_text_becomes_what_it_becomes_elsewhere(small, save, load):
    small.StudyInstanceUID = OWN_UID
    small.ImageComments = f"see {OWN_UID}, please"
    out = cleaned(small, save, load, "clean-descriptors")
    assert out.ImageComments == f"see {out.StudyInstanceUID}, please"


def test_a_text_with_a_uid_goes_where_nothing_is_cleaned(small, save, load):
    small.StudyInstanceUID = OWN_UID
    small.AlgorithmName = OWN_UID
    assert "AlgorithmName" not in cleaned(small, save, load)


def test_a_uid_in_a_text_stays_where_uids_are_retained(small, save, load):
    small.ImageComments = f"see {OWN_UID}"
    out = cleaned(small, save, load, "clean-descriptors", "retain-uids")
    assert out.ImageComments == f"see {OWN_UID}"


def test_no_date_is_moved_inside_of_a_uid(small, save, load):
    small.ImageComments = "see 1.2.276.0.7230010.20040119072730.12322"
    out = cleaned(small, save, load, "clean-descriptors", "retain-modified-dates", "retain-uids")
    assert out.ImageComments == small.ImageComments


@pytest.mark.parametrize("options", [(), ("retain-modified-dates",)])
@pytest.mark.parametrize("text", ["t2_20190314", "scan 2019-03-14", "14.03.2019"])
def test_a_text_with_a_date_of_the_study_goes_where_dates_do_not_stay(
    small, save, load, options, text
):
    small.StudyDate = "20190314"
    small.FilterType = text
    assert "FilterType" not in cleaned(small, save, load, *options)


def test_a_version_that_is_a_date_stays(small, save, load):
    small.StudyDate = "20190314"
    small.SoftwareVersions = "V 20190314"
    assert cleaned(small, save, load).SoftwareVersions == "V 20190314"


def test_ages_above_89_in_a_text_are_capped(small, save, load):
    small.ImageComments = "93 year old, 93y, 93 y/o, age: 101, Alter 94; 93 mm, 45 years, 89y"
    out = cleaned(small, save, load, "clean-descriptors")
    assert out.ImageComments == "90 year old, 90y, 90 y/o, age: 90, Alter 90; 93 mm, 45 years, 89y"


def test_a_device_that_stays_is_searched_for_names(small, save, load):
    small.PatientName = "Doe^John"
    small.DeviceSerialNumber = "SN JOHN DOE"
    out = cleaned(small, save, load, "retain-device-identity")
    assert "DOE" not in str(out)


@pytest.mark.parametrize(
    ("name", "keyword", "term"),
    [
        ("Mono^Chrome", "PhotometricInterpretation", "MONOCHROME2"),
        ("Mono^Chrome", "PixelPresentation", "MONOCHROME"),
        ("Separate^Text", "ContinuityOfContent", "SEPARATE"),
    ],
)
def test_enumerated_values_that_readers_need_stay(small, save, load, name, keyword, term):
    small.PatientName = name
    setattr(small, keyword, term)
    assert cleaned(small, save, load, "clean-descriptors").get(keyword) == term


@pytest.mark.parametrize("text", ["LUDENSCHEIDT_JOERG"[:16], "MULLER_LUDENSCHEIDT"[:16]])
@pytest.mark.parametrize("options", [(), ("clean-descriptors",)])
def test_a_name_that_is_cut_off_by_its_vr_is_found(small, save, load, text, options):
    small.PatientName = "Muller-Ludenscheidt^Jorgensen"
    small.SequenceName = text
    left = str(cleaned(small, save, load, *options).get("SequenceName") or "")
    assert not any(part in left for part in ("LUDEN", "MULL"))


def test_a_word_that_ends_where_there_is_room_is_not_cut_off(small, save, load):
    small.PatientName = "Scandinavia^Erik"
    small.SequenceName = "long knee scan"
    assert cleaned(small, save, load).SequenceName == "long knee scan"


def test_of_several_values_those_stay_that_hold_no_name(small, save, load):
    small.PatientName = "Doe^John"
    small.ImageType = ["ORIGINAL", "PRIMARY", "DOE"]
    assert list(cleaned(small, save, load).ImageType) == ["ORIGINAL", "PRIMARY", "ANONYMIZED"]


@pytest.mark.parametrize("options", [(), ("clean-descriptors",)])
def test_what_some_iod_requires_gets_a_dummy(small, save, load, options):
    small.PatientName = "Doe^John"
    small.ManufacturerModelName = "DOE"
    small.StructureSetLabel = "DOE"
    out = cleaned(small, save, load, *options)
    assert out.ManufacturerModelName == "ANONYMIZED"
    assert out.StructureSetLabel == "ANONYMIZED"


def test_a_short_identifier_goes_where_it_is_the_whole_value(small, save, load):
    small.PatientID = "17"
    small.AcquisitionNumber = "17"
    small.BolusID = "17"
    out = cleaned(small, save, load)
    assert "17" not in str(out.get("BolusID"))
    assert out.AcquisitionNumber == 17


def test_a_uid_that_needs_a_dummy_is_the_same_everywhere(small, save, load):
    small.AnnotationGroupUID = OWN_UID
    small.StudyInstanceUID = OWN_UID
    out = cleaned(small, save, load)
    assert out.AnnotationGroupUID == out.StudyInstanceUID


def test_a_uid_of_a_kind_of_thing_that_holds_the_identifier_goes(small, save, load):
    small.PatientID = "12345"
    scheme = Dataset()
    scheme.CodingSchemeDesignator = "99OURS"
    scheme.CodingSchemeUID = "1.2.826.77.12345"
    small.CodingSchemeIdentificationSequence = [scheme]
    assert "12345" not in str(cleaned(small, save, load))


def test_text_behind_the_last_frame_is_overwritten_and_the_frames_stay():
    dataset = dcmread(get_testdata_file("CT_small.dcm"))
    dataset.PatientName = "Doe^John"
    frames = dataset.PixelData
    dataset.PixelData = frames + b"JOHN DOE AB-12 345  "
    (out,) = replace_identifiers([dataset], deid="deid.dicom.basic")
    assert out.PixelData == frames + bytes(20)


def test_padding_behind_the_last_frame_that_tells_nothing_stays():
    dataset = dcmread(get_testdata_file("CT_small.dcm"))
    dataset.PixelData += b"\1\2\3\4"
    (out,) = replace_identifiers([dataset], deid="deid.dicom.basic")
    assert out.PixelData == dataset.PixelData
