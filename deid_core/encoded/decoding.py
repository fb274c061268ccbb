"""A data set that is encoded, as one of pydicom's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.tag import BaseTag

from deid_core.encoded.heads import explicit_head, implicit_head
from deid_core.errors import NotWalkableError
from deid_core.structure import UNDEFINED

if TYPE_CHECKING:
    from deid_core.encoded.dataset import EncodedDataSet

DELIMITER_LENGTH = 8
"""Bytes at the end of what has no length (PS3.5 7.5.2)."""


def data_set_of(dataset: EncodedDataSet) -> Dataset:
    """Return a data set of pydicom's, with elements that are still encoded."""
    found = Dataset({BaseTag(tag): dataset.get_item(tag) for tag in dataset.keys()})  # noqa: SIM118 - its elements, as with pydicom
    found.set_original_encoding(dataset.implicit, True, dataset.original_character_set)  # noqa: FBT003 - as pydicom wants it
    found.is_undefined_length_sequence_item = dataset.has_undefined_length
    return found


def file_of(dataset: EncodedDataSet, meta: EncodedDataSet | None) -> FileDataset:
    """Return a data set with its file meta information as pydicom's."""
    file_meta = FileMetaDataset()
    if meta is not None:
        for tag in meta.keys():  # noqa: SIM118 - its elements, as with pydicom
            file_meta[tag] = meta.get_item(tag)
    found = FileDataset(
        "",
        data_set_of(dataset),
        file_meta=file_meta,
        is_implicit_VR=dataset.implicit,
        is_little_endian=True,
    )
    found.set_original_encoding(dataset.implicit, True, dataset.original_character_set)  # noqa: FBT003 - as pydicom wants it
    return found


def parsed(encoded: bytes, *, implicit: bool) -> RawDataElement:
    """Return a new element as it is encoded."""
    if implicit:
        tag, start, vr, is_long = implicit_head(encoded[:4])[0], 8, None, True
    else:
        head = explicit_head(encoded[:6])
        if head is None:
            raise NotWalkableError
        tag, vr, is_long = head
        start = 12 if is_long else 8
    value = encoded[start:]
    length = len(value)
    if encoded[start - 4 : start] == b"\xff\xff\xff\xff" and is_long:
        length, value = UNDEFINED, value[:-DELIMITER_LENGTH]
    return RawDataElement(BaseTag(tag), vr, length, value, 0, implicit, True)  # noqa: FBT003 - as pydicom wants it
