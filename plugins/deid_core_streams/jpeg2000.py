"""JPEG 2000 (ISO/IEC 15444-1, 15444-15) and JPEG XL (ISO/IEC 18181-2): comments and boxes."""

from __future__ import annotations

from deid_core_streams.bits import StreamError, blank, blank_tail, number
from deid_core_streams.boxes import Tree, boxes, prune

CODESTREAM = b"\xff\x4f\xff\x51"
JP2 = b"\0\0\0\x0cjP  \r\n\x87\n"
SOC_LENGTH = 2
COM, SOT, SOD, EOC = 0xFF64, 0xFF90, 0xFF93, 0xFFD9
SEGMENTS = frozenset(
    [*range(0xFF50, 0xFF54), *range(0xFF55, 0xFF62), 0xFF63, *range(0xFF70, 0xFF7A)]
)
"""Segments that say how the image is coded (Annex A, and A of Parts 2 and 15)."""
SOT_LENGTH = 12
LATIN = 1

HEADER_BOXES: Tree = dict.fromkeys(b"ihdr bpcc colr pclr cmap cdef".split()) | {b"res ": None}
JP2_BOXES: Tree = {
    b"jP  ": None,
    b"ftyp": None,
    b"rreq": None,
    b"jp2h": HEADER_BOXES,
    b"jpch": HEADER_BOXES,
    b"jplh": {b"cgrp": {b"colr": None}, b"opct": None, b"cdef": None, b"creg": None},
    b"jp2c": None,
}
"""Boxes that decoders read (ISO/IEC 15444-1 Annex I, 15444-2 Annex M)."""

XL_CODESTREAM = b"\xff\x0a"
XL = b"\0\0\0\x0cJXL \r\n\x87\n"
XL_BOXES: Tree = dict.fromkeys([b"JXL ", b"ftyp", b"jxll", b"jxli", b"jxlc", b"jxlp"])


def strip_jpeg_2000(data: bytearray) -> None:
    """Overwrite the metadata in one coded image, in place: a codestream or a JP2 file.

    Raises `StreamError` if it is neither.
    """
    if not data.startswith(JP2):
        _codestream(data, 0, len(data))
        return
    prune(data, 0, len(data), JP2_BOXES)
    for box in boxes(data, 0, len(data)):
        if box.kind == b"jp2c":
            _codestream(data, box.body, box.end)


def strip_jpeg_xl(data: bytearray) -> None:
    """Overwrite the metadata in one coded image, in place: a codestream or a file of boxes.

    What rebuilds the bytes of a former JPEG file is metadata too. Raises `StreamError`.
    """
    if data.startswith(XL):
        prune(data, 0, len(data), XL_BOXES)
    elif not data.startswith(XL_CODESTREAM):
        raise StreamError("it does not start as JPEG XL does")


def _codestream(data: bytearray, start: int, end: int) -> None:
    if not data.startswith(CODESTREAM, start):
        raise StreamError("it does not start with the markers SOC and SIZ")
    at = _header(data, start + SOC_LENGTH, end)
    while at < end:
        if end - at == 1:
            # A codestream that is cut off may be padded.
            return
        marker = number(data, at, 2)
        if marker == EOC:
            if end == len(data):
                blank_tail(data, at + 2)
            else:
                blank(data, at + 2, end)
            return
        if marker != SOT:
            raise StreamError("there is no tile-part where one must be")
        at = _tile_part(data, at, end)


def _tile_part(data: bytearray, start: int, end: int) -> int:
    """Overwrite the comments of a tile-part, and return the offset after it."""
    length = number(data, start + 6, 4, end)
    coded = _header(data, start + SOT_LENGTH, end)
    if length == 0:
        # The last one goes on to the marker EOC, which coded data cannot hold.
        stop = data.find(EOC.to_bytes(2, "big"), coded, end)
        return stop if stop >= 0 else end
    if start + length < coded:
        raise StreamError("a tile-part is shorter than its header")
    return min(start + length, end)


def _header(data: bytearray, at: int, end: int) -> int:
    """Overwrite the comments of a header; return the offset of SOT, or the one after SOD."""
    while True:
        marker = number(data, at, 2, end)
        if marker == SOT:
            return at
        if marker == SOD:
            return at + 2
        stop = at + 2 + number(data, at + 2, 2, end)
        if stop < at + 4 or stop > end:
            raise StreamError("a segment is longer than the image")
        if marker == COM:
            is_text = number(data, at + 4, 2, stop) == LATIN
            blank(data, at + 6, stop, b" " if is_text else b"\0")
        elif marker not in SEGMENTS:
            raise StreamError("it has a marker that no decoder knows")
        at = stop
