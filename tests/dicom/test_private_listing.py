"""``has_private`` and ``get_private`` look at every depth and change nothing."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset

from deid_core.dicom.tags import get_private, has_private


@pytest.fixture
def nested(small: Dataset) -> Dataset:
    inner = Dataset()
    inner.private_block(0x000B, "INNER", create=True).add_new(0x02, "LO", "deep")
    item = Dataset()
    item.PatientID = "x"
    item.ReferencedStudySequence = [inner]
    small.private_block(0x0009, "ACME", create=True).add_new(0x01, "SQ", [item])
    return small


def test_private_elements_are_found_at_every_depth(nested: Dataset) -> None:
    assert [int(e.tag) for e in get_private(nested)] == [
        0x00090010,
        0x00091001,
        0x000B0010,
        0x000B1002,
    ]


def test_has_private_counts_them_all(nested: Dataset, capsys: pytest.CaptureFixture[str]) -> None:
    assert has_private(nested) is True
    assert capsys.readouterr().out == "Found 4 private tags\n"


def test_elements_are_data_elements_with_their_values(
    nested: Dataset, save: Any, load: Any
) -> None:
    found = get_private(dcmread(save(nested)))
    assert [str(found[0].value), str(found[-1].value)] == ["ACME", "deep"]


def test_looking_changes_nothing(save: Any, nested: Dataset) -> None:
    path = save(nested)
    one, other = dcmread(path), dcmread(path)
    get_private(one)
    assert one == other


def test_a_file_of_a_vendor() -> None:
    dataset = dcmread(get_testdata_file("CT_small.dcm", download=False))
    assert len(get_private(dataset)) == sum(
        1 for element in dataset.iterall() if element.tag.is_private
    )
