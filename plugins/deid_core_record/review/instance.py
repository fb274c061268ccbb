"""The attributes of one instance as text, each in a row."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
from pydicom import DataElement, Dataset, dcmread

from deid_core import FileRef
from deid_core.dictionary import name_of
from deid_core.pages.thumbnails import is_far_inside

MOST_ROWS = 1000
LONGEST = 160
"""Characters of a value."""
UNREADABLE = "cannot be read"
DEEPEST = 8
_BYTES = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN", "OB or OW"})


@attrs.frozen
class Row:
    """One element; ``depth`` counts the sequences that it lies in."""

    depth: int
    name: str
    tag: str
    vr: str
    value: str = attrs.field(repr=False)


def rows_of(ref: FileRef) -> list[Row]:
    """Return the elements of a file without its pixels; empty if it cannot be read."""
    if is_far_inside(ref):
        return []
    try:
        with ref.open() as stream:
            dataset = dcmread(stream, stop_before_pixels=True)
            return [row for row, _ in zip(_rows(dataset, 0), range(MOST_ROWS), strict=False)]
    except Exception:  # noqa: BLE001 - a page without a table says so; pydicom raises many kinds
        return []


def _rows(dataset: Dataset, depth: int) -> Iterator[Row]:
    for tag in sorted(dataset.keys()):
        name = name_of(int(tag)) or ("Private element" if tag.is_private else "Unknown attribute")
        shown = f"({tag.group:04X},{tag.element:04X})"
        try:
            element = dataset[tag]
            row = Row(depth, name, shown, str(element.VR), _text(element))
        except Exception:  # noqa: BLE001 - a value that cannot be read hides no other; many kinds
            yield Row(depth, name, shown, "", UNREADABLE)
            continue
        yield row
        if element.VR == "SQ" and depth < DEEPEST:
            for item in element.value:
                yield from _rows(item, depth + 1)


def _text(element: DataElement) -> str:
    value = element.value
    if element.VR == "SQ":
        return f"{len(value)} {'item' if len(value) == 1 else 'items'}"
    if value is None or not (value if isinstance(value, str | bytes) else str(value)):
        return ""
    if element.VR in _BYTES or isinstance(value, bytes):
        return f"{len(value):,} bytes" if isinstance(value, bytes) else "numbers"
    many = isinstance(value, list | tuple) or element.VM > 1
    text = "\\".join(map(str, value)) if many else str(value)
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
