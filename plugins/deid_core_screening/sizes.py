"""How many bytes the values of an attribute may have, and what text cannot hold (PS3.5 6.2, 6.4).

A length that lies takes in what follows: a value that ends where it should not holds other elements.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pydicom.datadict import dictionary_VM

from deid_core import Field
from deid_core.elements import texts
from deid_core_screening.glance import LEGAL, NUMBERS_AS_TEXT, TEXT_VRS
from deid_core_screening.raw import encoded_length, encoded_value

SIZES = {"AT": 4, "FD": 8, "FL": 4, "SL": 4, "SS": 2, "SV": 8, "UL": 4, "US": 2, "UV": 8}
"""Bytes of a binary number."""

TEXTS = TEXT_VRS.union(LEGAL, NUMBERS_AS_TEXT)

_VM = re.compile(r"(\d+)(?:-(\d*)(n?))?")
_INNER_NUL = re.compile(rb"\0[\0 ]*[^\0 \\]")


@lru_cache(maxsize=65536)
def _sizes(tag: int, vr: str) -> tuple[int, int | None, int]:
    """Return the fewest bytes of an attribute's value, the most if there is a limit, and a step."""
    size = SIZES[vr]
    try:
        match = _VM.fullmatch(dictionary_VM(tag))
    except KeyError:
        match = None
    if match is None:
        return 0, None, size
    least, most, many = match.groups()
    if many:
        return int(least) * size, None, int(most or 1) * size
    return int(least) * size, int(most or least) * size, size


def fits(tag: int, vr: str, length: int) -> bool:
    """Tell whether so many bytes may be the numbers of an attribute; none always may."""
    least, most, step = _sizes(tag, vr)
    if not length:
        return True
    return least <= length and not length % step and (most is None or length <= most)


def is_limited(tag: int, vr: str) -> bool:
    """Tell whether an attribute may have so many numbers and no more."""
    return _sizes(tag, vr)[1] is not None


def is_misfit(field: Field, vr: str, *, is_number: bool) -> bool:
    """Tell a value that its VR cannot have: numbers too many or cut off, or a NUL within text.

    ``is_number`` says that the dictionary has binary numbers for it. Raises `ReadError`.
    """
    if is_number:
        length = encoded_length(field)
        if length is None:
            length = SIZES[vr] * (len(field.value) if isinstance(field.value, list) else 1)
        return not fits(field.path.tag, vr, length)
    if vr not in TEXTS:
        return False
    data = encoded_value(field)
    if data is None:
        data = "\\".join(texts(field.value)).encode("utf-8", "replace")
    return b"\0" in data and _INNER_NUL.search(data) is not None
