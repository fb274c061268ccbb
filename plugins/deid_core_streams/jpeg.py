"""JPEG and JPEG-LS (ISO/IEC 10918-1, 14495-1): application segments and comments.

Segments keep their length and lose their content: decoders pass over what they do not know.
"""

from __future__ import annotations

import re

from deid_core_streams.bits import StreamError, blank, blank_tail, number

START = b"\xff\xd8\xff"
SOI, EOI, SOS, COM, SOF_LS = 0xD8, 0xD9, 0xDA, 0xFE, 0xF7
APP0, APP8, APP14, LAST_APP = 0xE0, 0xE8, 0xEE, 0xEF
ALONE = frozenset([0x01, *range(0xD0, 0xD8)])
"""Markers without a segment: TEM and the restarts."""
CODING = frozenset([*range(0xC0, 0xD0), *range(0xDA, 0xE0), SOF_LS, 0xF8])
"""Markers of what a decoder needs: frames, tables, scans; F7 and F8 are those of JPEG-LS."""

AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
AFTER_SCAN_LS = re.compile(rb"\xff[\x80-\xcf\xd8-\xfe]")
"""The marker that ends a scan. In JPEG-LS a bit 0 follows each byte FF of coded data."""

JFIF, ADOBE, SPIFF, HP_COLOR = b"JFIF\0", b"Adobe", b"SPIFF\0", b"mrfx"
JFIF_LENGTH, ADOBE_LENGTH, SPIFF_LENGTH, HP_LENGTH, ENTRY_LENGTH = 14, 12, 30, 5, 4
SPIFF_END = b"\0\0\0\1\xff\xd8"


def strip_jpeg(data: bytearray) -> None:
    """Overwrite the metadata in one coded image, in place.

    What tells a decoder how colours are coded stays: the headers of JFIF (without its
    thumbnail), Adobe, SPIFF and HP. Raises `StreamError` if it is no JPEG.
    """
    if not data.startswith(START):
        raise StreamError("it does not start with the marker SOI")
    at: int | None = 2
    after_scan, scanned, spiff = AFTER_SCAN, False, False
    while at is not None:
        marker, at = _marker(data, at, cut_off=scanned)
        if marker is None or marker == EOI:
            blank_tail(data, at)
            return
        if marker in ALONE:
            continue
        content, at = at + 2, _end_of_segment(data, at)
        if marker == COM or APP0 <= marker <= LAST_APP:
            needed = _needed(marker, data[content:at], spiff=spiff)
            blank(data, content + needed, at)
            spiff = spiff or (marker == APP8 and data.startswith(SPIFF, content))
        elif marker not in CODING:
            raise StreamError("it has a marker that no decoder knows")
        elif marker == SOF_LS:
            after_scan = AFTER_SCAN_LS
        elif marker == SOS:
            found = after_scan.search(data, at)
            at, scanned = None if found is None else found.start(), True


def _end_of_segment(data: bytearray, at: int) -> int:
    end = at + number(data, at, 2)
    if end < at + 2 or end > len(data):
        raise StreamError("a segment is longer than the image")
    return end


def _marker(data: bytearray, at: int, *, cut_off: bool) -> tuple[int | None, int]:
    """Return the marker at ``at`` and the offset after it; fill bytes may stand before it.

    An image that is cut off after a scan ends there, with None.
    """
    start = at
    while at < len(data) and data[at] == 0xFF:  # noqa: PLR2004 - what markers start with
        at += 1
    if at < len(data) and at > start:
        return data[at], at + 1
    if at == len(data) and cut_off:
        return None, at
    raise StreamError("there is no marker where one must be")


def _needed(marker: int, content: bytearray, *, spiff: bool) -> int:
    """Return how many bytes of a segment a decoder may need."""
    if marker == APP0 and content.startswith(JFIF):
        return JFIF_LENGTH
    if marker == APP14 and content.startswith(ADOBE):
        return ADOBE_LENGTH
    if marker == APP8 and content.startswith(SPIFF):
        return SPIFF_LENGTH
    if marker == APP8 and content.startswith(HP_COLOR):
        return HP_LENGTH
    if marker == APP8 and spiff:
        return len(content) if content == SPIFF_END else ENTRY_LENGTH
    return 0
