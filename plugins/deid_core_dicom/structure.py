"""Walk over the encoded data elements of a file without decoding any (PS3.5 7.1, PS3.10 7).

Finds where the data set ends, so that nothing after it gets through, and refuses lengths
that lie and nesting that no reader survives before pydicom sees the bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct

import attrs

from deid_core import ReadError, dictionary

UNDEFINED = 0xFFFFFFFF
MAX_DEPTH = 64
LONG_VRS = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
SHORT_VRS = frozenset(b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split())
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
PIXEL_DATA = 0x7FE00010


@attrs.frozen
class Encoding:
    """How data elements are encoded: with a VR or without, and in which byte order."""

    implicit: bool
    little: bool

    @property
    def header(self) -> Struct:
        """Group, element and a length of 32 bits."""
        return _HEADERS[self.little]


_HEADERS = {True: Struct("<HHL"), False: Struct(">HHL")}
_LENGTHS = {True: Struct("<H"), False: Struct(">H")}


@attrs.frozen
class Element:
    """An encoded element: its tag, its VR (None in implicit VR), and where its value lies."""

    tag: int
    vr: bytes | None
    start: int
    length: int

    @property
    def end(self) -> int:
        """The offset after the value; of no use where the length is undefined."""
        return self.start + self.length


class NoElement(Exception):
    """The bytes here are no data element."""


def read_element(data: bytes, at: int, encoding: Encoding, last: int = 0) -> Element:
    """Read the header of an element at the offset ``at``. Raises `NoElement`.

    ``last`` is the tag before it: an unknown VR is believed only in ascending order.
    """
    if at + 8 > len(data):
        raise NoElement
    group, element, length = encoding.header.unpack_from(data, at)
    tag = group << 16 | element
    if group == 0xFFFE or encoding.implicit:  # noqa: PLR2004
        return Element(tag, None, at + 8, length)
    vr = data[at + 4 : at + 6]
    if vr in LONG_VRS:
        if at + 12 > len(data):
            raise NoElement
        return Element(tag, vr, at + 12, encoding.header.unpack_from(data, at + 4)[2])
    short = _LENGTHS[encoding.little].unpack_from(data, at + 6)[0]
    if vr in SHORT_VRS:
        return Element(tag, vr, at + 8, short)
    if vr.isalpha() and vr.isupper() and tag > last and at + 8 + short <= len(data):
        return Element(tag, vr, at + 8, short)
    # Some writers switch to implicit VR in the middle; only a known tag can prove it.
    if tag > last and dictionary.vrs_of(tag) and length <= len(data) - at - 8:
        return Element(tag, None, at + 8, length)
    raise NoElement


def end_of_data_set(data: bytes, start: int, encoding: Encoding) -> int:
    """Return the offset after the last element of the data set that starts at ``start``.

    What follows is no data element, such as padding that is not declared or bytes that
    someone appended. Raises `ReadError` if an element ends beyond the data, if nesting is
    too deep, or if pixel data seems to follow what cannot be parsed.
    """
    at, last = start, 0
    for element, end in top_level(data, start, encoding):
        at, last = end, element.tag
    pixel_data = encoding.header.pack(PIXEL_DATA >> 16, PIXEL_DATA & 0xFFFF, 0)[:4]
    if last < PIXEL_DATA and at < len(data) and data.find(pixel_data, at) >= 0:
        raise ReadError(f"bytes at offset {at} are no data element, and pixel data follows them")
    return at


def top_level(data: bytes, start: int, encoding: Encoding) -> Iterator[tuple[Element, int]]:
    """Yield the elements of a data set, each with the offset after it."""
    at, last = start, 0
    while at < len(data):
        try:
            element = read_element(data, at, encoding, last)
        except NoElement:
            return
        if element.tag >> 16 in (0x0000, 0xFFFE):
            return
        if element.length == UNDEFINED:
            end = _end_of_undefined(data, element, encoding)
        elif element.end > len(data):
            if _is_junk(element, last):
                return
            raise ReadError(f"the file ends inside of the element {_text(element.tag)}")
        else:
            end = element.end
        yield element, end
        at, last = end, element.tag


def _is_junk(element: Element, last: int) -> bool:
    """Tell bytes after the data set from an element that was cut off."""
    if element.vr is not None:
        return False
    return element.tag <= last or not (dictionary.vrs_of(element.tag) or element.tag >> 16 & 1)


def _end_of_undefined(data: bytes, element: Element, encoding: Encoding) -> int:
    """Return the offset after an element of undefined length, walking over what it nests."""
    fragments = element.vr in (b"OB", b"OW") or element.tag == PIXEL_DATA
    inner = Encoding(implicit=True, little=True) if element.vr == b"UN" else encoding
    at = element.start
    stack = [(SEQUENCE_END, inner)]
    while stack:
        closing, current = stack[-1]
        try:
            found = read_element(data, at, current)
        except NoElement:
            raise ReadError(f"the items of {_text(element.tag)} cannot be parsed") from None
        at = found.start
        if found.tag == closing:
            stack.pop()
        elif found.tag == ITEM and closing == SEQUENCE_END:
            if found.length == UNDEFINED and not fragments:
                stack.append((ITEM_END, current))
            else:
                at = found.end
        elif closing == ITEM_END and found.tag >> 16 != 0xFFFE:  # noqa: PLR2004
            if found.length == UNDEFINED:
                nested = Encoding(implicit=True, little=True) if found.vr == b"UN" else current
                stack.append((SEQUENCE_END, nested))
            else:
                at = found.end
        else:
            raise ReadError(f"the items of {_text(element.tag)} cannot be parsed")
        if at > len(data):
            raise ReadError(f"the file ends inside of the element {_text(element.tag)}")
        if len(stack) > 2 * MAX_DEPTH:
            raise ReadError(f"{_text(element.tag)} is nested deeper than {MAX_DEPTH} sequences")
    return at


def _text(tag: int) -> str:
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
