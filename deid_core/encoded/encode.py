"""Encode one element as pydicom does, the plain ones without asking it."""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct

from pydicom.charset import default_encoding
from pydicom.dataelem import DataElement
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_data_element

_SHORT = Struct("<HH2sH")
_LONG = Struct("<HH2sHL")
_IMPLICIT = Struct("<HHL")
MOST_BYTES = 0xFFFE
PADDED_WITH_BLANK = frozenset({"AE", "AS", "CS", "DA", "DT", "LO", "SH", "TM"})
"""VRs with a short length whose text is written as it stands."""


def encode(element: DataElement, character_set: str | Sequence[str], *, implicit: bool) -> bytes:
    """Return an element in little endian. Raises whatever pydicom raises, which may quote the value."""
    declared = [character_set] if isinstance(character_set, str) else list(character_set)
    stream = DicomBytesIO()
    stream.is_implicit_VR, stream.is_little_endian = implicit, True
    write_data_element(stream, element, declared or [default_encoding])
    return stream.getvalue()


def encode_plain(  # noqa: PLR0911 - each kind of value has its own
    tag: int, vr: str, value: object, *, implicit: bool
) -> bytes | None:
    """Return an element that is empty or holds one plain text; None for all others."""
    if type(value) is bytes and vr == "OB" and not len(value) & 1:
        if implicit:
            return _IMPLICIT.pack(tag >> 16, tag & 0xFFFF, len(value)) + value
        return _LONG.pack(tag >> 16, tag & 0xFFFF, b"OB", 0, len(value)) + value
    if value is None:
        if vr not in PADDED_WITH_BLANK and vr not in ("UI", "PN", "IS", "DS"):
            return None
        content = b""
    elif type(value) is str and value.isascii() and "\\" not in value and "\x1b" not in value:
        if vr == "UI" and value != value.strip():
            # pydicom strips a UID of blanks.
            return None
        content = value.encode("ascii")
        if len(content) & 1:
            content += b"\0" if vr == "UI" else b" "
        if len(content) > MOST_BYTES or (vr != "UI" and vr not in PADDED_WITH_BLANK):
            return None
    else:
        return None
    if implicit:
        return _IMPLICIT.pack(tag >> 16, tag & 0xFFFF, len(content)) + content
    return _SHORT.pack(tag >> 16, tag & 0xFFFF, vr.encode("ascii"), len(content)) + content
