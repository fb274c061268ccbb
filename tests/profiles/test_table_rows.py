"""Rows of table E.1-1: what the basic profile does for each action code."""

from __future__ import annotations

import re
import warnings

import pytest
from pydicom import config, datadict
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    CTImageStorage,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    RTPlanStorage,
    SecondaryCaptureImageStorage,
)
from pydicom.valuerep import validate_value

SAMPLES = {
    "AE": "HERE",
    "AS": "034Y",
    "CS": "HERE",
    "DA": "20200131",
    "DS": "7",
    "DT": "20200131120000",
    "FD": 7.0,
    "FL": 7.0,
    "IS": "7",
    "LO": "something",
    "LT": "something",
    "OB": b"some",
    "OW": b"some",
    "PN": "Some^One",
    "SH": "something",
    "ST": "something",
    "TM": "120000",
    "UC": "something",
    "UI": "1.2.3.4.5",
    "UR": "http://some.where",
    "US": 7,
    "UT": "something",
}

REMOVED = [
    "AdmissionID",
    "AdmittingDate",
    "AdmittingTime",
    "Allergies",
    "AuthorObserverSequence",
    "BranchOfService",
    "CurrentPatientLocation",
    "DataSetTrailingPadding",
    "DerivationDescription",
    "DigitalSignaturesSequence",
    "DistributionAddress",
    "IconImageSequence",
    "ImageComments",
    "InstanceCoercionDateTime",
    "InstitutionAddress",
    "IssuerOfPatientID",
    "MilitaryRank",
    "ModifiedAttributesSequence",
    "Occupation",
    "OriginalAttributesSequence",
    "OtherPatientIDs",
    "OtherPatientIDsSequence",
    "OtherPatientNames",
    "PatientAddress",
    "PatientAge",
    "PatientComments",
    "PatientMotherBirthName",
    "PatientSize",
    "PatientWeight",
    "PerformedProcedureStepDescription",
    "PersonTelephoneNumbers",
    "RequestAttributesSequence",
    "SeriesDescription",
    "StudyComments",
    "StudyDescription",
    "TimezoneOffsetFromUTC",
]
EMPTIED = [
    "AccessionNumber",
    "ConsultingPhysicianName",
    "FillerOrderNumberImagingServiceRequest",
    "PatientBirthDate",
    "PatientName",
    "PatientSex",
    "PlacerOrderNumberImagingServiceRequest",
    "ReferringPhysicianName",
    "StudyDate",
    "StudyID",
    "StudyTime",
]
DUMMIES = [
    "CertificateOfSigner",
    "ContainerIdentifier",
    "DestinationAE",
    "DigitalSignatureDateTime",
    "EndAcquisitionDateTime",
    "FlowIdentifier",
    "FrameOriginTimestamp",
    "PersonName",
    "SelectorAEValue",
    "SelectorASValue",
    "SelectorDTValue",
    "SelectorOBValue",
    "SelectorPNValue",
    "SelectorTMValue",
    "SelectorURValue",
    "SpecimenIdentifier",
    "StructureSetLabel",
    "VerifyingObserverName",
    "VerifyingOrganization",
    "XRaySourceID",
]
REPLACED = [
    "ConcatenationUID",
    "DeviceUID",
    "DimensionOrganizationUID",
    "FailedSOPInstanceUIDList",
    "FrameOfReferenceUID",
    "InstanceCreatorUID",
    "IrradiationEventUID",
    "ReferencedSOPInstanceUID",
    "SOPInstanceUID",
    "SeriesInstanceUID",
    "StudyInstanceUID",
    "SynchronizationFrameOfReferenceUID",
    "TransactionUID",
    "UID",
]


def vr_of(keyword: str) -> str:
    return datadict.dictionary_VR(datadict.tag_for_keyword(keyword))


def put(dataset: Dataset, *keywords: str) -> Dataset:
    for keyword in keywords:
        vr = vr_of(keyword)
        value = Sequence([inner()]) if vr == "SQ" else SAMPLES[vr]
        dataset.add_new(datadict.tag_for_keyword(keyword), vr, value)
    return dataset


def inner() -> Dataset:
    item = Dataset()
    item.CodeMeaning = "something"
    return item


@pytest.mark.parametrize("syntax", [None, ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_code_x_removes_the_attribute(profile, small, syntax):
    keywords = [k for k in REMOVED if datadict.tag_for_keyword(k)]
    out = profile(put(small, *keywords), syntax=syntax)
    assert [k for k in keywords if k in out] == []


def test_code_x_removes_the_attribute_in_items(profile, small):
    item = put(Dataset(), *REMOVED)
    item.CodeMeaning = "CT"
    small.AnatomicRegionSequence = [item]
    (out,) = profile(small).AnatomicRegionSequence
    assert list(out.keys()) == [0x00080104]


def test_code_z_leaves_the_attribute_empty(profile, small):
    out = profile(put(small, *EMPTIED))
    assert [k for k in EMPTIED if k not in out or not out[k].is_empty] == []


def test_code_z_does_not_create_the_attribute(profile, small):
    assert "AccessionNumber" not in profile(small)


def test_code_z_leaves_an_empty_sequence(profile, small):
    out = profile(put(small, "IssuerOfTheSpecimenIdentifierSequence"))
    assert len(out.IssuerOfTheSpecimenIdentifierSequence) == 0


def known(keywords):
    return [k for k in keywords if datadict.tag_for_keyword(k)]


@pytest.mark.parametrize("keyword", known(DUMMIES))
def test_code_d_leaves_another_value_that_is_legal(profile, small, keyword):
    out = profile(put(small, keyword))
    element = out[keyword]
    assert not element.is_empty
    if element.VR == "SQ":
        return
    assert element.value != SAMPLES[element.VR]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        validate_value(element.VR, element.value, config.RAISE)


def test_code_d_replaces_what_a_content_sequence_says(profile, small):
    item = Dataset()
    item.ValueType = "TEXT"
    item.TextValue = "seen by his neighbour in Elm Street"
    small.ContentSequence = [item]
    out = profile(small)
    assert "Elm Street" not in str(out)


def test_code_u_replaces_uids_by_others(profile, small):
    out = profile(put(small, *REPLACED))
    for keyword in REPLACED:
        assert re.fullmatch(r"2\.25\.[1-9]\d{0,38}", str(out[keyword].value)), keyword


def test_code_u_keeps_the_number_of_values(profile, small):
    small.FailedSOPInstanceUIDList = ["1.2.3.4", "1.2.3.5"]
    out = profile(small)
    assert len(out.FailedSOPInstanceUIDList) == 2
    assert out.FailedSOPInstanceUIDList[0] == out.SOPInstanceUID


def test_attributes_of_no_row_stay(profile, small):
    small.SliceThickness = "2.5"
    small.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    out = profile(small)
    assert (out.SliceThickness, out.Modality, list(out.ImageType)) == (
        2.5,
        "OT",
        ["ORIGINAL", "PRIMARY", "AXIAL"],
    )
    assert out.PixelData == small.PixelData


def test_rows_that_pydicom_does_not_know_are_carried_out_in_implicit_vr(profile, small):
    small.add_new(0x00100045, "UT", "comment")
    out = profile(small, syntax=ImplicitVRLittleEndian)
    assert 0x00100045 not in out


# -- compound codes --------------------------------------------------------------------

COMPOUND = [
    ("X/Z", "AcquisitionDate", CTImageStorage, "X"),
    ("X/Z", "AcquisitionDate", "1.2.3.99", "Z"),
    ("X/D", "InstanceCreationDate", CTImageStorage, "X"),
    ("X/D", "InstanceCreationDate", "1.2.3.99", "D"),
    ("X/D", "SeriesDate", CTImageStorage, "X"),
    ("X/Z/D", "DeviceSerialNumber", SecondaryCaptureImageStorage, "X"),
    ("X/Z/D", "DeviceSerialNumber", "1.2.840.10008.5.1.4.1.1.2.1", "D"),
    ("X/Z/D", "DeviceSerialNumber", "1.2.3.99", "D"),
    ("X/Z/D", "InstitutionName", CTImageStorage, "X"),
    ("X/Z/D", "InstitutionName", "1.2.3.99", "D"),
    ("X/D", "OperatorIdentificationSequence", CTImageStorage, "X"),
    ("X/Z/D", "OperatorsName", CTImageStorage, "X"),
    ("Z/D", "ContentDate", CTImageStorage, "Z"),
    ("Z/D", "ContentDate", "1.2.840.10008.5.1.4.1.1.88.11", "D"),
    ("Z/D", "ContentDate", "1.2.3.99", "D"),
    ("Z/D", "PatientID", CTImageStorage, "Z"),
    ("Z/D", "PatientID", "1.2.3.99", "D"),
    ("X/D", "RTPlanDate", RTPlanStorage, "D"),
    ("X/D", "ProtocolName", CTImageStorage, "X"),
    ("X/D", "ProtocolName", "1.2.3.99", "D"),
]


@pytest.mark.parametrize(("code", "keyword", "sop_class", "branch"), COMPOUND)
def test_a_compound_code_is_settled_by_the_type_in_the_iod(
    profile, small, code, keyword, sop_class, branch
):
    small.SOPClassUID = sop_class
    before = put(small, keyword)[keyword].value
    out = profile(small)
    if branch == "X":
        assert keyword not in out
    elif branch == "Z":
        assert out[keyword].is_empty
    else:
        assert not out[keyword].is_empty
        assert out[keyword].value != before


def test_code_x_z_u_keeps_the_sequence_with_new_uids_where_the_class_is_unknown(profile, small):
    item = Dataset()
    item.ReferencedSOPClassUID = CTImageStorage
    item.ReferencedSOPInstanceUID = "1.2.3.4"
    small.SOPClassUID = "1.2.3.99"
    small.SourceImageSequence = [item]
    out = profile(small)
    assert out.SourceImageSequence[0].ReferencedSOPInstanceUID == out.SOPInstanceUID
    assert out.SourceImageSequence[0].ReferencedSOPClassUID == CTImageStorage


def test_a_compound_code_in_an_item_takes_the_branch_that_is_always_legal(profile, small):
    small.SOPClassUID = CTImageStorage
    item = Dataset()
    item.InstanceCreationDate = "20200131"
    small.AnatomicRegionSequence = [item]
    out = profile(small)
    assert out.AnatomicRegionSequence[0].InstanceCreationDate == "20000101"


# -- repeating groups, private, unknown, misfit ----------------------------------------


@pytest.mark.parametrize("group", [0x5000, 0x501E])
def test_curves_are_removed(profile, small, group):
    small.add_new(group << 16 | 0x0022, "LO", "label")
    small.add_new(group << 16 | 0x3000, "OW", b"1234")
    assert [t for t in profile(small).keys() if t >> 16 == group] == []  # noqa: SIM118


@pytest.mark.parametrize("group", [0x6000, 0x6002, 0x601E])
def test_an_overlay_is_removed_whole_since_half_of_one_is_not_legal(profile, small, group):
    small.add_new(group << 16 | 0x0010, "US", 8)
    small.add_new(group << 16 | 0x3000, "OW", b"1234")
    small.add_new(group << 16 | 0x4000, "LT", "comment")
    assert [t for t in profile(small).keys() if t >> 16 == group] == []  # noqa: SIM118


def test_private_elements_are_removed_with_their_creators(profile, small):
    block = small.private_block(0x0009, "ACME", create=True)
    block.add_new(0x01, "LO", "something")
    item = Dataset()
    item.private_block(0x0011, "ACME", create=True).add_new(0x02, "LO", "else")
    small.AnatomicRegionSequence = [item]
    out = profile(small)
    assert not any(t.is_private for t in out.keys())  # noqa: SIM118
    assert not out.AnatomicRegionSequence[0]


@pytest.mark.parametrize("tag", [0x00080A0B, 0x00100013, 0x52005200, 0x7FE00FFF])
@pytest.mark.parametrize("vr", ["LO", "UI", "DA", "OB"])
def test_tags_that_no_dictionary_knows_are_removed(profile, small, tag, vr):
    small.add_new(tag, vr, {"OB": b"1234", "UI": "1.2.3", "DA": "20200131"}.get(vr, "text"))
    assert tag not in profile(small)


@pytest.mark.parametrize(
    ("keyword", "vr", "value"),
    [("SliceThickness", "LO", "text"), ("BodyPartExamined", "PN", "A^B"), ("Rows", "ST", "text")],
)
def test_attributes_with_a_wrong_vr_are_removed(profile, small, keyword, vr, value):
    tag = datadict.tag_for_keyword(keyword)
    if tag in small:
        del small[tag]
    small.add_new(tag, vr, value)
    assert tag not in profile(small)


@pytest.mark.parametrize("tag", [0x00100010, 0x00104000, 0x00081030, 0x00080050])
def test_a_wrong_vr_of_uid_does_not_save_a_listed_attribute(profile, small, tag):
    if tag in small:
        del small[tag]
    small.add_new(tag, "UI", "1.2.3.4567")
    out = profile(small)
    assert tag not in out or out[tag].is_empty


def test_group_0004_is_removed(profile, small):
    small.add_new(0x00041130, "CS", "FILESET")
    assert 0x00041130 not in profile(small)


@pytest.mark.parametrize("keyword", ["SecondaryReviewerName", "EvaluatorName"])
def test_a_person_name_that_the_table_does_not_list_is_no_patients_name(profile, small, keyword):
    setattr(small, keyword, str(small.PatientName))
    out = profile(small)
    assert "Simpson" not in str(out.get(keyword))


def test_the_characteristics_of_an_encapsulated_document_are_replaced(profile, small):
    del small.PixelData
    small.SOPClassUID = "1.2.840.10008.5.1.4.1.1.104.1"
    small.MIMETypeOfEncapsulatedDocument = "application/pdf"
    small.add_new(0x00420011, "OB", b"%PDF-1.4 Homer Simpson ")
    out = profile(small)
    assert b"Simpson" not in out.EncapsulatedDocument
    assert out.EncapsulatedDocument
