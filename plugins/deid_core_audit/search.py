"""Search a file of the output, as it lies on the disk, for what identifies."""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from deid_core_audit.files import AFTER, BEFORE, META, Content, Stretch
from deid_core_audit.leaves import leaves, place_of
from deid_core_audit.needles import Needle, Needles

PIECE = 1 << 16
OVERLAP = 1 << 8
LEAST_IN_PIXELS = 6
"""Bytes that a value needs to be looked for among pixels, where chance makes short words."""
META_GROUP = 2
LEAST_DIFFERENT = 3

_RUNS = re.compile(rb"[\t\n\r\x20-\x7e\x80-\xff]{4,}")
_RUNS_IN_PIXELS = re.compile(rb"[\x20-\x7e]{6,}")
_LITTLE = re.compile(rb"(?:[\x20-\x7e]\x00){4,}")
_BIG = re.compile(rb"(?:\x00[\x20-\x7e]){4,}")
_OUTSIDE = {
    BEFORE: "preamble",
    META: "file meta information",
    AFTER: "bytes after the pixel data",
}


@attrs.frozen
class Hit:
    """Something that was found, and the words for where it stands in the output."""

    place: str
    needle: Needle
    path: str = attrs.field(default="", repr=False)


def search(content: Content, needles: Needles, *, pixels: bool = True) -> set[Hit]:
    """Return what stands in a file: in its elements as they are decoded, and in its bytes.

    ``pixels`` is False to leave out the bytes of pixel data.
    """
    hits: set[Hit] = set()
    weighed: set[tuple[int, str]] = set()
    if content.dataset is not None:
        for leaf in leaves(content.dataset):
            if not leaf.readable:
                continue
            hits |= {Hit(leaf.place, needle, leaf.path) for needle in needles.in_leaf(leaf)}
            top = META if leaf.top >> 16 == META_GROUP else leaf.top
            weighed |= {(top, needle.text) for needle in needles.in_text(leaf.text)}
    for stretch in content.stretches:
        for at, needle in _in_stretch(stretch, needles, pixels=pixels):
            tag = stretch.tag_at(at)
            if (tag, needle.text) not in weighed:
                hits.add(Hit(_place(content, tag), needle))
    return hits


def pixel_bytes(content: Content) -> int:
    """Return how many bytes were searched for longer values only."""
    return sum(end - start for stretch in content.stretches for start, end in stretch.pixels)


def _place(content: Content, tag: int) -> str:
    if not content.dicom:
        return "file that is not DICOM"
    if tag in _OUTSIDE:
        return _OUTSIDE[tag]
    return place_of(content.dataset, tag) if content.dataset is not None else "unreadable file"


def _in_stretch(
    stretch: Stretch, needles: Needles, *, pixels: bool
) -> Iterator[tuple[int, Needle]]:
    found: set[tuple[int, Needle]] = set()
    for at, width, text, in_pixels in _texts(stretch, pixels=pixels):
        for needle in needles.in_text(text):
            if in_pixels and _too_plain(needle):
                continue
            inside = max(text.casefold().find(needle.text.split()[0]), 0)
            found.add((at + width * inside, needle))
    found |= set(needles.in_bytes(stretch.data))
    yield from found


def _too_plain(needle: Needle) -> bool:
    """Whether pixels can spell a value by chance, as a plain area does ``11111111``."""
    return len(needle.text) < LEAST_IN_PIXELS or len(set(needle.text)) < LEAST_DIFFERENT


def _texts(stretch: Stretch, *, pixels: bool) -> Iterator[tuple[int, int, str, bool]]:
    """Yield what can be read as text: start, bytes of a character, text, if it is in pixels."""
    at = 0
    for start, end in (*stretch.pixels, (len(stretch.data), len(stretch.data))):
        for run in _runs(stretch.data, at, start, _RUNS):
            yield *run, False
        for run in _runs(stretch.data, start, end, _RUNS_IN_PIXELS) if pixels else ():
            yield *run, True
        at = max(at, end)


def _runs(
    data: bytes, start: int, end: int, eight_bits: re.Pattern[bytes]
) -> Iterator[tuple[int, int, str]]:
    for pattern, width, first in ((eight_bits, 1, 0), (_LITTLE, 2, 0), (_BIG, 2, 1)):
        for match in pattern.finditer(data, start, end):
            run = match.group()[first::width]
            for at in range(0, len(run), PIECE):
                text = run[at : at + PIECE + OVERLAP].decode("latin-1")
                yield match.start() + first + at * width, width, text
