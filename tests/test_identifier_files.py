"""Identifiers: filed by entity and item, and nothing is lost."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset

from deid_core import SettingsError
from deid_core.dicom import get_identifiers, replace_identifiers


def warnings_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]


def test_values_are_plain(save: Any, small: Dataset) -> None:
    small.ImageType = ["ORIGINAL", "PRIMARY"]
    small.WindowCenter = 40.5
    small.PatientAge = None
    small.NumberOfFrames = 2
    small.PatientName = "Müller^Jörg"
    small.SpecificCharacterSet = "ISO_IR 100"
    item = get_identifiers(save(small))["P-1"]["1.2.3.4"]
    assert item["ImageType"] == ["ORIGINAL", "PRIMARY"]
    assert (item["WindowCenter"], item["NumberOfFrames"], item["PatientAge"]) == (40.5, 2, "")
    assert item["PatientName"] == "Müller^Jörg"
    json.dumps(item)


def test_sequences_binary_values_and_private_elements_are_left_out(
    save: Any, small: Dataset
) -> None:
    small.OtherPatientIDsSequence = [Dataset()]
    small.private_block(0x0009, "ACME", create=True).add_new(0x01, "LO", "x")
    item = get_identifiers(save(small))["P-1"]["1.2.3.4"]
    assert not {"OtherPatientIDsSequence", "PixelData", "", "PrivateCreator"} & set(item)


@pytest.mark.parametrize("value", [None, "absent", " "])
def test_a_file_without_a_patient_has_a_key_of_its_own_and_a_warning(
    save: Any, small: Dataset, value: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    small.PatientID = value
    if value == "absent":
        del small.PatientID
    path = save(small)
    ids = get_identifiers(path)
    assert list(ids) == [f"no PatientID\\{path}"]
    assert warnings_in(caplog) == ["in.dcm has no PatientID: filed under a key of its own"]


def test_a_file_without_an_instance_has_a_key_of_its_own(
    save: Any, small: Dataset, caplog: pytest.LogCaptureFixture
) -> None:
    path = save(small, meta={"MediaStorageSOPInstanceUID": "1.2.3.4"})
    small.SOPInstanceUID = ""
    path = save(small, meta={"MediaStorageSOPInstanceUID": "1.2.3.4"})
    (item,) = get_identifiers(path)["P-1"]
    assert item == f"no SOPInstanceUID\\{path}"
    assert warnings_in(caplog) == ["in.dcm has no SOPInstanceUID: filed under a key of its own"]


def test_an_attribute_that_no_dictionary_knows_is_refused_with_the_nearest(
    save: Any, small: Dataset
) -> None:
    with pytest.raises(SettingsError, match="did you mean 'PatientID'"):
        get_identifiers(save(small), entity_id="PatientIDD")


def test_an_attribute_with_several_values_is_one_key(save: Any, small: Dataset) -> None:
    small.ImageType = ["A", "B"]
    assert list(get_identifiers(save(small), entity_id="ImageType")) == ["A\\B"]


def test_two_files_with_the_same_instance_are_both_there(
    save: Any, small: Dataset, caplog: pytest.LogCaptureFixture
) -> None:
    one = save(small, "a/1.dcm")
    small.StudyDate = "20210101"
    other = save(small, "b/1.dcm")
    items = get_identifiers([one, other])["P-1"]
    assert list(items) == ["1.2.3.4", f"1.2.3.4\\{other}"]
    assert [item["StudyDate"] for item in items.values()] == ["20200131", "20210101"]
    assert warnings_in(caplog) == [
        "1.dcm would be filed where another file is: filed under a key of its own"
    ]


def test_variables_of_files_with_a_key_of_their_own_are_found(
    save: Any, small: Dataset, recipe: Any, load: Any
) -> None:
    files = [save(small, "a/1.dcm"), save(small, "b/1.dcm")]
    del small.PatientID
    files.append(save(small, "c/1.dcm"))
    ids = get_identifiers(files)
    for number, item in enumerate(item for items in ids.values() for item in items.values()):
        item["id"] = str(number)
    deid = recipe("ADD PatientComments var:id", top="DEFAULT KEEP")
    outs = replace_identifiers(files, ids=ids, deid=deid)
    assert [load(out).PatientComments for out in outs] == ["0", "1", "2"]
    assert [Path(out).name for out in outs] == ["a-1.dcm", "b-1.dcm", "c-1.dcm"]


def test_the_same_file_twice_gets_the_same_variables(
    save: Any, small: Dataset, recipe: Any, load: Any
) -> None:
    path = save(small)
    ids = {"P-1": {"1.2.3.4": {"id": "x"}}}
    outs = replace_identifiers([path, path], ids=ids, deid=recipe("REPLACE PatientID var:id"))
    assert [load(out).PatientID for out in outs] == ["x", "x"]
    assert len(set(outs)) == 2


def test_what_cannot_be_read_is_logged_and_left_out(
    save: Any, small: Dataset, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("Patient Homer", encoding="utf-8")
    ids = get_identifiers([text, save(small), tmp_path / "none.dcm"])
    assert list(ids) == ["P-1"]
    assert "notes.txt: no identifiers: is not DICOM" in caplog.text
    assert "none.dcm: no identifiers: cannot be opened: No such file or directory" in caplog.text


def test_force_reads_what_only_might_be_dicom(small: Dataset, tmp_path: Path) -> None:
    from pydicom.filewriter import dcmwrite

    bare = Dataset()
    bare.PatientID = "P-9"
    bare.SOPInstanceUID = "1.2"
    del bare.SOPInstanceUID
    path = tmp_path / "bare"
    dcmwrite(path, bare, implicit_vr=True, little_endian=True)
    assert get_identifiers(path) == {}
    assert list(get_identifiers(path, force=True)) == ["P-9"]


def test_a_value_that_cannot_be_decoded_leaves_the_file_out_without_quoting_it(
    save: Any, small: Dataset, caplog: pytest.LogCaptureFixture
) -> None:
    path = save(small)
    data = path.read_bytes()
    # Rows of three bytes are no number of 16 bits.
    before = b"\x28\x00\x10\x00US\x02\x00\x01\x00"
    assert before in data
    path.write_bytes(data.replace(before, b"\x28\x00\x10\x00US\x03\x00ABC"))
    assert get_identifiers(path) == {}
    assert "in.dcm: no identifiers: (0028,0010) cannot be decoded" in caplog.text
    assert "ABC" not in caplog.text


def test_an_id_that_cannot_be_decoded_counts_as_missing(save: Any, small: Dataset) -> None:
    path = save(small)
    data = path.read_bytes()
    before = b"\x28\x00\x10\x00US\x02\x00\x01\x00"
    path.write_bytes(data.replace(before, b"\x28\x00\x10\x00US\x03\x00ABC"))
    config = {"get": {"skip": ["Rows"]}}
    (entity,) = get_identifiers(path, entity_id="Rows", config=config)
    assert entity.startswith("no Rows\\")
