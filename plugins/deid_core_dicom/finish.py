"""Make what depends on the changes true: file meta information and preamble (PS3.10 7.1)."""

from __future__ import annotations

from pydicom.dataset import FileMetaDataset

from deid_core import Batch, Instance, WriteError
from deid_core.elements import Elements, put
from deid_core.encoded.dataset import EncodedDataSet
from deid_core_dicom.characters import settle_character_set
from deid_core_dicom.uids import (
    IMPLEMENTATION_UID,
    IMPLEMENTATION_VERSION,
    instance_uid,
    is_uid,
    origin_of,
    uid_in,
)

VERSION, CLASS, INSTANCE, SYNTAX = 0x00020001, 0x00020002, 0x00020003, 0x00020010
IMPLEMENTATION, IMPLEMENTATION_NAME = 0x00020012, 0x00020013
VRS = {VERSION: "OB", IMPLEMENTATION_NAME: "SH"} | dict.fromkeys(
    [CLASS, INSTANCE, SYNTAX, IMPLEMENTATION], "UI"
)


def finish(instance: Instance, batch: Batch) -> Instance:
    """Zero the preamble and make file meta information that follows the data set.

    Of the input's file meta only the transfer syntax stays, and what a rule kept.
    """
    dataset = instance.elements
    if not isinstance(dataset, EncodedDataSet):
        dataset.preamble = bytes(128)
    settle_character_set(dataset)
    origin = instance.origin or origin_of(dataset)
    if not origin.transfer_syntax:
        raise WriteError("the transfer syntax is not known")
    class_uid = uid_in(dataset, "SOPClassUID") or origin.sop_class
    instance_is_known = is_uid(class_uid) or uid_in(dataset, "SOPInstanceUID")
    values = {
        VERSION: b"\0\1",
        CLASS: class_uid if is_uid(class_uid) else None,
        INSTANCE: instance_uid(instance, batch) if instance_is_known else None,
        SYNTAX: origin.transfer_syntax,
        IMPLEMENTATION: IMPLEMENTATION_UID,
        IMPLEMENTATION_NAME: IMPLEMENTATION_VERSION,
    }
    file_meta = _own(dataset)
    for tag, value in values.items():
        if value is not None:
            put(file_meta, tag, VRS[tag], value)
        elif tag in file_meta:
            del file_meta[tag]
    return instance


def _own(dataset: Elements) -> Elements:
    """Return file meta information that may be changed, in the place of what was read."""
    if isinstance(dataset, EncodedDataSet):
        return dataset.file_meta
    file_meta = FileMetaDataset()
    for element in dataset.file_meta:
        file_meta[element.tag] = element
    dataset.file_meta = file_meta
    return file_meta
