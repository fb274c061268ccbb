"""An instance is finished with file meta information that follows its data set."""

from __future__ import annotations

import pytest
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from deid_core import Batch, FileRef, Instance, Origin, PluginHost, WriteError
from deid_core.quiet import quiet_pydicom


@pytest.fixture
def instance(ref: FileRef, small: Dataset) -> Instance:
    file_meta = FileMetaDataset()
    file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    file_meta.SourceApplicationEntityTitle = "KEPT"
    return Instance(FileDataset("", small, preamble=b"x" * 128, file_meta=file_meta), ref)


def test_preamble_and_uids_are_made_true(
    host: PluginHost, batch: Batch, instance: Instance
) -> None:
    dataset = host.finish_instance(instance, batch).dataset
    assert dataset.preamble == bytes(128)
    meta = dataset.file_meta
    assert meta.MediaStorageSOPInstanceUID == dataset.SOPInstanceUID == "1.2.3.4"
    assert meta.MediaStorageSOPClassUID == dataset.SOPClassUID
    assert meta.SourceApplicationEntityTitle == "KEPT"


def test_an_illegal_class_is_not_written(
    host: PluginHost, batch: Batch, instance: Instance
) -> None:
    with quiet_pydicom():
        instance.dataset.SOPClassUID = "Homer"
        found = host.finish_instance(instance, batch).dataset.file_meta
    assert "MediaStorageSOPClassUID" not in found


def test_an_instance_without_a_uid_gets_one_from_where_it_came(
    host: PluginHost, batch: Batch, instance: Instance
) -> None:
    del instance.dataset.SOPInstanceUID
    found = host.finish_instance(instance, batch).dataset.file_meta.MediaStorageSOPInstanceUID
    assert found.is_valid
    other = Instance(
        instance.dataset, instance.ref, origin=Origin(ExplicitVRLittleEndian, sop_instance="1.9")
    )
    again = host.finish_instance(other, batch).dataset.file_meta.MediaStorageSOPInstanceUID
    assert again.is_valid
    assert again not in (found, "1.9")


def test_without_a_transfer_syntax_nothing_can_be_written(
    host: PluginHost, batch: Batch, instance: Instance
) -> None:
    del instance.dataset.file_meta.TransferSyntaxUID
    with pytest.raises(WriteError, match="the transfer syntax is not known"):
        host.finish_instance(instance, batch)
