"""Lay out a DICOMDIR: records one after the other, each with the places of its neighbours."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import BytesIO

import attrs
from pydicom import dcmwrite
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, MediaStorageDirectoryStorage

IMPLEMENTATION_UID = "2.25.130808058093174708897476554306934505939"
"""Names this writer in a DICOMDIR, and so the DICOMDIRs it may renew; from a random UUID."""

# Each record starts with three elements of fixed length; these are the places of two values.
NEXT_AT = 8
LOWER_AT = 30


@attrs.define
class Node:
    """A directory record: its encoded elements, and the records below it by their keys."""

    body: bytearray = attrs.field(factory=bytearray, repr=False)
    children: dict[str, Node] = attrs.field(factory=dict, repr=False)
    offset: int = 0

    def below(self) -> Iterator[Node]:
        """Yield all records below this one: each, and then what is below it."""
        for child in self.children.values():
            yield child
            yield from child.below()


def encode(root: Node, uid: str) -> bytes:
    """Return the DICOMDIR of the records below ``root`` (PS3.3 F.3, PS3.10 8.6).

    Offsets count from the first byte of the file. ``uid`` becomes its SOP Instance UID.
    """
    nodes = list(root.below())
    place = len(_head(uid, 0, 0)) + len(_sequence_header(0))
    for node in nodes:
        node.offset = place
        place += len(_item_header(node)) + len(node.body)
    _link(root)
    first, last = _ends(root)
    items = b"".join(_item_header(node) + bytes(node.body) for node in nodes)
    return _head(uid, first, last) + _sequence_header(len(items)) + items


def _link(node: Node) -> None:
    """Write into all records below ``node`` where the next is, and the first below."""
    siblings = list(node.children.values())
    following = [*(sibling.offset for sibling in siblings[1:]), 0]
    for sibling, after in zip(siblings, following, strict=False):
        struct.pack_into("<I", sibling.body, NEXT_AT, after)
        struct.pack_into("<I", sibling.body, LOWER_AT, _ends(sibling)[0])
        _link(sibling)


def _ends(node: Node) -> tuple[int, int]:
    """Return the places of the first and the last record right below, or zeros."""
    offsets = [child.offset for child in node.children.values()]
    return (offsets[0], offsets[-1]) if offsets else (0, 0)


def _head(uid: str, first: int, last: int) -> bytes:
    """Return all that stands before the sequence of records."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = MediaStorageDirectoryStorage
    meta.MediaStorageSOPInstanceUID = UID(uid)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = UID(IMPLEMENTATION_UID)
    meta.ImplementationVersionName = "DEID_CORE_0"
    head = FileDataset("", {}, preamble=bytes(128), file_meta=meta)
    head.FileSetID = ""
    head.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity = first
    head.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity = last
    head.FileSetConsistencyFlag = 0
    stream = BytesIO()
    dcmwrite(stream, head, enforce_file_format=True)
    return stream.getvalue()


def _sequence_header(length: int) -> bytes:
    """Return the header of Directory Record Sequence (0004,1220)."""
    return struct.pack("<HH2sHI", 0x0004, 0x1220, b"SQ", 0, length)


def _item_header(node: Node) -> bytes:
    return struct.pack("<HHI", 0xFFFE, 0xE000, len(node.body))
