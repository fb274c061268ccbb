"""Encapsulated documents are replaced by legal ones, or refused."""

from __future__ import annotations

import shutil
import struct
import subprocess
from copy import deepcopy
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.uid import (
    EncapsulatedCDAStorage,
    EncapsulatedMTLStorage,
    EncapsulatedOBJStorage,
    EncapsulatedPDFStorage,
    EncapsulatedSTLStorage,
)

from deid_core.dicom import replace_identifiers
from deid_core_streams.documents import documents

SECRET = b"CANARY"
CLASSES = {
    "application/pdf": EncapsulatedPDFStorage,
    "text/XML": EncapsulatedCDAStorage,
    "model/stl": EncapsulatedSTLStorage,
    "model/obj": EncapsulatedOBJStorage,
    "model/mtl": EncapsulatedMTLStorage,
}
HL7 = {"v3": "urn:hl7-org:v3"}


@pytest.fixture
def document(small):
    """Return a function that makes an instance with a document, as PS3.3 wants it."""

    def document(mime_type, sop_class=None):
        for tag in [tag for tag in small.keys() if tag.group in (0x0028, 0x7FE0)]:  # noqa: SIM118 - a Dataset iterates over elements
            del small[tag]
        small.SOPClassUID = sop_class or CLASSES[mime_type]
        small.Modality = "DOC"
        small.DocumentTitle = None
        small.MIMETypeOfEncapsulatedDocument = mime_type
        small.EncapsulatedDocument = SECRET * 101
        small.EncapsulatedDocumentLength = len(SECRET) * 101 - 1
        return small

    return document


@pytest.fixture
def replaced(attempt, load):
    """Return a function that gives what becomes of an instance by ``DOCUMENT``."""

    def replaced(dataset):
        report = attempt(dataset, "DOCUMENT EncapsulatedDocument")
        assert report.output, report.reason
        assert SECRET not in Path(report.output).read_bytes()
        return load(report.output)

    return replaced


@pytest.mark.parametrize("mime_type", CLASSES)
def test_a_document_is_replaced_by_one_of_its_kind(mime_type, document, replaced):
    out = replaced(document(mime_type))
    assert out.EncapsulatedDocument == documents()[mime_type.lower()]
    assert out.EncapsulatedDocumentLength == len(out.EncapsulatedDocument)
    assert out.MIMETypeOfEncapsulatedDocument == mime_type


@pytest.mark.parametrize("mime_type", documents())
def test_every_document_has_an_even_length(mime_type):
    assert len(documents()[mime_type]) % 2 == 0


def test_the_length_stays_away_where_it_was_not(document, replaced):
    dataset = document("model/obj")
    del dataset.EncapsulatedDocumentLength
    assert "EncapsulatedDocumentLength" not in replaced(dataset)


def test_the_length_of_another_document_stays(document, attempt, load):
    dataset = document("model/obj")
    length = dataset.EncapsulatedDocumentLength
    out = load(attempt(dataset, "KEEP EncapsulatedDocument").output)
    assert out.EncapsulatedDocumentLength == length


def test_the_pdf_has_its_objects_where_its_table_says():
    pdf = documents()["application/pdf"]
    start = int(pdf.rsplit(b"startxref\n", 1)[1].split()[0])
    lines = pdf[start:].splitlines()
    assert lines[0] == b"xref"
    for number, line in enumerate(lines[3:8], start=1):
        assert pdf.startswith(f"{number} 0 obj\n".encode(), int(line[:10]))
    stream = pdf.split(b"stream\n")[1].removesuffix(b"\nend")
    assert f"/Length {len(stream)} ".encode() in pdf
    assert b"Document removed by de-identification" in stream


@pytest.mark.parametrize("command", [["qpdf", "--check"], ["pdfinfo"]])
def test_readers_of_pdf_have_nothing_to_say(command, tmp_path):
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    path = tmp_path / "removed.pdf"
    path.write_bytes(documents()["application/pdf"])
    done = subprocess.run([*command, path], capture_output=True, check=True)
    assert not done.stderr


def test_the_cda_has_what_its_header_needs():
    root = ET.fromstring(documents()["text/xml"])  # noqa: S314 - our own
    assert root.tag == "{urn:hl7-org:v3}ClinicalDocument"
    # The order is that of the schema (CDA R2, POCD_MT000040).
    assert [child.tag.partition("}")[2] for child in root] == [
        *("typeId", "id", "code", "title", "effectiveTime", "confidentialityCode"),
        *("recordTarget", "author", "custodian", "component"),
    ]
    assert root.find("v3:recordTarget/v3:patientRole/v3:id", HL7) is not None
    assert root.find("v3:component/v3:structuredBody//v3:text", HL7) is not None


def test_the_stl_has_one_triangle_and_ends_after_it():
    stl = documents()["model/stl"]
    (count,) = struct.unpack_from("<I", stl, 80)
    assert count == 1
    assert len(stl) == 84 + 50 * count
    # What starts so would be the text form of STL.
    assert not stl.startswith(b"solid")


def test_the_obj_names_three_corners_and_the_face_between_them():
    lines = documents()["model/obj"].decode().splitlines()
    assert sum(line.startswith("v ") for line in lines) == 3
    assert "f 1 2 3" in lines


@pytest.mark.skipif(not shutil.which("dciodvfy"), reason="dicom3tools is not installed")
@pytest.mark.parametrize("mime_type", ["application/pdf", "text/XML", "model/stl"])
def test_a_validator_finds_no_error_that_was_not_there(mime_type, document, attempt, tmp_path):
    # It exits with 1 for what is missing in these small data sets.
    def errors(path):
        done = subprocess.run(
            ["dciodvfy", path], capture_output=True, check=False, encoding="utf-8"
        )
        return {line for line in done.stderr.splitlines() if line.startswith("Error")}

    report = attempt(document(mime_type), "DOCUMENT EncapsulatedDocument")
    assert errors(report.output) <= errors(tmp_path / "in.dcm")


@pytest.mark.parametrize("mime_type", ["application/msword", None])
def test_a_document_of_another_kind_is_refused(mime_type, document, attempt):
    dataset = document("application/pdf")
    dataset.MIMETypeOfEncapsulatedDocument = mime_type
    report = attempt(dataset, "DOCUMENT EncapsulatedDocument")
    assert report.output is None
    assert "no MIME type for which" in report.reason


def test_a_document_in_a_sequence_goes_since_no_iod_has_one_there(document, attempt):
    dataset = document("application/pdf")
    dataset.ReferencedImageSequence = [deepcopy(dataset)]
    out = dcmread(attempt(dataset, "DOCUMENT EncapsulatedDocument").output)
    assert "EncapsulatedDocument" not in out.ReferencedImageSequence[0]
    assert out.EncapsulatedDocument == documents()["application/pdf"]


def test_refuse_documents_refuses_files_that_have_one(document, attempt):
    report = attempt(document("application/pdf"), beneath=("deid.dicom.refuse-documents",))
    assert (report.output, report.code) == (None, "refused")
    assert "EncapsulatedDocument is there" in report.reason


def test_refuse_documents_lets_other_files_through(attempt, small):
    assert attempt(small, beneath=("deid.dicom.refuse-documents",)).output


def test_refuse_documents_wins_over_the_profile(document, attempt):
    beneath = ("deid.dicom.basic", "deid.dicom.refuse-documents")
    assert attempt(document("application/pdf"), beneath=beneath).code == "refused"


@pytest.mark.parametrize("content", [b"%PDF-1.4 Simpson ", b"x "])
def test_a_document_in_an_instance_of_another_class_goes(tmp_path, content):
    dataset = dcmread(get_testdata_file("CT_small.dcm"))
    dataset.EncapsulatedDocument = content
    (out,) = replace_identifiers([dataset], deid="deid.dicom.basic")
    assert "EncapsulatedDocument" not in out
