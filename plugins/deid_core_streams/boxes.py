"""Boxes, of which JP2, JPEG XL and MP4 files are made (ISO/IEC 14496-12 4.2, 15444-1 I.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from deid_core_streams.bits import StreamError, blank, number

HEADER, LONG_HEADER = 8, 16
Tree = Mapping[bytes, "Tree | None"]
"""The boxes that stay: for one that holds boxes, those that stay in it, else None."""


@attrs.frozen
class Box:
    """Where a box lies: its header from ``start``, its content from ``body`` to ``end``."""

    kind: bytes
    start: int
    body: int
    end: int


def boxes(data: bytearray, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes between two offsets. Raises `StreamError` if something else is there.

    What follows the last of them, too short or with a header of zeros, is overwritten.
    """
    while end - start >= HEADER and data[start : start + HEADER].strip(b"\0"):
        size, body = number(data, start, 4), start + HEADER
        if size == 1:
            size, body = number(data, body, 8, end), start + LONG_HEADER
        stop = start + size if size else end
        if not body <= stop <= end:
            raise StreamError("a box does not fit into what holds it")
        yield Box(bytes(data[start + 4 : start + 8]), start, body, stop)
        start = stop
    blank(data, start, end)


def prune(data: bytearray, start: int, end: int, keep: Tree) -> None:
    """Turn boxes that need not stay into free space of the same length, at any depth."""
    for box in boxes(data, start, end):
        inner = keep.get(box.kind)
        if box.kind not in keep:
            data[box.start + 4 : box.start + 8] = b"free"
            blank(data, box.body, box.end)
        elif inner is not None:
            prune(data, box.body, box.end, inner)


def within(data: bytearray, box: Box, *kinds: bytes) -> Box | None:
    """Return the box at the end of a way through boxes, the first of each kind; None if none."""
    found: Box | None = box
    for kind in kinds:
        if found is None:
            return None
        found = next((one for one in boxes(data, found.body, found.end) if one.kind == kind), None)
    return found
