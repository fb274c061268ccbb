"""Read a Part 10 file in little endian by walking over it: what is odd is left to `read`."""

from __future__ import annotations

from functools import lru_cache

from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    MediaStorageDirectoryStorage,
)

from deid_core.encoded.dataset import EncodedDataSet
from deid_core.encoded.source import Source
from deid_core.encoded.walker import walk, walk_group
from deid_core.errors import NotWalkableError

PREAMBLE, PREFIX = 128, b"DICM"
FILE_META_GROUP = 0x0002
TRANSFER_SYNTAX, CLASS_IN_META, CLASS = 0x00020010, 0x00020002, 0x00080016
LOWEST = 0x00080000
"""Below it are commands and file meta information, which no data set has (PS3.5 7.1)."""
OTHER = (DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian)


def walked(source: Source) -> EncodedDataSet | None:
    """Return the data set with its file meta information, None if it must be read with more patience."""
    data = source.data
    if data[PREAMBLE : PREAMBLE + 4] != PREFIX:
        return None
    try:
        file_meta = walk_group(source, PREAMBLE + 4, FILE_META_GROUP)
        if file_meta.spans.get(TRANSFER_SYNTAX, ("UI",))[0] != "UI":
            return None
        implicit = _is_implicit(file_meta.text(TRANSFER_SYNTAX).strip(" \0"))
        if implicit is None:
            return None
        dataset = walk(source, file_meta.end, implicit=implicit)
        _ = dataset.original_character_set
    except NotWalkableError:
        return None
    tags = dataset.spans
    sop_class = dataset.text(CLASS) or file_meta.text(CLASS_IN_META)
    if (
        not tags
        or next(iter(tags)) < LOWEST
        or sop_class.strip(" \0").strip() == MediaStorageDirectoryStorage
    ):
        return None
    dataset.file_meta = file_meta
    return dataset


@lru_cache(maxsize=256)
def _is_implicit(transfer_syntax: str) -> bool | None:
    """Tell whether a transfer syntax has no VRs; None for those that are read in another way."""
    uid = UID(transfer_syntax)
    if uid in OTHER or uid.is_private or uid.type != "Transfer Syntax":
        return None
    return bool(uid == ImplicitVRLittleEndian)
