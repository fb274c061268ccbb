"""Data elements encoded by hand (PS3.5 7.1), for files that no library would write.

Independent of what is tested, and of pydicom's writer: lengths may lie, and any VR may hold anything.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

import attrs
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

LONG_VRS = frozenset(["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"])
"""VRs whose length takes four bytes where the VR is explicit (PS3.5 7.1.2)."""
UNDEFINED = 0xFFFFFFFF


@attrs.frozen
class Encoding:
    """How data elements are encoded: the transfer syntax, and what it means."""

    syntax: str
    implicit: bool = False
    little: bool = True

    @property
    def order(self) -> str:
        """The byte order, as `struct` names it."""
        return "<" if self.little else ">"


EXPLICIT = Encoding(ExplicitVRLittleEndian)
IMPLICIT = Encoding(ImplicitVRLittleEndian, implicit=True)
BIG = Encoding(ExplicitVRBigEndian, little=False)
DEFLATED = Encoding(DeflatedExplicitVRLittleEndian)
ENCODINGS = {"explicit": EXPLICIT, "implicit": IMPLICIT, "big endian": BIG, "deflated": DEFLATED}


def padded(value: str | bytes, pad: bytes = b" ") -> bytes:
    """Return a value with an even number of bytes; text is encoded in UTF-8."""
    data = value.encode() if isinstance(value, str) else value
    return data + pad if len(data) % 2 else data


def element(
    tag: int, vr: str, value: str | bytes, encoding: Encoding, length: int | None = None
) -> bytes:
    """Encode one element; ``length`` may lie."""
    data = padded(value)
    length = len(data) if length is None else length
    order = encoding.order
    head = struct.pack(f"{order}HH", tag >> 16, tag & 0xFFFF)
    if encoding.implicit:
        return head + struct.pack(f"{order}L", length) + data
    if vr in LONG_VRS:
        return head + vr.encode("latin-1") + b"\0\0" + struct.pack(f"{order}L", length) + data
    return head + vr.encode("latin-1") + struct.pack(f"{order}H", length) + data


def item(content: bytes, encoding: Encoding, *, undefined: bool = False) -> bytes:
    """Encode one item of a sequence, of defined or ``undefined`` length (PS3.5 7.5)."""
    order = encoding.order
    if not undefined:
        return struct.pack(f"{order}HHL", 0xFFFE, 0xE000, len(content)) + content
    end = struct.pack(f"{order}HHL", 0xFFFE, 0xE00D, 0)
    return struct.pack(f"{order}HHL", 0xFFFE, 0xE000, UNDEFINED) + content + end


def sequence(
    tag: int, items: Iterable[bytes], encoding: Encoding, *, undefined: bool = False, vr: str = "SQ"
) -> bytes:
    """Encode a sequence of encoded items."""
    content = b"".join(items)
    if not undefined:
        return element(tag, vr, content, encoding)
    end = struct.pack(f"{encoding.order}HHL", 0xFFFE, 0xE0DD, 0)
    return element(tag, vr, content, encoding, UNDEFINED) + end


def nest(inner: bytes, tags: Iterable[int], encoding: Encoding, *, undefined: bool) -> bytes:
    """Wrap ``inner`` in one sequence per tag, the first innermost."""
    for tag in tags:
        inner = sequence(
            tag, [item(inner, encoding, undefined=undefined)], encoding, undefined=undefined
        )
    return inner


def file_meta(encoding: Encoding, sop_class: str, sop_instance: str, extra: bytes = b"") -> bytes:
    """Encode the file meta information (PS3.10 7.1); ``extra`` follows what must be there."""
    content = (
        element(0x00020001, "OB", b"\0\1", EXPLICIT)
        + element(0x00020002, "UI", padded(sop_class.encode(), b"\0"), EXPLICIT)
        + element(0x00020003, "UI", padded(sop_instance.encode(), b"\0"), EXPLICIT)
        + element(0x00020010, "UI", padded(encoding.syntax.encode(), b"\0"), EXPLICIT)
        + extra
    )
    return element(0x00020000, "UL", struct.pack("<L", len(content)), EXPLICIT) + content
