"""Make what depends on the changes true: file meta information and preamble (PS3.10 7.1)."""

from __future__ import annotations

from pydicom.dataset import FileMetaDataset
from pydicom.uid import UID

from deid_core import Batch, Instance, WriteError
from deid_core_dicom.characters import settle_character_set
from deid_core_dicom.uids import (
    IMPLEMENTATION_UID,
    IMPLEMENTATION_VERSION,
    instance_uid,
    is_uid,
    origin_of,
    uid_in,
)


def finish(instance: Instance, batch: Batch) -> Instance:
    """Zero the preamble and make file meta information that follows the data set.

    Of the input's file meta only the transfer syntax stays, and what a rule kept.
    """
    dataset = instance.dataset
    dataset.preamble = bytes(128)
    settle_character_set(dataset)
    origin = instance.origin or origin_of(dataset)
    if not origin.transfer_syntax:
        raise WriteError("the transfer syntax is not known")
    file_meta = FileMetaDataset()
    for element in dataset.file_meta:
        file_meta[element.tag] = element
    file_meta.FileMetaInformationVersion = b"\0\1"
    file_meta.TransferSyntaxUID = UID(origin.transfer_syntax)
    class_uid = uid_in(dataset, "SOPClassUID") or origin.sop_class
    if is_uid(class_uid):
        file_meta.MediaStorageSOPClassUID = UID(class_uid)
    else:
        file_meta.pop("MediaStorageSOPClassUID", None)
    if is_uid(class_uid) or uid_in(dataset, "SOPInstanceUID"):
        file_meta.MediaStorageSOPInstanceUID = UID(instance_uid(instance, batch))
    else:
        file_meta.pop("MediaStorageSOPInstanceUID", None)
    file_meta.ImplementationClassUID = UID(IMPLEMENTATION_UID)
    file_meta.ImplementationVersionName = IMPLEMENTATION_VERSION
    dataset.file_meta = file_meta
    return instance
