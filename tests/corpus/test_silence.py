"""No identifier gets into logs, warnings, reports, exceptions or output names."""

from __future__ import annotations

import logging

import pytest
from corpus_files import bundled, run_engine
from planting import EXPLICIT, IMPLICIT, PLANTERS, Marks, base, element

from deid_core.dicom import get_identifiers
from deid_core.errors import DeidError
from deid_core.model import FileRef, Outcome

RECIPES = {
    "default": None,
    "minimal": "deid.dicom.minimal",
    "all kept": "FORMAT dicom\nDEFAULT KEEP\n%header\nJITTER PatientBirthDate 3\n",
    "replaced in vain": (
        "FORMAT dicom\nDEFAULT KEEP\n%header\nREPLACE PatientName var:nothing\n"
        "JITTER contains:Date 1\nREPLACE contains:Number deid_func:hash\nJITTER PatientID 1\n"
    ),
    "illegal values": "FORMAT dicom\nDEFAULT KEEP\n%header\nREPLACE Rows many\nADD StudyDate then\n",
}  # fmt: skip


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("encoding", [EXPLICIT, IMPLICIT], ids=["explicit", "implicit"])
@pytest.mark.parametrize("place", PLANTERS)
def test_nothing_tells_a_value(tmp_path, caplog, recwarn, capfd, place, encoding, recipe):
    marks = Marks()
    data = base(bundled("CT_small.dcm"), encoding).file(PLANTERS[place](encoding, marks))
    path = tmp_path / f"{marks('the name of the input')}.dcm"
    path.write_bytes(data)
    caplog.set_level(logging.INFO)

    reports = run_engine([FileRef(path.name, path=path)], RECIPES[recipe], tmp_path / "out")

    told = [
        caplog.text,
        *(str(warning.message) for warning in recwarn),
        repr(reports),
        *(f"{r.reason} {r.warnings} {dict(r.actions)} {r.fault}" for r in reports),
        *capfd.readouterr(),
    ]
    assert marks.left_in("\n".join(told).encode()) == []
    if recipe in ("default", "minimal"):
        names = [str(f.relative_to(tmp_path)) for f in (tmp_path / "out").rglob("*")]
        assert marks.left_in("\n".join(names).encode()) == []


def test_the_reason_of_a_refusal_tells_no_value(tmp_path, caplog):
    marks = Marks()
    places = PLANTERS["every text attribute of the dictionary"](EXPLICIT, marks)
    data = base(bundled("CT_small.dcm"), EXPLICIT).file(places)
    refs = []
    for size in range(300, 3000, 11):
        path = tmp_path / f"{marks('name')}.dcm"
        path.write_bytes(data[:size])
        refs.append(FileRef(path.name, path=path))
    caplog.set_level(logging.INFO)

    reports = run_engine(refs, None, tmp_path / "out")

    refused = [report for report in reports if report.outcome is Outcome.REFUSED]
    assert len(refused) > len(refs) / 2
    assert marks.left_in(f"{caplog.text} {reports!r} {[r.reason for r in refused]}".encode()) == []


def test_the_error_of_a_file_that_cannot_be_read_tells_no_value(tmp_path, caplog):
    marks = Marks()
    path = tmp_path / "input.dcm"
    bad = element(0x00280010, "US", marks("Rows")[:3], EXPLICIT, 3)
    path.write_bytes(base(bundled("CT_small.dcm"), EXPLICIT).file([(0x00280010, bad)]))
    caplog.set_level(logging.INFO)

    told = []
    try:
        list(get_identifiers(path).values())
    except DeidError as error:
        told.append(str(error))

    assert marks.left_in("\n".join([caplog.text, *told]).encode()) == []
