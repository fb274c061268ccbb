"""A record for each kind of instance, with the keys that PS3.3 F.5 asks for."""

from __future__ import annotations

import pytest
from pydicom.data import get_testdata_file
from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset
from pydicom.fileset import DIRECTORY_RECORDERS
from pydicom.uid import UID_dictionary

from deid_core_fileset.keys import ALONE, LEAVES, LEVELS, kind_of

KEEP = "FORMAT dicom\n\n%header\n\nDEFAULT KEEP\n"
FILES = {
    "CT_small.dcm": "IMAGE",
    "rtplan.dcm": "RT PLAN",
    "rtdose.dcm": "RT DOSE",
    "rtstruct.dcm": "RT STRUCTURE SET",
    "waveform_ecg.dcm": "WAVEFORM",
    "reportsi.dcm": "SR DOCUMENT",
}


def leaf(found):
    (record,) = (record for record in found if "ReferencedFileID" in record)
    return record


def record_of(found, kind):
    return next(record for record in found if record.DirectoryRecordType == kind)


@pytest.mark.parametrize(("name", "kind"), FILES.items())
def test_each_kind_of_instance_has_its_kind_of_record(make, records, name, kind):
    path = get_testdata_file(name)

    found = records(make([path]))

    assert leaf(found).DirectoryRecordType == kind
    assert [record.DirectoryRecordType for record in found][:3] == ["PATIENT", "STUDY", "SERIES"]


@pytest.fixture
def one(make, small, save, records):
    """Return a function that makes a file-set of one data set, and gives its records."""

    def one(dataset=small, deid="deid.dicom.basic"):
        return records(make([save(dataset)], deid=deid))

    return one


@pytest.mark.parametrize("kind", [kind for kind in DIRECTORY_RECORDERS if kind not in LEVELS])
def test_what_pydicom_needs_of_each_kind_is_needed_here(kind):
    # pydicom makes records too, and refuses an instance without a key that one needs.
    values = {"SQ": [Dataset()], "US": 1, "UL": 1, "IS": 1, "DA": "20200131", "TM": "12"}
    dataset = Dataset()
    for keyword in {**ALONE, **LEAVES}[kind].needed:
        setattr(dataset, keyword, values.get(dictionary_VR(keyword), "2020"))

    assert DIRECTORY_RECORDERS[kind](dataset) is not None


def test_every_class_of_the_standard_has_the_kind_that_pydicom_gives_it():
    from pydicom.fileset import _FOUR_LEVEL_SOP_CLASSES, _SINGLE_LEVEL_SOP_CLASSES

    for uid, kind in {**_FOUR_LEVEL_SOP_CLASSES, **_SINGLE_LEVEL_SOP_CLASSES}.items():
        assert kind_of(uid, Dataset()) == kind, uid.name


def test_every_kind_has_its_keys():
    image = Dataset()
    image.Rows = 1
    kinds = {kind_of(uid, image) for uid in UID_dictionary}

    assert kinds <= {*LEAVES, *ALONE}


def test_values_of_the_output_are_taken_over_with_their_character_set(one, small):
    small.SpecificCharacterSet = "ISO_IR 101"
    small.PatientName = "Dvořák^Antonín"
    small.StudyID, small.StudyTime = "7", "120000"
    small.SeriesNumber, small.InstanceNumber = "3", "5"

    found = one(deid={"format": "dicom", "header": [{"action": "KEEP", "field": "ALL"}]})

    patient, study, series, image = found
    assert (patient.PatientName, patient.PatientID) == ("Dvořák^Antonín", "P-1")
    assert (study.StudyDate, study.StudyTime, study.StudyID) == ("20200131", "120000", "7")
    assert (series.SeriesNumber, image.InstanceNumber) == (3, 5)


def test_what_is_gone_but_needed_has_a_stand_in(one):
    patient, study, series, image = one()

    assert patient.PatientName == ""
    assert patient.PatientID.startswith("PT")
    assert (study.StudyDate, study.StudyTime) == ("20000101", "000000")
    assert study.StudyID.startswith("ST")
    assert (series.SeriesNumber, image.InstanceNumber) == (1, 1)


def test_an_instance_without_a_study_is_not_listed_and_named_in_a_warning(
    make, small, save, caplog
):
    del small.StudyInstanceUID

    out = make([save(small)], deid="deid.dicom")

    assert not (out / "DICOMDIR").exists()
    assert "is not in the DICOMDIR: its directory record needs StudyInstanceUID" in caplog.text


def test_an_instance_of_no_class_with_a_record_is_not_listed(make, small, save, caplog, listed):
    small.SOPClassUID = "1.2.3.4.5"
    del small.Rows

    make([save(small)], deid="deid.dicom")

    assert "the standard defines no directory record for its SOP class" in caplog.text


def test_a_number_that_is_none_counts_as_missing(one, small):
    small.add_new("InstanceNumber", "LO", "one")
    found = one(deid={"format": "dicom", "header": [{"action": "KEEP", "field": "ALL"}]})

    assert leaf(found).InstanceNumber == 1
    assert leaf(found)["InstanceNumber"].VR == "IS"


def test_an_instance_of_no_patient_stands_at_the_top(one, small):
    small.SOPClassUID = "1.2.840.10008.5.1.4.39.1"
    small.ContentLabel = "HOT_IRON"

    (palette,) = one(deid="deid.dicom")

    assert palette.DirectoryRecordType == "PALETTE"
    assert palette.ContentLabel


@pytest.fixture
def report(small):
    small.SOPClassUID = "1.2.840.10008.5.1.4.1.1.88.11"
    small.Modality = "SR"
    small.ContentDate, small.ContentTime = "20200131", "120000"
    small.CompletionFlag, small.VerificationFlag = "COMPLETE", "VERIFIED"
    title = Dataset()
    title.CodeValue, title.CodingSchemeDesignator, title.CodeMeaning = "1", "99X", "Report"
    small.ConceptNameCodeSequence = [title]
    modifier, finding = Dataset(), Dataset()
    modifier.RelationshipType, modifier.ValueType = "HAS CONCEPT MOD", "CODE"
    finding.RelationshipType, finding.ValueType = "CONTAINS", "TEXT"
    finding.TextValue = "a finding"
    small.ContentSequence = [modifier, finding]
    observers = [Dataset(), Dataset()]
    observers[0].VerificationDateTime = "20200201"
    observers[1].VerificationDateTime = "20200203"
    small.VerifyingObserverSequence = observers
    return small


def test_of_a_document_only_what_modifies_its_title_is_in_the_directory(one, report):
    record = leaf(one(report, {"format": "dicom", "header": [{"action": "KEEP", "field": "ALL"}]}))

    assert [item.RelationshipType for item in record.ContentSequence] == ["HAS CONCEPT MOD"]
    assert record.ConceptNameCodeSequence[0].CodeMeaning == "Report"


def test_a_verified_document_says_when_it_was_verified_last(one, report):
    kept = {"format": "dicom", "header": [{"action": "KEEP", "field": "ALL"}]}

    assert leaf(one(report, kept)).VerificationDateTime == "20200203"


def test_an_encapsulated_document_has_its_keys_empty_where_they_have_no_value(one, small):
    small.SOPClassUID = "1.2.840.10008.5.1.4.1.1.104.1"
    small.MIMETypeOfEncapsulatedDocument = "application/pdf"
    small.EncapsulatedDocument = b"%PDF"
    del small.PixelData

    record = leaf(one(deid={"format": "dicom", "header": [{"action": "KEEP", "field": "ALL"}]}))

    assert record.DirectoryRecordType == "ENCAP DOC"
    assert record["ConceptNameCodeSequence"].is_empty
    assert record["ContentDate"].is_empty


def test_pydicom_reads_a_directory_of_all_kinds(make, listed):
    out = make([get_testdata_file(name) for name in FILES])

    assert len(listed(out)) == len(FILES)
