"""Where a data set ends, so that nothing after it gets through (PS3.10 7)."""

from __future__ import annotations

from deid_core import ReadError, dictionary
from deid_core.structure import (
    DELIMITER_GROUP,
    LONG_VRS,
    SHORT_VRS,
    Element,
    Encoding,
    NoElement,
    elements,
    read_element,
)

PIXEL_DATA = 0x7FE00010
TAG_LENGTH, SHORT_HEAD, LONGEST_HEAD = 4, 8, 12
"""Bytes of a tag, and of the headers of elements (PS3.5 7.1.2)."""
SEARCHED = 65536
"""Bytes after the data set that are searched for elements which a broken one hides."""


def end_of_data_set(data: bytes, start: int, encoding: Encoding) -> int:
    """Return the offset after the last element of the data set that starts at ``start``.

    What follows is no data element, such as padding that is not declared or bytes that
    someone appended. Raises `ReadError` if the file is cut off, if nesting is broken or too
    deep, or if more elements seem to follow what cannot be parsed.
    """
    at, last = start, 0
    for element, end in elements(data, start, encoding):
        if end < 0:
            if _is_junk(element, last):
                break
            raise ReadError(f"the file ends inside of the element {element}")
        at, last = end, element.tag
    if last < PIXEL_DATA and at < len(data):
        _refuse_hidden(data, at, last, encoding)
    return at


def _is_junk(element: Element, last: int) -> bool:
    """Tell bytes after the data set from an element that was cut off."""
    if element.vr is not None:
        return False
    return element.tag <= last or not (dictionary.vrs_of(element.tag) or element.tag >> 16 & 1)


def _refuse_hidden(data: bytes, at: int, last: int, encoding: Encoding) -> None:
    """Refuse a data set that seems to go on after bytes that are no element."""
    pixel_data = encoding.header.pack(PIXEL_DATA >> 16, PIXEL_DATA & 0xFFFF, 0)[:4]
    rest = data[at : at + 8]
    if len(rest) > 1 and pixel_data.startswith(rest[: len(pixel_data)]):
        raise ReadError("the file ends where pixel data begins")
    if _is_head(data[at:], last, encoding):
        raise ReadError("the file ends inside of the header of an element")
    if data.find(pixel_data, at) >= 0:
        raise ReadError(f"bytes at offset {at} are no data element, and pixel data follows them")
    for offset in range(at, min(len(data) - 8, at + SEARCHED)):
        try:
            element = read_element(data, offset, encoding, last)
        except NoElement:
            continue
        known = element.vr is not None and element.vr.decode() in dictionary.vrs_of(element.tag)
        implicit = encoding.implicit and bool(dictionary.vrs_of(element.tag)) and element.length
        ascending = last < element.tag < DELIMITER_GROUP << 16
        if ascending and (known or implicit) and element.end <= len(data):
            raise ReadError(
                f"bytes at offset {at} are no data element, and {element} seems to follow them"
            )


def _is_head(rest: bytes, last: int, encoding: Encoding) -> bool:
    """Tell whether bytes at the end of a file are the header of the element that was to come next."""
    if not TAG_LENGTH <= len(rest) < LONGEST_HEAD:
        return False
    group, element, _ = encoding.header.unpack(rest[:8].ljust(8, b"\0"))
    tag = group << 16 | element
    if not last < tag < DELIMITER_GROUP << 16:
        return False
    vr = rest[TAG_LENGTH : TAG_LENGTH + 2]
    if not encoding.implicit and len(vr) == 2:  # noqa: PLR2004 - two letters
        return vr in LONG_VRS or (vr in SHORT_VRS and len(rest) < SHORT_HEAD)
    return bool(dictionary.vrs_of(tag)) or group == last >> 16
