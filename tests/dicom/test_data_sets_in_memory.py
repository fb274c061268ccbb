"""Data sets in memory and open files go through the same steps as files."""

from __future__ import annotations

import copy
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from deid_core import FileRef, ReadError
from deid_core.dicom import get_identifiers, replace_identifiers
from deid_core.dicom.files import in_memory, refs_of
from deid_core.dicom.memory import encoded


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def snapshot(dataset: Dataset) -> list[Any]:
    """Return everything in a data set, without decoding anything in it."""
    found: list[Any] = []
    for tag in list(dataset.keys()):
        element = dataset.get_item(tag)
        value = element.value
        if element.VR == "SQ" and not isinstance(value, bytes | None):
            value = [snapshot(item) for item in value]
        found.append((int(tag), element.VR, copy.deepcopy(value), type(element).__name__))
    return found


def test_one_data_set_gives_a_list_with_one_new_data_set(
    small: Dataset, recipe: Any, temporary: Path
) -> None:
    before = snapshot(small)
    (out,) = replace_identifiers(small, deid=recipe("REPLACE PatientID x"))
    assert isinstance(out, FileDataset)
    assert out.PatientID == "x"
    assert "PatientName" not in out
    assert out is not small
    assert snapshot(small) == before
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("kind", [list, tuple])
def test_several_data_sets_come_back_in_their_order(
    small: Dataset, recipe: Any, temporary: Path, kind: Any
) -> None:
    datasets = []
    for number in range(3):
        small.PatientID = f"P-{number}"
        datasets.append(copy.deepcopy(small))
    outs = replace_identifiers(kind(datasets), deid=recipe("KEEP PatientID"))
    assert [out.PatientID for out in outs] == ["P-0", "P-1", "P-2"]
    assert list(temporary.iterdir()) == []


def test_files_and_data_sets_together_give_paths(
    small: Dataset, save: Any, load: Any, recipe: Any, temporary: Path
) -> None:
    path = save(copy.deepcopy(small))
    stream = BytesIO(path.read_bytes())
    outs = replace_identifiers(
        [path, small, stream, FileRef("ref.dcm", path=path)], deid=recipe("REPLACE PatientID x")
    )
    assert [load(out).PatientID for out in outs] == ["x"] * 4
    assert [Path(out).name for out in outs] == [
        "in.dcm",
        "dataset-2.dcm",
        "stream-3.dcm",
        "ref.dcm",
    ]


def test_an_open_file_gives_a_path(small: Dataset, save: Any, load: Any, recipe: Any) -> None:
    with save(small).open("rb") as stream:
        (out,) = replace_identifiers(stream, deid=recipe("REPLACE PatientID x"))
    assert load(out).PatientID == "x"


def test_with_an_output_folder_data_sets_give_paths(
    small: Dataset, recipe: Any, load: Any, tmp_path: Path
) -> None:
    (out,) = replace_identifiers(
        small, deid=recipe("REPLACE PatientID x"), output_folder=tmp_path / "out"
    )
    assert out == str(tmp_path / "out" / "dataset-1.dcm")
    assert load(out).PatientID == "x"


def test_a_data_set_that_was_read_is_not_changed_or_decoded(
    small: Dataset, save: Any, recipe: Any
) -> None:
    item = Dataset()
    item.PatientID = "P-1"
    small.RequestAttributesSequence = [item]
    read = dcmread(save(small, syntax=ImplicitVRLittleEndian))
    before, meta = snapshot(read), snapshot(read.file_meta)
    (out,) = replace_identifiers(read, deid=recipe("REPLACE PatientID x"), default="KEEP")
    assert out.RequestAttributesSequence[0].PatientID == "x"
    assert snapshot(read) == before
    assert snapshot(read.file_meta) == meta


def test_a_data_set_with_ambiguous_vrs_is_not_changed(small: Dataset, recipe: Any) -> None:
    small.SmallestImagePixelValue = 1
    item = Dataset()
    item.SmallestImagePixelValue = 1
    small.RequestAttributesSequence = [item]
    before = snapshot(small)
    replace_identifiers(small, deid=recipe())
    assert snapshot(small) == before


def test_variables_are_found_by_patient_and_instance(small: Dataset, recipe: Any) -> None:
    ids = get_identifiers(small)
    ids["P-1"]["1.2.3.4"]["x"] = "one"
    (out,) = replace_identifiers(small, ids=ids, deid=recipe("REPLACE PatientID var:x"))
    assert out.PatientID == "one"


def test_a_data_set_that_is_refused_is_left_out_and_logged(
    small: Dataset, recipe: Any, caplog: pytest.LogCaptureFixture
) -> None:
    bad = Dataset()
    bad.PatientID = "P-2"
    outs = replace_identifiers([small, bad], deid=recipe("REPLACE PatientID var:x"), strict=True)
    assert outs == []
    assert "dataset-1.dcm: REPLACE PatientID not done" in caplog.text
    assert "P-2" not in caplog.text


def test_what_cannot_be_encoded_is_refused_without_its_value() -> None:
    dataset = Dataset()
    dataset.PatientID = "x"
    dataset["PatientID"]._value = {"secret": 1}
    with pytest.raises(ReadError) as caught:
        encoded(dataset)
    assert str(caught.value).startswith("the data set cannot be encoded (")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("implicit", "little", "syntax"),
    [
        (True, True, ImplicitVRLittleEndian),
        (False, True, ExplicitVRLittleEndian),
        (False, False, ExplicitVRBigEndian),
        (None, None, ExplicitVRLittleEndian),
    ],
)
def test_without_a_transfer_syntax_it_is_encoded_as_it_was_read(
    implicit: bool | None, little: bool | None, syntax: str
) -> None:
    dataset = Dataset()
    dataset.Rows = 258
    if implicit is not None:
        dataset.set_original_encoding(implicit, little)
    again = dcmread(BytesIO(encoded(dataset)))
    assert again.file_meta.TransferSyntaxUID == syntax
    assert again.Rows == 258


def test_groups_that_no_data_set_may_hold_are_left_out() -> None:
    dataset = Dataset()
    dataset.add_new(0x00000002, "UI", "1.2")
    dataset.add_new(0x00020016, "AE", "PACS")
    dataset.PatientID = "P-1"
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    again = dcmread(BytesIO(encoded(dataset)))
    assert list(again.keys()) == [0x00100020]
    assert "SourceApplicationEntityTitle" not in again.file_meta


TEXTS = st.text(
    st.characters(min_codepoint=32, max_codepoint=126, blacklist_characters="\\"), max_size=8
).map(str.strip)


@given(TEXTS, TEXTS, st.integers(0, 65535), st.binary(max_size=4).map(lambda b: b * 2))
def test_what_is_encoded_reads_as_it_was(one: str, other: str, rows: int, pixels: bytes) -> None:
    dataset = Dataset()
    dataset.PatientID, dataset.Rows = one, rows
    item = Dataset()
    item.StudyDescription = other
    dataset.RequestAttributesSequence = [item]
    dataset.add_new(0x00420011, "OB", pixels)
    before = snapshot(dataset)
    again = dcmread(BytesIO(encoded(dataset)))
    assert (again.PatientID or "", again.Rows) == (one, rows)
    assert (again.RequestAttributesSequence[0].StudyDescription or "") == other
    assert (again[0x00420011].value or b"") == pixels
    assert snapshot(dataset) == before


# -- one or several --------------------------------------------------------------------


def test_only_a_list_of_nothing_but_data_sets_is_in_memory(small: Dataset) -> None:
    assert in_memory(small)
    assert in_memory([small])
    assert in_memory((small, small))
    for files in ([], "a.dcm", ["a.dcm"], [small, "a.dcm"], BytesIO()):
        assert not in_memory(files)  # type: ignore[arg-type]


def test_a_data_set_goes_by_the_base_name_of_its_file(small: Dataset, save: Any) -> None:
    read = dcmread(save(small, "deep/in.dcm"))
    assert [ref.name for ref in refs_of([read, small])] == ["in.dcm", "dataset-2.dcm"]
    assert [ref.name for ref in refs_of(read)] == ["in.dcm"]


def test_data_sets_that_were_read_from_files_of_one_name_stay_apart(
    small: Dataset, save: Any
) -> None:
    one = dcmread(save(small, "1/in.dcm"))
    small.PatientID = "P-2"
    two = dcmread(save(small, "2/in.dcm"))
    assert len(get_identifiers([one, two], by="file")) == 2
