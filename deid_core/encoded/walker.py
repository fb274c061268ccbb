"""Find where the elements of a little endian data set lie, without decoding any (PS3.5 7.1, 7.5).

It knows only what is as it should be: ascending tags, known VRs, even lengths, items that fill
their sequence to the byte. Of anything else it says `NotWalkableError`, and a more patient reader decides.
"""

from __future__ import annotations

from deid_core.encoded.dataset import EncodedDataSet
from deid_core.encoded.heads import EXPLICIT, IMPLICIT, explicit_head, implicit_head
from deid_core.encoded.source import HEAD, Source
from deid_core.errors import NotWalkableError
from deid_core.structure import MAX_DEPTH, UNDEFINED

ITEM, ITEM_END, SEQUENCE_END = b"\xfe\xff\x00\xe0", b"\xfe\xff\x0d\xe0", b"\xfe\xff\xdd\xe0"
DELIMITERS = b"\xfe\xff"
OPEN = b"SQ"
"""Marks a sequence of undefined length in the layout of what has no VRs."""
BULK = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})
"""VRs whose values are passed over where they lie beyond what was read."""

FRAGMENTED = ("OB", "OW")
PIXEL_DATA = 0x7FE00010
LAST_GROUP_WITH_LENGTH = 0x0006
"""Only below it does a group length mean anything still (PS3.5 7.2)."""


def walk(source: Source, at: int, *, implicit: bool) -> EncodedDataSet:
    """Find the elements of the data set that begins at ``at`` and ends with the file.

    Raises `NotWalkableError`, and `ReadError` if the file changes meanwhile.
    """
    dataset = EncodedDataSet(source.data, implicit=implicit, source=source, start=at)
    base, data = 0, source.data
    while at < source.size:
        at = base + _elements(dataset, data, at - base, len(data), base, 0)
        if at >= source.size:
            break
        base, data, at = _beyond(dataset, source, base, data, at)
    return dataset.walked(at)


def walk_group(source: Source, at: int, group: int) -> EncodedDataSet:
    """Find the elements of one group in explicit VR, as the file meta information is (PS3.10 7.1)."""
    data = source.data
    end = at
    mark = group.to_bytes(2, "little")
    while data[end : end + 2] == mark:
        head = EXPLICIT.get(data[end : end + 6]) or explicit_head(data[end : end + 6])
        if head is None:
            raise NotWalkableError
        if head[2]:
            end += 12 + int.from_bytes(data[end + 8 : end + 12], "little")
        else:
            end += 8 + int.from_bytes(data[end + 6 : end + 8], "little")
    if end > len(data):
        raise NotWalkableError
    dataset = EncodedDataSet(data, implicit=False, start=at)
    if _elements(dataset, data, at, end, 0, 0) != end:
        raise NotWalkableError
    return dataset.walked(end)


def walk_items(
    data: bytes, at: int, end: int | None, holder: EncodedDataSet, depth: int
) -> tuple[list[EncodedDataSet], int]:
    """Find the items of a sequence, and the offset after it; ``end`` is None for an undefined length."""
    if depth > MAX_DEPTH:
        raise NotWalkableError
    items: list[EncodedDataSet] = []
    while at != end:
        mark, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8
        if mark == SEQUENCE_END and end is None and not length:
            return items, at
        if mark != ITEM or (at > (len(data) if end is None else end)):
            raise NotWalkableError
        undefined = length == UNDEFINED
        limit = len(data) if undefined else at + length
        if limit > (len(data) if end is None else end) and not undefined:
            raise NotWalkableError
        if undefined and end is not None:
            limit = end
        item = EncodedDataSet(data, implicit=holder.implicit, start=at, around=holder)
        item.has_undefined_length = undefined
        at = _elements(item, data, at, limit, 0, depth, is_open=undefined)
        item.walked(at)
        if undefined:
            at += 8
        items.append(item)
    return items, at


def _elements(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - one loop over bytes, with nothing to spare
    dataset: EncodedDataSet,
    data: bytes,
    at: int,
    end: int,
    base: int,
    depth: int,
    *,
    is_open: bool = False,
) -> int:
    """Find elements up to ``end``, and return the offset at which it stops.

    At the top level (``depth`` 0) it stops before an element that does not fit into ``data``; an
    open item stops before its delimiter.
    """
    spans = dataset.spans
    layout = dataset.heads
    last = dataset.last
    implicit = dataset.implicit
    heads = IMPLICIT if implicit else EXPLICIT
    size = 4 if implicit else 6
    while at < end:
        first = data[at : at + size]
        head = heads.get(first)
        if head is None:
            if first[:2] == DELIMITERS:
                if is_open and data[at : at + 8] == ITEM_END + b"\0\0\0\0":
                    break
                raise NotWalkableError
            head = implicit_head(first) if implicit else explicit_head(first)
            if head is None:
                if depth == 0 and at + 12 > end:
                    break
                raise NotWalkableError
        tag, known, is_long = head
        vr: str | None = known
        if implicit:
            value = at + 8
            length = int.from_bytes(data[at + 4 : value], "little")
        elif is_long:
            value = at + 12
            length = int.from_bytes(data[at + 8 : value], "little")
        else:
            value = at + 8
            length = data[at + 6] | data[at + 7] << 8 if value <= end else 0
        stop = value + length
        if stop > end:
            if value > end or length != UNDEFINED:
                if depth == 0:
                    break
                raise NotWalkableError
            if vr not in ("SQ", ""):
                if depth == 0:
                    break
                raise NotWalkableError
            if tag <= last:
                raise NotWalkableError
            try:
                items, stop = walk_items(data, value, None, dataset, depth + 1)
            except NotWalkableError:
                if depth == 0 and len(data) + base < dataset.size:
                    break
                raise
            if stop > end:
                raise NotWalkableError
            dataset.keep_items(tag, items)
            vr = "SQ"
        if tag <= last or (length & 1 and length != UNDEFINED):
            raise NotWalkableError
        if not tag & 0xFFFF and tag >> 16 > LAST_GROUP_WITH_LENGTH:
            dataset.retired.append(tag)
        if implicit:
            vr = "SQ" if length == UNDEFINED else None
            first += OPEN if length == UNDEFINED else b""
        layout.append(first)
        spans[tag] = vr, at + base, value + base, stop + base
        at = stop
        last = tag
    dataset.last = last
    return at


def _beyond(
    dataset: EncodedDataSet, source: Source, base: int, data: bytes, at: int
) -> tuple[int, bytes, int]:
    """Pass over, or read, the element at ``at`` that does not fit into what was read."""
    head = source.read(at, min(source.size, at + 12))
    known = implicit_head(head[:4]) if dataset.implicit else explicit_head(head[:6])
    if known is None or len(head) < 8:  # noqa: PLR2004 - no element is shorter (PS3.5 7.1)
        raise NotWalkableError
    tag, vr, is_long = known
    value = at + (12 if is_long else 8)
    length = int.from_bytes(
        head[8:12] if is_long else head[6:8] if not dataset.implicit else head[4:8], "little"
    )
    if tag <= dataset.last or value > source.size:
        raise NotWalkableError
    stored = None if dataset.implicit else vr
    if length == UNDEFINED and tag == PIXEL_DATA and vr in FRAGMENTED and not dataset.implicit:
        stop = _end_of_fragments(source, value)
        dataset.keep_fragments(tag)
    elif length == UNDEFINED or length & 1 or value + length > source.size:
        if length == UNDEFINED and len(data) < source.size and base == 0:
            source.extend(2 * len(data))
            dataset.data = source.data
            return 0, source.data, at
        raise NotWalkableError
    else:
        stop = value + length
        if vr not in BULK and stop <= at + HEAD and base == 0:
            source.extend(stop)
            dataset.data = source.data
            return 0, source.data, at
    dataset.heads.append(head[: 4 if dataset.implicit else 6])
    dataset.spans[tag] = (stored, at, value, stop)
    dataset.last = tag
    if stop <= len(source.data):
        return 0, source.data, stop
    if stop >= source.size:
        return base, data, stop
    start, window = source.window(stop, stop)
    return start, window, stop


def _end_of_fragments(source: Source, at: int) -> int:
    """Return the offset after encapsulated pixel data (PS3.5 A.4)."""
    while True:
        head = source.read(at, min(source.size, at + 8))
        if len(head) < 8:  # noqa: PLR2004 - tag and length
            raise NotWalkableError
        length = int.from_bytes(head[4:8], "little")
        at += 8
        if head[:4] == SEQUENCE_END and not length:
            return at
        if head[:4] != ITEM or length == UNDEFINED or length & 1 or at + length > source.size:
            raise NotWalkableError
        at += length
