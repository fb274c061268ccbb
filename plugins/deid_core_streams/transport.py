"""MPEG-2 transport streams (ISO/IEC 13818-1 2.4): packets of 188 bytes.

The packets of video and audio stay, and those of the tables that name them. The others become
null packets, which every reader passes over.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from deid_core_streams.bits import StreamError, blank, number
from deid_core_streams.spans import Strip, strip_pieces

PACKET = 188
SYNC = 0x47
NULL_PID, PAT_PID = 0x1FFF, 0x0000
NULL_HEADER = b"\x47\x1f\xff\x10"
FILL = b"\xff"
VIDEO = frozenset([0x01, 0x02, 0x10, 0x1B, 0x24])
AUDIO = frozenset([0x03, 0x04, 0x0F, 0x11])
"""Stream types (table 2-34): MPEG-1, MPEG-2, MPEG-4, H.264 and H.265; MPEG and AAC audio."""
PAT_TABLE, PMT_TABLE = 0, 2
PES_START = b"\0\0\1"
PES_HEADER = 9
SECTION_HEADER, CRC_LENGTH = 3, 4


def is_transport_stream(data: bytes | bytearray) -> bool:
    """Tell whether packets follow each other from the start."""
    return len(data) >= PACKET and all(
        data[at] == SYNC for at in range(0, min(len(data), 4 * PACKET), PACKET)
    )


@attrs.frozen
class _Packet:
    """A packet: where it starts, its PID, whether a unit starts in it, and its payload."""

    start: int
    pid: int
    begins: bool
    payload: int
    end: int


def strip_transport_stream(data: bytearray, strip: Strip) -> None:
    """Strip the video of a transport stream with ``strip``, and what is not video or audio.

    Raises `StreamError` if it cannot be parsed.
    """
    packets = list(_packets(data))
    maps = {pid for section in _sections(data, packets, PAT_PID) for pid in _programs(section)}
    types = {
        pid: kind
        for map_pid in maps
        for section in _sections(data, packets, map_pid)
        for pid, kind in _streams(section)
    }
    video = [pid for pid, kind in types.items() if kind in VIDEO]
    if not video:
        raise StreamError("its transport stream has no video")
    kept = {PAT_PID, *maps, *(pid for pid, kind in types.items() if kind in VIDEO | AUDIO)}
    for packet in packets:
        if packet.pid not in kept:
            data[packet.start : packet.start + 4] = NULL_HEADER
            blank(data, packet.start + 4, packet.end, FILL)
        else:
            _strip_adaptation(data, packet)
    for pid in video:
        strip_pieces(data, list(_payloads(data, packets, pid)), strip)


def _packets(data: bytearray) -> Iterator[_Packet]:
    whole = len(data) - len(data) % PACKET
    for start in range(0, whole, PACKET):
        if data[start] != SYNC:
            raise StreamError("a packet does not start with the sync byte")
        header = number(data, start, 4)
        payload = start + 4
        if header & 0x20:
            payload += 1 + data[payload]
        end = start + PACKET
        if payload > end:
            raise StreamError("an adaptation field is longer than its packet")
        if header & 0xC0:
            raise StreamError("its packets are scrambled")
        if not header & 0x10:
            payload = end
        yield _Packet(start, header >> 8 & NULL_PID, bool(header & 0x400000), payload, end)
    blank(data, whole, len(data))


def _strip_adaptation(data: bytearray, packet: _Packet) -> None:
    """Overwrite private data and stuffing in the adaptation field (2.4.3.4)."""
    if not data[packet.start + 3] & 0x20 or not data[packet.start + 4]:
        return
    end = packet.start + 5 + data[packet.start + 4]
    flags = data[packet.start + 5]
    at = packet.start + 6
    for flag, length in ((0x10, 6), (0x08, 6), (0x04, 1)):
        at += length if flags & flag else 0
    if flags & 0x02:
        length = number(data, at, 1, end)
        if length > end - at - 1:
            raise StreamError("private data are longer than their packet")
        blank(data, at + 1, at + 1 + length, FILL)
        at += 1 + length
    if flags & 0x01:
        at += 1 + number(data, at, 1, end)
    if at > end:
        raise StreamError("an adaptation field is cut off")
    blank(data, at, end, FILL)


def _sections(data: bytearray, packets: list[_Packet], pid: int) -> Iterator[bytes]:
    """Yield the sections of a PID whole: from the table id to the checksum (2.4.4)."""
    held = bytearray()
    for packet in packets:
        if packet.pid != pid or packet.payload == packet.end:
            continue
        payload = data[packet.payload : packet.end]
        if packet.begins:
            held = payload[1 + payload[0] :]
        else:
            held += payload
        while len(held) >= SECTION_HEADER and held[0] != FILL[0]:
            length = SECTION_HEADER + (number(held, 1, 2) & 0x0FFF)
            if len(held) < length:
                break
            yield bytes(held[:length])
            del held[:length]


def _programs(section: bytes) -> Iterator[int]:
    """Yield the PIDs of the program maps that a program association table lists."""
    if section[0] == PAT_TABLE:
        for at in range(8, len(section) - CRC_LENGTH - 3, 4):
            if number(section, at, 2):
                yield number(section, at + 2, 2) & NULL_PID


def _streams(section: bytes) -> Iterator[tuple[int, int]]:
    """Yield PID and type of each stream that a program map lists."""
    if section[0] != PMT_TABLE:
        return
    at = 12 + (number(section, 10, 2) & 0x0FFF)
    while at + 5 <= len(section) - CRC_LENGTH:
        yield number(section, at + 1, 2) & NULL_PID, section[at]
        at += 5 + (number(section, at + 3, 2) & 0x0FFF)


def _payloads(data: bytearray, packets: list[_Packet], pid: int) -> Iterator[tuple[int, int]]:
    """Yield the pieces of an elementary stream: payloads without the headers of PES packets."""
    header = 0
    for packet in packets:
        if packet.pid != pid or packet.payload == packet.end:
            continue
        at = packet.payload
        if packet.begins:
            if not data.startswith(PES_START, at) or at + PES_HEADER > packet.end:
                raise StreamError("a packet of its elementary stream has no header")
            header = PES_HEADER + data[at + 8]
        taken = min(header, packet.end - at)
        header -= taken
        yield at + taken, packet.end
