"""Names that a DICOMDIR may list (PS3.10 8.5)."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import FileMetaDataset
from pydicom.fileset import is_conformant_file_id

from deid_core import Engine, FileRef, Instance, Outcome, PluginHost, Settings
from deid_core_fileset.names import is_file_id, name_output


def batch_of(tmp_path=".", key=b"k" * 16):
    settings = Settings(dicomdir=True, output_folder=tmp_path)
    return Engine(PluginHost.load(), settings=settings, key=key).batch


BATCH = batch_of()


def instance_of(uid, patient="P", study="1.2", series="1.2.3"):
    dataset = pydicom.Dataset()
    dataset.PatientID, dataset.StudyInstanceUID, dataset.SeriesInstanceUID = patient, study, series
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPInstanceUID = uid
    return Instance(dataset, FileRef("a"))


@given(st.text(min_size=1), st.from_regex(r"1(\.[1-9][0-9]{0,4}){1,9}", fullmatch=True))
def test_any_values_give_a_legal_file_id(patient, uid):
    name = name_output(instance_of(uid, patient, uid, uid), BATCH)

    assert is_conformant_file_id(name)
    assert is_file_id(name.parts)


def test_the_values_cannot_be_read_off_the_name():
    name = name_output(instance_of("1.2.3.4", "SIMPSON"), BATCH)

    assert re.fullmatch(r"DICOM/PT\w{6}/ST\w{6}/SE\w{6}/\w{8}", str(name))
    other = name_output(instance_of("1.2.3.4", "SIMPSON"), batch_of(key=b"other" * 4))
    assert not set(name.parts[1:]) & set(other.parts[1:])


def test_two_series_have_two_folders_below_that_of_their_study():
    one = name_output(instance_of("1.1", series="1.2.3"), BATCH)
    other = name_output(instance_of("1.2", series="1.2.4"), BATCH)

    assert one.parts[:3] == other.parts[:3]
    assert one.parts[3] != other.parts[3]


def test_two_instances_that_would_have_one_name_get_two(monkeypatch):
    monkeypatch.setattr("deid_core_fileset.names.DIGITS", "A")
    batch = batch_of()
    name_output(instance_of("1.1"), batch)
    monkeypatch.setattr("deid_core_fileset.names.DIGITS", "AB")

    names = {name_output(instance_of(f"1.{number}"), batch) for number in range(60)}

    assert len(names) == 60


@pytest.mark.parametrize(
    "path",
    ["", "a", "IM.DCM", "IM-1", "NINECHARS", "A/B/C/D/E/F/G/H/I", "../A", "/A", "Ä"],
)
def test_what_is_no_file_id(path):
    assert not is_file_id(PurePosixPath(path).parts)


def test_a_second_file_of_one_instance_is_written_but_not_listed(make, small, save, caplog):
    small.InstanceNumber = 1

    out = make([save(small, "a.dcm"), save(small, "b.dcm")])

    assert len([path for path in (out / "DICOM").rglob("*") if path.is_file()]) == 2
    assert "1 outputs are not in the DICOMDIR" in caplog.text


def test_names_that_the_caller_chose_are_listed_where_they_are_file_ids(
    small, save, tmp_path, records
):
    refs = []
    for number in (1, 2):
        small.SOPInstanceUID = f"1.2.3.4.{number}"
        refs.append(FileRef("a", path=save(small, f"{number}.dcm")))
    settings = Settings(dicomdir=True, output_folder=tmp_path / "out")
    engine = Engine(PluginHost.load(), settings=settings)

    reports = list(engine.run(refs, [PurePosixPath("IM000001"), PurePosixPath("image-2.dcm")]))

    assert {report.outcome for report in reports} == {Outcome.WRITTEN}
    names = [r.ReferencedFileID for r in records(tmp_path / "out") if "ReferencedFileID" in r]
    assert names == ["IM000001"]
