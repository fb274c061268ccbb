"""What to write of a data set that is encoded: bytes of it, new elements, ranges of the file."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from deid_core.encoded.patched import Patched

if TYPE_CHECKING:
    from deid_core.encoded.dataset import EncodedDataSet

Overlay = Mapping[int, bytes | Patched | None]
"""Elements that are written instead: encoded, or None for one that goes."""

Piece = bytes | tuple[int, int]
"""What is written: bytes, or a range of the source."""


def pieces(dataset: EncodedDataSet, overlay: Overlay | None = None) -> Iterator[Piece]:
    """Yield what to write, with the elements of ``overlay`` in their places.

    What lies beyond what was read is given as a range of the source.
    """
    overlay = dataset.overlay if overlay is None else overlay
    if dataset.retired:
        overlay = {**overlay, **dict.fromkeys(dataset.retired)}
    spans, at = dataset.spans, dataset.start
    tags: list[int] | None = None
    for tag in sorted(overlay):
        span = spans.get(tag)
        if span is not None:
            start, stop = span[1], span[3]
        else:
            if tags is None:
                tags = list(spans)
            place = bisect_left(tags, tag)
            start = stop = spans[tags[place]][1] if place < len(tags) else dataset.end
        if start > at:
            yield from _range(dataset, at, start)
        at = stop
        encoded = overlay[tag]
        if isinstance(encoded, Patched):
            yield from patched_pieces(dataset, encoded)
        elif encoded is not None:
            yield encoded
    if dataset.end > at:
        yield from _range(dataset, at, dataset.end)


def patched_pieces(dataset: EncodedDataSet, element: Patched) -> Iterator[Piece]:
    """Yield an element, with the bytes of its patches in their places."""
    at = element.start
    for offset, data in element.patches:
        yield from _range(dataset, at, offset)
        yield data
        at = offset + len(data)
    yield from _range(dataset, at, element.stop)


def _range(dataset: EncodedDataSet, start: int, stop: int) -> Iterator[Piece]:
    known = len(dataset.data)
    if stop <= known:
        yield dataset.data[start:stop]
        return
    if start < known:
        yield dataset.data[start:known]
        start = known
    yield start, stop


def encoded_items(dataset: EncodedDataSet, tag: int, overlays: list[Overlay | None]) -> bytes:
    """Return a sequence of which some items have an overlay, and those with None are gone."""
    _, start, value, _ = dataset.spans[tag]
    parts = []
    for item, overlay in zip(dataset.items_of(tag), overlays, strict=True):
        if overlay is None:
            continue
        content = b"".join(pieces(item, overlay))  # type: ignore[arg-type]
        if item.has_undefined_length:
            parts.append(
                b"\xfe\xff\x00\xe0\xff\xff\xff\xff" + content + b"\xfe\xff\x0d\xe0\0\0\0\0"
            )
        else:
            parts.append(b"\xfe\xff\x00\xe0" + len(content).to_bytes(4, "little") + content)
    content = b"".join(parts)
    head = dataset.bytes_of(start, value - 4)
    if dataset.is_open(tag):
        return b"".join((head, b"\xff\xff\xff\xff", content, b"\xfe\xff\xdd\xe0\0\0\0\0"))
    return b"".join((head, len(content).to_bytes(4, "little"), content))
