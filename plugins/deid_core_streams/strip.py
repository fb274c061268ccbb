"""Which coded streams there are (PS3.5 A.4, PS3.6 table A-1), and what strips each."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from deid_core.encoded.patched import ValueView
from deid_core_streams.bits import StreamError
from deid_core_streams.fragments import ITEM_START, fragments, frames, joined, patches
from deid_core_streams.jpeg import START as JPEG_START
from deid_core_streams.jpeg import strip_jpeg
from deid_core_streams.jpeg2000 import (
    CODESTREAM,
    JP2,
    XL,
    XL_CODESTREAM,
    strip_jpeg_2000,
    strip_jpeg_xl,
)
from deid_core_streams.video import strip_avc, strip_hevc, strip_mpeg_2

JPEG_FAMILY = "1.2.840.10008.1.2.4."
NATIVE = frozenset(
    [
        "1.2.840.10008.1.2",
        "1.2.840.10008.1.2.1",
        "1.2.840.10008.1.2.1.98",
        "1.2.840.10008.1.2.1.99",
        "1.2.840.10008.1.2.2",
    ]
)
PLAIN = frozenset(["1.2.840.10008.1.2.5", "1.2.840.10008.1.2.8.1"])
"""RLE and deflated frames: there is nothing in them but the image."""


@attrs.frozen
class Coding:
    """A kind of coded stream: its name, how a frame starts, and what strips a frame in place."""

    name: str
    starts: tuple[bytes, ...]
    strip: Callable[[bytearray], None]


JPEG = Coding("JPEG", (JPEG_START,), strip_jpeg)
JPEG_2000 = Coding("JPEG 2000", (CODESTREAM, JP2), strip_jpeg_2000)
JPEG_XL = Coding("JPEG XL", (XL_CODESTREAM, XL), strip_jpeg_xl)
MPEG_2 = Coding("MPEG-2", (), strip_mpeg_2)
AVC = Coding("H.264", (), strip_avc)
HEVC = Coding("H.265", (), strip_hevc)

STARTS = (*JPEG.starts, *JPEG_2000.starts, XL)
LONGEST_START = max(map(len, STARTS))

_NUMBERS: dict[Coding, list[int]] = {
    JPEG: [*range(50, 67), 70, 80, 81],
    JPEG_2000: [90, 91, 92, 93, 201, 202, 203],
    JPEG_XL: [110, 111, 112],
    MPEG_2: [100, 101],
    AVC: [102, 103, 104, 105, 106],
    HEVC: [107, 108],
}
CODINGS = {
    f"{JPEG_FAMILY}{number}": coding for coding, numbers in _NUMBERS.items() for number in numbers
} | {
    # Those that may be in several fragments have one number more.
    f"{JPEG_FAMILY}{number}.1": coding
    for coding in (MPEG_2, AVC)
    for number in _NUMBERS[coding]
}


def strip(
    value: ValueView, transfer_syntax: str, *, nested: bool = False, undefined_length: bool = False
) -> tuple[tuple[int, bytes], ...]:
    """Return what is to be written over the metadata in the coded streams of Pixel Data.

    These are offsets in the value, and bytes; there are none where there is nothing to write over.
    No more than one frame is in memory at once. Pixel data that are ``nested``, those of an icon, may be native in any transfer syntax. ``undefined_length`` says
    that the file has them in fragments. Raises `StreamError` if the value is not what the
    transfer syntax says.
    """
    is_encapsulated = undefined_length or value.part(0, len(ITEM_START)) == ITEM_START
    if transfer_syntax in NATIVE and undefined_length:
        raise StreamError("it is in fragments, and the transfer syntax knows none")
    if transfer_syntax in NATIVE or (nested and not is_encapsulated):
        return ()
    coding = CODINGS.get(transfer_syntax)
    if coding is None:
        if not is_encapsulated:
            return ()
        if transfer_syntax in PLAIN:
            _check_plain(value)
            return ()
        raise StreamError("nothing here knows the transfer syntax")
    try:
        return _stripped(value, coding)
    except StreamError as error:
        raise StreamError(f"it cannot be read as {coding.name}: {error}") from None


def _check_plain(value: ValueView) -> None:
    """Raise `StreamError` where a fragment is an image of another coding, which may hold metadata."""
    for piece in fragments(value):
        head = value.part(piece.start, min(piece.end, piece.start + LONGEST_START))
        if head.startswith(STARTS):
            raise StreamError("it is of another coding than the transfer syntax says")


def _stripped(value: ValueView, coding: Coding) -> tuple[tuple[int, bytes], ...]:
    found: list[tuple[int, bytes]] = []
    for frame in frames(value, fragments(value), coding.starts):
        data = joined(value, frame)
        before = bytes(data)
        coding.strip(data)
        if len(data) != len(before):
            raise StreamError("its length would change")
        if data != before:
            found += patches(frame, before, bytes(data))
    return tuple(found)
