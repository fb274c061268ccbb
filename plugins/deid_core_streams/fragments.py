"""The fragments of encapsulated pixel data (PS3.5 A.4), and the frames that they make up."""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct

import attrs

from deid_core.encoded.patched import ValueView
from deid_core_streams.bits import StreamError

ITEM, SEQUENCE_END = (0xFFFE, 0xE000), (0xFFFE, 0xE0DD)
ITEM_START = b"\xfe\xff\x00\xe0"
HEADER = Struct("<HHL")
AT_ONCE = 4096
"""Bytes that are compared, and written over, at once."""


@attrs.frozen
class Fragment:
    """Where the bytes of a fragment lie in the value of the element."""

    start: int
    end: int


def fragments(value: ValueView) -> list[Fragment]:
    """Return the fragments of an encapsulated value, without the Basic Offset Table.

    Raises `StreamError` if the value is not made of items.
    """
    found: list[Fragment] = []
    at = 0
    while at < len(value):
        if at + HEADER.size > len(value):
            raise StreamError("its fragments are cut off")
        group, element, length = HEADER.unpack(value.part(at, at + HEADER.size))
        start = at + HEADER.size
        if (group, element) == SEQUENCE_END and found and start == len(value):
            break
        if (group, element) != ITEM or length > len(value) - start:
            raise StreamError("its fragments cannot be parsed")
        found.append(Fragment(start, start + length))
        at = start + length
    if not found:
        raise StreamError("it has no items")
    return [one for one in found[1:] if one.end > one.start]


def frames(
    value: ValueView, pieces: list[Fragment], starts: tuple[bytes, ...]
) -> Iterator[list[Fragment]]:
    """Yield the fragments of each frame; a frame begins where a fragment has one of ``starts``.

    Raises `StreamError` if the first has none. Without ``starts`` there is one frame.
    """
    longest = max(map(len, starts), default=0)
    frame: list[Fragment] = []
    for piece in pieces:
        if starts and value.part(piece.start, piece.start + longest).startswith(starts):
            if frame:
                yield frame
            frame = []
        elif starts and not frame:
            raise StreamError("its first fragment does not start a frame")
        frame.append(piece)
    if frame:
        yield frame


def joined(value: ValueView, frame: list[Fragment]) -> bytearray:
    """Return the bytes of a frame."""
    return bytearray(b"".join(value.part(piece.start, piece.end) for piece in frame))


def patches(frame: list[Fragment], before: bytes, after: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield what of a frame has changed: offsets in the value, and the bytes that stand there now."""
    at = 0
    for piece in frame:
        length = piece.end - piece.start
        for start in range(at, at + length, AT_ONCE):
            stop = min(start + AT_ONCE, at + length)
            if before[start:stop] != after[start:stop]:
                yield piece.start + start - at, after[start:stop]
        at += length
