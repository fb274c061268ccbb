"""Elementary streams of video: user data and supplemental enhancement information (SEI).

All is overwritten in place, by bytes that cannot look like a start code.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import attrs

from deid_core_streams.bits import StreamError, blank

START_CODE = b"\0\0\1"
USER_DATA = re.compile(rb"\x00\x00\x01\xb2")
FILL = b"\xff"
ESCAPE = re.compile(rb"\x00\x00\x03")
AFTER_ESCAPE = 1
"""What may follow an escape and is no zero (ISO/IEC 14496-10 7.4.1)."""
USER_DATA_SEI = frozenset([4, 5])
"""SEI messages: registered by ITU-T T.35, and unregistered (ISO/IEC 14496-10 D.1)."""


@attrs.frozen
class Units:
    """What the NAL units of a coding look like, for the units that may hold anything.

    ``code`` finds those in a byte stream, ``header`` is the length of a unit's header, and
    ``kind`` gives the type of a unit from its first byte.
    """

    code: re.Pattern[bytes]
    header: int
    kind: Callable[[int], int]
    sei: frozenset[int]
    unspecified: frozenset[int]


AVC_UNITS = Units(
    re.compile(rb"\x00\x00\x01[\x00\x06\x18-\x20\x26\x38-\x40\x46\x58-\x60\x66\x78-\x7f]"),
    1,
    lambda byte: byte & 0x1F,
    frozenset([6]),
    frozenset([0, *range(24, 32)]),
)
"""H.264 (ISO/IEC 14496-10 table 7-1)."""

HEVC_UNITS = Units(
    re.compile(rb"\x00\x00\x01[\x4e-\x51\x60-\x7f]"),
    2,
    lambda byte: byte >> 1 & 0x3F,
    frozenset([39, 40]),
    frozenset(range(48, 64)),
)
"""H.265 (ISO/IEC 23008-2 table 7-1)."""


def strip_user_data(data: bytearray) -> None:
    """Overwrite the user data of an MPEG-2 video (ISO/IEC 13818-2 6.2.2.2), in place."""
    for found in USER_DATA.finditer(bytes(data)):
        start = found.end()
        blank(data, start, _end(data, start), FILL)


def strip_byte_stream(data: bytearray, units: Units) -> None:
    """Overwrite user data in the NAL units of a byte stream, in place.

    Raises `StreamError` if SEI cannot be parsed.
    """
    for found in units.code.finditer(bytes(data)):
        start = found.end() - 1
        strip_unit(data, start, _end(data, start), units)


def strip_unit(data: bytearray, start: int, end: int, units: Units) -> None:
    """Overwrite user data in the NAL unit between two offsets, in place. Raises `StreamError`."""
    if end - start <= units.header:
        return
    kind = units.kind(data[start])
    if kind in units.unspecified:
        blank(data, start + units.header, end, FILL)
    elif kind in units.sei:
        _strip_sei(data, start + units.header, end)


def _end(data: bytearray, start: int) -> int:
    """Return where a unit ends: zeros before the next start code are no part of it."""
    end = data.find(START_CODE, start)
    end = len(data) if end < 0 else end
    while end > start and not data[end - 1]:
        end -= 1
    return end


def _strip_sei(data: bytearray, start: int, end: int) -> None:
    escapes = {start + found.end() - 1 for found in ESCAPE.finditer(bytes(data[start:end]))}
    places = [at for at in range(start, end) if at not in escapes]
    kept = {at - back for at in escapes for back in range(3)}
    at = 0
    # The last byte is the end of the unit (7.3.2.4).
    while at < len(places) - 1:
        kind, at = _coded(data, places, at)
        size, at = _coded(data, places, at)
        if size > len(places) - at:
            raise StreamError("supplemental enhancement information is cut off")
        if kind in USER_DATA_SEI:
            for place in places[at : at + size]:
                if place not in kept:
                    data[place] = AFTER_ESCAPE if place - 1 in escapes else FILL[0]
        at += size


def _coded(data: bytearray, places: list[int], at: int) -> tuple[int, int]:
    """Return a number that is coded as a sum of bytes, and the place after it."""
    total = 0
    while at < len(places):
        byte = data[places[at]]
        total, at = total + byte, at + 1
        if byte != FILL[0]:
            return total, at
    raise StreamError("supplemental enhancement information is cut off")
