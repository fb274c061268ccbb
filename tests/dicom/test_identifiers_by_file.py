"""``get_identifiers(by="file")``: every field of every file, at every depth."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset, FileMetaDataset

from deid_core import SettingsError
from deid_core.dicom import DicomField, get_identifiers, replace_identifiers
from deid_core.dicom.fields import fields_of


def nested(small: Dataset) -> Dataset:
    deep = Dataset()
    deep.CodeValue = "T-1"
    items = [Dataset(), Dataset()]
    items[1].StudyDate = "20190101"
    items[1].RequestedProcedureCodeSequence = [deep]
    small.RequestAttributesSequence = items
    small.private_block(0x0009, "ACME", create=True).add_new(0x02, "LO", "x")
    return small


def test_a_file_goes_by_its_absolute_path_and_a_field_by_its_place(
    small: Dataset, save: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save(nested(small))
    monkeypatch.chdir(tmp_path)
    ids = get_identifiers([path.name], by="file")
    assert list(ids) == [str(path)]
    fields = ids[str(path)]
    assert all(isinstance(field, DicomField) for field in fields.values())
    place = "(0040,0275)__1__(0032,1064)__0__(0008,0100)"
    field = fields[place]
    assert field.uid == place
    assert field.name == ("RequestAttributesSequence__RequestedProcedureCodeSequence__CodeValue")
    assert (field.tag, field.stripped_tag, field.element.value) == (
        "(0008,0100)",
        "00080100",
        "T-1",
    )
    assert fields["(0009,1002)"].element.value == "x"
    assert fields["(0002,0010)"].is_filemeta
    assert not fields["(0010,0020)"].is_filemeta


def test_no_value_is_in_the_repr_of_a_field(small: Dataset, save: Any) -> None:
    path = save(small)
    assert "Simpson" not in repr(get_identifiers(path, by="file"))


def test_variables_may_be_put_among_the_fields_of_a_file(
    small: Dataset, save: Any, load: Any, recipe: Any
) -> None:
    paths = [save(small, "1.dcm"), save(small, "2.dcm")]
    ids = get_identifiers(paths, by="file")
    for number, path in enumerate(paths):
        ids[str(path)]["id"] = f"new {number}"
        ids[str(path)]["sex"] = lambda dicom, value, field, item: item["id"][-1]
    deid = recipe("REPLACE PatientID var:id", "ADD PatientSex func:sex")
    outs = [load(out) for out in replace_identifiers(paths, ids=ids, deid=deid)]
    assert [(out.PatientID, out.PatientSex) for out in outs] == [("new 0", "0"), ("new 1", "1")]


def test_a_file_that_cannot_be_read_is_logged_and_left_out(
    small: Dataset, save: Any, caplog: pytest.LogCaptureFixture
) -> None:
    good, bad = save(small, "good.dcm"), save(small, "bad.dcm")
    bad.write_bytes(bad.read_bytes()[:-1])
    assert list(get_identifiers([good, bad], by="file")) == [str(good)]
    assert "bad.dcm: no identifiers: " in caplog.text


def test_data_sets_and_streams_go_by_names_made_up_for_them(small: Dataset, save: Any) -> None:
    path = save(small)
    ids = get_identifiers([small, BytesIO(path.read_bytes())], by="file")
    assert list(ids) == ["dataset-1.dcm", "stream-2.dcm"]


def test_anything_but_entity_and_file_is_refused(small: Dataset) -> None:
    with pytest.raises(SettingsError, match="by must be 'entity' or 'file', not 'patient'"):
        get_identifiers(small, by="patient")


@st.composite
def data_sets(draw: st.DrawFn, depth: int = 3) -> Dataset:
    dataset = Dataset()
    for tag, vr in draw(
        st.lists(
            st.sampled_from([(0x00100020, "LO"), (0x00100010, "PN"), (0x00080020, "DA")]),
            unique=True,
        )
    ):
        dataset.add_new(tag, vr, draw(st.sampled_from(["", "20200101"])))
    if draw(st.booleans()):
        dataset.private_block(0x0009, "ACME", create=True).add_new(1, "UN", b"ab")
    if depth:
        for tag in draw(st.lists(st.sampled_from([0x00081110, 0x00400275]), unique=True)):
            items = draw(st.lists(data_sets(depth=depth - 1), max_size=2))
            dataset.add_new(tag, "SQ", items)
    return dataset


def count(dataset: Dataset) -> int:
    return len(dataset) + sum(
        count(item) for element in dataset if element.VR == "SQ" for item in element.value
    )


@given(data_sets(), st.booleans())
def test_every_element_is_listed_once(dataset: Dataset, meta: bool) -> None:
    if meta:
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = "1.2"
    fields = fields_of(dataset)
    assert len(fields) == count(dataset) + meta
    assert len({id(field.element) for field in fields.values()}) == len(fields)
    for uid, field in fields.items():
        assert field.uid == uid
        assert int(field.stripped_tag, 16) == field.element.tag
    shallow = fields_of(dataset, expand_sequences=False)
    assert len(shallow) == len(dataset) + meta
