"""Walk over encoded data elements without decoding any (PS3.5 7.1 and 7.5).

Nested data sets must fill their items, and items their sequence, to the byte: a reader that
runs past such an end would find elements that no rule was ever asked about.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct

import attrs

from deid_core import dictionary
from deid_core.errors import ReadError

UNDEFINED = 0xFFFFFFFF
MAX_DEPTH = 64
LONG_VRS = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
SHORT_VRS = frozenset(b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split())
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
DELIMITER_GROUP = 0xFFFE
CHARACTER_SET = 0x00080005
COMMAND_GROUP = 0x0000

_HEADERS = {True: Struct("<HHL"), False: Struct(">HHL")}
_LENGTHS = {True: Struct("<H"), False: Struct(">H")}


@attrs.frozen
class Encoding:
    """How data elements are encoded: with a VR or without, and in which byte order."""

    implicit: bool
    little: bool

    @property
    def header(self) -> Struct:
        """Group, element and a length of 32 bits."""
        return _HEADERS[self.little]


IMPLICIT_LITTLE = Encoding(implicit=True, little=True)
"""How a sequence is encoded that has the VR UN (PS3.5 6.2.2)."""


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

    def __str__(self) -> str:
        return f"({self.tag >> 16:04X},{self.tag & 0xFFFF:04X})"


class NoElement(Exception):
    """The bytes here are no data element."""


def read_element(data: bytes, at: int, encoding: Encoding, last: int = 0) -> Element:
    """Read the header of an element at the offset ``at``. Raises `NoElement`.

    ``last`` is the tag before it: what has an odd VR is believed only in ascending order.
    """
    if at + 8 > len(data):
        raise NoElement
    group, element, length = encoding.header.unpack_from(data, at)
    tag = group << 16 | element
    if group == DELIMITER_GROUP or encoding.implicit:
        return Element(tag, None, at + 8, length)
    vr = data[at + 4 : at + 6]
    if vr in LONG_VRS:
        if at + 12 > len(data):
            raise NoElement
        return Element(tag, vr, at + 12, encoding.header.unpack_from(data, at + 4)[2])
    short = _LENGTHS[encoding.little].unpack_from(data, at + 6)[0]
    if vr in SHORT_VRS:
        return Element(tag, vr, at + 8, short)
    # What follows agrees with what pydicom makes of such headers.
    if b"AA" <= vr <= b"ZZ":
        if vr.isalpha() and vr.isupper() and tag > last and at + 8 + short <= len(data):
            return Element(tag, vr, at + 8, short)
        raise NoElement
    # Some writers switch to implicit VR in the middle; only a known tag can prove it.
    if tag > last and dictionary.vrs_of(tag) and length <= len(data) - at - 8:
        return Element(tag, None, at + 8, length)
    raise NoElement


def elements(data: bytes, start: int, encoding: Encoding) -> Iterator[tuple[Element, int]]:
    """Yield the elements of a data set at the top level, each with the offset after it.

    Ends before what is no data element. An element that does not fit into ``data`` has -1
    for that offset, and is the last. Raises `ReadError` for items that cannot be parsed.
    """
    at, last = start, 0
    while at < len(data):
        try:
            element = read_element(data, at, encoding, last)
        except NoElement:
            return
        if element.tag >> 16 in (COMMAND_GROUP, DELIMITER_GROUP):
            return
        if element.length != UNDEFINED and element.end > len(data):
            yield element, -1
            return
        end = _end_of(data, element, len(data), encoding, 1)
        yield element, end
        at, last = end, element.tag


def check_items(data: bytes, encoding: Encoding) -> None:
    """Check that ``data`` is a number of items and nothing else. Raises `ReadError`."""
    _end_of_items(data, 0, len(data), len(data), encoding, 1)


def _end_of(data: bytes, element: Element, limit: int, encoding: Encoding, depth: int) -> int:
    """Return the offset after an element.

    What has an undefined length is looked through, since only its delimiters tell its end. A
    sequence of defined length is passed over: `check_items` looks through it when it is opened.
    """
    if element.tag == CHARACTER_SET and (element.vr == b"SQ" or element.length == UNDEFINED):
        raise ReadError(f"{element} is a sequence, and cannot tell how text is encoded")
    if element.length == UNDEFINED:
        inner = IMPLICIT_LITTLE if element.vr == b"UN" else encoding
        if element.vr in (b"OB", b"OW"):
            return _end_of_fragments(data, element, limit, encoding)
        return _end_of_items(data, element.start, None, limit, inner, depth)
    if element.end > limit:
        raise ReadError(f"{element} ends beyond the item or file that holds it")
    return element.end


def _end_of_items(  # noqa: PLR0913, PLR0917 - where it is, and where it must end
    data: bytes, at: int, end: int | None, limit: int, encoding: Encoding, depth: int
) -> int:
    """Return the offset after the items of a sequence; ``end`` is None where a delimiter ends it."""
    if depth > MAX_DEPTH:
        raise ReadError(f"sequences are nested deeper than {MAX_DEPTH}")
    while at != end:
        item = _delimiter(data, at, encoding)
        if end is None and item.tag == SEQUENCE_END:
            return item.start
        if item.tag != ITEM:
            raise ReadError(f"found {item} where an item of a sequence must start")
        if item.length == UNDEFINED:
            at = _end_of_item(data, item.start, None, limit, encoding, depth)
        else:
            if item.end > limit:
                raise ReadError("an item ends beyond its sequence")
            at = _end_of_item(data, item.start, item.end, item.end, encoding, depth)
    return at


def _end_of_item(  # noqa: PLR0913, PLR0917 - where it is, and where it must end
    data: bytes, at: int, end: int | None, limit: int, encoding: Encoding, depth: int
) -> int:
    last = 0
    while at != end:
        try:
            element = read_element(data, at, encoding, last)
        except NoElement:
            raise ReadError("an item holds bytes that are no data element") from None
        if end is None and element.tag == ITEM_END:
            return element.start
        if element.tag >> 16 == DELIMITER_GROUP:
            raise ReadError(f"found {element} inside of an item")
        at, last = _end_of(data, element, limit, encoding, depth + 1), element.tag
        if at > limit:
            raise ReadError("an item ends beyond its sequence")
    return at


def _end_of_fragments(data: bytes, element: Element, limit: int, encoding: Encoding) -> int:
    """Return the offset after encapsulated pixel data (PS3.5 A.4)."""
    at = element.start
    while True:
        try:
            item = read_element(data, at, encoding)
        except NoElement:
            raise ReadError(f"the fragments of {element} are cut off") from None
        if item.tag == SEQUENCE_END:
            return item.start
        if item.tag != ITEM or item.length == UNDEFINED or item.end > limit:
            raise ReadError(f"the fragments of {element} cannot be parsed")
        at = item.end


def _delimiter(data: bytes, at: int, encoding: Encoding) -> Element:
    try:
        return read_element(data, at, encoding)
    except NoElement:
        raise ReadError("a sequence ends in the middle of an item") from None
