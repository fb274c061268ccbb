"""What all data sets of one layout have in common, found out once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deid_core.encoded.dataset import EncodedDataSet

MOST_LAYOUTS = 1024
PRIVATE = 0x10000
"""The bit that makes a group number odd (PS3.5 7.8)."""
CREATORS = range(0x10, 0x100)
"""Numbers of the elements that are private creators (PS3.5 7.8.1)."""

Outline = tuple[tuple[int, ...], tuple[str | None, ...], tuple[int, ...]]
"""Tags, VRs, and the tags of private creators."""

_OUTLINES: dict[tuple[bytes, bool], Outline] = {}


def outline_of(dataset: EncodedDataSet) -> Outline:
    """Return the outline of what was read."""
    key = (dataset.layout, dataset.implicit)
    outline = _OUTLINES.get(key)
    if outline is None:
        if len(_OUTLINES) >= MOST_LAYOUTS:
            _OUTLINES.clear()
        tags = tuple(dataset.spans)
        creators = tuple(tag for tag in tags if tag & PRIVATE and tag & 0xFFFF in CREATORS)
        vrs = tuple(span[0] for span in dataset.spans.values())
        outline = _OUTLINES[key] = tags, vrs, creators
    return outline
