"""Marks: values that nothing else holds, so that what is left of them is found in any bytes."""

from __future__ import annotations

import re

import attrs

FORMS = (
    re.compile(rb"zq(\d{5})mark"),
    re.compile(rb"z\0q\0((?:\d\0){5})m\0a\0r\0k\0"),
    re.compile(rb"\0z\0q((?:\0\d){5})\0m\0a\0r\0k"),
)
"""How a mark may be left: in one byte a character, or in two, in either order."""


def numbers_in(data: bytes) -> set[int]:
    """Return the numbers of the marks that are in ``data``, in any encoding, case or byte order."""
    swapped = bytearray(data[: len(data) & ~1])
    swapped[0::2], swapped[1::2] = swapped[1::2], swapped[0::2]
    return {
        int(number.replace(b"\0", b""))
        for hay in (data.lower(), bytes(swapped).lower())
        for form in FORMS
        for number in form.findall(hay)
    }


def mark_of(number: int) -> str:
    """Return the mark of a number below 100000: sixteen characters."""
    return f"Zq{number:05d}Mark^Kywo"


@attrs.define
class Marks:
    """Makes marks, each unique, and remembers where each was planted."""

    places: dict[str, str] = attrs.field(factory=dict)

    def __call__(self, place: str) -> str:
        """Return a new mark for ``place``."""
        mark = mark_of(len(self.places))
        self.places[mark] = place
        return mark

    def left_in(self, data: bytes) -> list[str]:
        """Return the places whose marks are still in ``data``."""
        found = numbers_in(data)
        return [place for number, place in enumerate(self.places.values()) if number in found]
