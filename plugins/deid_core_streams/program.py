"""MPEG program streams (ISO/IEC 13818-1 2.5, 11172-1): packs of packets."""

from __future__ import annotations

from collections.abc import Iterator

from deid_core_streams.bits import StreamError, blank, number
from deid_core_streams.spans import Strip, strip_pieces

PACK_START = b"\0\0\1\xba"
PREFIX = 0x000001
PACK, END, SYSTEM, MAP = 0xBA, 0xB9, 0xBB, 0xBC
PRIVATE_1, FIRST_AUDIO, FIRST_VIDEO, LAST_VIDEO = 0xBD, 0xC0, 0xE0, 0xEF
CODE, HEADER = 4, 6
MPEG_1_PACK, MPEG_2_PACK = 12, 14
FILL = b"\xff"


def strip_program_stream(data: bytearray, strip: Strip) -> None:
    """Strip the video of a program stream with ``strip``, and what is not video or audio.

    Private stream 1 counts as audio, since it may be that. Raises `StreamError` if it cannot
    be parsed.
    """
    pieces: dict[int, list[tuple[int, int]]] = {}
    for kind, start, end in _packets(data):
        if FIRST_VIDEO <= kind <= LAST_VIDEO:
            pieces.setdefault(kind, []).append((_payload(data, start, end), end))
        elif kind not in (SYSTEM, MAP, PRIVATE_1) and not FIRST_AUDIO <= kind < FIRST_VIDEO:
            blank(data, start, end, FILL)
    if not pieces:
        raise StreamError("its program stream has no video")
    for stream in pieces.values():
        strip_pieces(data, stream, strip)


def _packets(data: bytearray) -> Iterator[tuple[int, int, int]]:
    """Yield the kind of each packet, and where what follows its length starts and ends."""
    at = 0
    while len(data) - at >= CODE:
        if number(data, at, 3) != PREFIX:
            if not data[at:].strip(b"\0"):
                return
            raise StreamError("a packet does not start with a start code")
        kind = data[at + 3]
        if kind == END:
            at += CODE
        elif kind == PACK:
            at = _after_pack(data, at)
        else:
            start = at + HEADER
            end = start + number(data, at + 4, 2)
            if kind < END or end > len(data):
                raise StreamError("a packet is longer than the stream, or is none")
            yield kind, start, end
            at = end
    blank(data, at, len(data))


def _after_pack(data: bytearray, at: int) -> int:
    if number(data, at + 4, 1) >> 6 == 1:
        end = at + MPEG_2_PACK + (number(data, at + MPEG_2_PACK - 1, 1) & 7)
    else:
        end = at + MPEG_1_PACK
    if end > len(data):
        raise StreamError("a pack is cut off")
    return end


def _payload(data: bytearray, at: int, end: int) -> int:
    """Return where the payload of a packet starts whose header starts at ``at``."""
    if number(data, at, 1, end) >> 6 == 2:  # noqa: PLR2004 - the two bits of MPEG-2
        start = at + 3 + number(data, at + 2, 1, end)
    else:
        start = _payload_of_mpeg_1(data, at, end)
    if start > end:
        raise StreamError("the header of a packet is longer than the packet")
    return start


def _payload_of_mpeg_1(data: bytearray, at: int, end: int) -> int:
    while number(data, at, 1, end) == FILL[0]:
        at += 1
    if data[at] >> 6 == 1:
        at += 2
    stamps = number(data, at, 1, end) >> 4
    return at + {2: 5, 3: 10}.get(stamps, 1)
