"""What of an encoded value is the same for all patients, found out once.

Text of ASCII that no other reading of its bytes makes anything else of needs no decoding to be
searched, nor do numbers, dates and UIDs that are as their VR has them (PS3.5 6.2).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import attrs
import regex

from deid_core.elements import texts
from deid_core_screening.cutoff import ROOM
from deid_core_screening.memory import Memory
from deid_core_screening.reading import Reading, readings_of

TEXT_VRS = frozenset(["AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"])
NUMBERS_AS_TEXT = frozenset(["DS", "IS"])
LEGAL = {
    "AS": regex.compile(r"\d{3}[DWMY]"),
    "DA": regex.compile(r"\d{8}|\d{4}\.\d{2}\.\d{2}|[\d-]{8,17}"),
    "DT": regex.compile(r"\d{4,14}(?:\.\d{1,6})?(?:[+-]\d{4})?"),
    "TM": regex.compile(r"\d{2,6}(?:\.\d{1,6})?|\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?"),
    "UI": regex.compile(r"[0-9.]+"),
}
"""What is legal in these VRs (PS3.5 6.2) holds no text; what is not is searched like text."""

_LEGAL_NUMBERS = {
    "DS": re.compile(r" *[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)? *", re.ASCII),
    "IS": re.compile(r" *[+-]?\d+ *", re.ASCII),
}

LONGEST_NUMBER, SMALLEST_OWN = 64, 10_000

Closer = Callable[[str], bool]
"""What tells free text that needs a closer look though no own value may be in it."""


@attrs.frozen
class Glance:
    """What is seen of a value at first sight. Without a ``reading`` it needs a closer look.

    ``components`` are those of UIDs, ``numbers`` those of DS and IS, ``days`` the digits of dates.
    """

    reading: Reading | None = attrs.field(default=None, repr=False)
    components: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    numbers: frozenset[Decimal] = attrs.field(default=frozenset(), repr=False)
    days: tuple[str, ...] = attrs.field(default=(), repr=False)

    @property
    def is_enough(self) -> bool:
        """Whether no closer look is needed but at what is seen."""
        return self.reading is not None


_NOT_ENOUGH = Glance()
_KNOWN: Memory[Glance] = Memory(8192, 2 << 20, 1 << 13)


def glance(data: bytes, vr: str, closer: Closer | None) -> Glance:
    """Look at the bytes of a value that are simple (`raw.is_simple`).

    ``closer`` is asked about text; it must answer the same about the same text always, and be
    equal only to what answers alike.
    """
    key = (data, vr, closer)
    known = _KNOWN.get(key, len(data))
    if known is None:
        known = _KNOWN.keep(key, len(data), _glance(data, vr, closer))
    return known


def _glance(data: bytes, vr: str, closer: Closer | None) -> Glance:
    if b"\0" in data.rstrip(b"\0 "):
        return _NOT_ENOUGH
    text = data.decode("ascii").rstrip("\0 ")
    parts = text.split("\\")
    if vr in TEXT_VRS:
        return _of_text(text, parts, ROOM.get(vr), closer)
    values = texts(parts)
    if vr in NUMBERS_AS_TEXT:
        return _of_numbers(values, vr)
    if not all(LEGAL[vr].fullmatch(value) for value in values):
        return _NOT_ENOUGH
    components = frozenset(part for value in values for part in value.split("."))
    return Glance(_NOTHING, components, days=tuple(value.replace(".", "") for value in values))


def _of_text(text: str, parts: list[str], room: int | None, closer: Closer | None) -> Glance:
    is_full = room is not None and any(len(part) >= room for part in parts)
    readings = readings_of(text)
    if is_full or len(readings) > 1:
        return _NOT_ENOUGH
    if closer is not None and any(map(closer, {text, *(part.rstrip(" \0") for part in parts)})):
        return _NOT_ENOUGH
    return Glance(readings[0])


def _of_numbers(values: tuple[str, ...], vr: str) -> Glance:
    legal = _LEGAL_NUMBERS[vr]
    if not all(len(value) <= LONGEST_NUMBER and legal.fullmatch(value) for value in values):
        return _NOT_ENOUGH
    as_number = float if vr == "DS" else int
    numbers = (as_number(value) for value in values)
    # An own number has five digits and more, and no fraction.
    whole = (one for one in numbers if abs(one) >= SMALLEST_OWN and one == one // 1)
    return Glance(_NOTHING, numbers=frozenset(Decimal(str(one)) for one in whole))


_NOTHING = Reading.of("")
