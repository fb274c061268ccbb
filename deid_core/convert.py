"""Turn what a rule or function gives into a legal value for a VR (PS3.5 6.2)."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

INTEGERS = {
    "SS": (-(2**15), 2**15 - 1),
    "US": (0, 2**16 - 1),
    "SL": (-(2**31), 2**31 - 1),
    "UL": (0, 2**32 - 1),
    "SV": (-(2**63), 2**63 - 1),
    "UV": (0, 2**64 - 1),
}
FLOATS = frozenset({"FL", "FD"})
BINARY = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})
SINGLE_TEXT = frozenset({"LT", "ST", "UT", "UR"})
TEXT = frozenset({"AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "PN", "SH", "TM", "UC", "UI"})


def to_vr(value: Any, vr: str) -> Any:
    """Convert ``value`` for ``vr``: a single value, or a list of them.

    Text is split at the backslash where the VR may have several values. None gives an empty
    value. Text that is no legal value of a text VR is let through. Raises ``ValueError`` or
    ``TypeError``, without the value in its message, for what cannot be stored at all.
    """
    if value is None or value == "":
        return [] if vr == "SQ" else None
    if vr == "SQ":
        if not isinstance(value, Sequence) or isinstance(value, str | bytes):
            raise TypeError("a sequence takes items, not a value")
        return value
    if vr in BINARY:
        return _binary(value)
    if vr in SINGLE_TEXT:
        return _text(value, vr)
    if isinstance(value, str):
        value = value.split("\\") if "\\" in value else value
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        values = [_single(one, vr) for one in value]
        return values[0] if len(values) == 1 else values
    return _single(value, vr)


def _single(value: Any, vr: str) -> Any:
    if vr in INTEGERS:
        return _integer(value, *INTEGERS[vr])
    if vr in FLOATS:
        return float(value)
    if vr == "AT":
        return _tag(value)
    if vr in TEXT:
        return _text(value, vr)
    raise ValueError(f"no value can be given to an element of VR {vr}")


def _integer(value: Any, low: int, high: int) -> int:
    number = int(value)
    if number != value and isinstance(value, float):
        raise ValueError("a whole number is needed")
    if not low <= number <= high:
        raise ValueError("the number is out of range")
    return number


def _tag(value: Any) -> int:
    number = value if isinstance(value, int) else int(str(value).strip("()").replace(",", ""), 16)
    if not 0 <= number <= 0xFFFFFFFF:  # noqa: PLR2004 - 32 bits
        raise ValueError("a tag has eight digits")
    return number


def _binary(value: Any) -> bytes:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    return str(value).encode("utf-8")


def _text(value: Any, vr: str) -> str:
    if isinstance(value, datetime.datetime):
        return value.strftime({"DA": "%Y%m%d", "TM": "%H%M%S.%f"}.get(vr, "%Y%m%d%H%M%S.%f%z"))
    if isinstance(value, datetime.date):
        return value.strftime("%Y%m%d")
    if isinstance(value, datetime.time):
        return value.strftime("%H%M%S.%f")
    if isinstance(value, bytes | bytearray | dict | set) or callable(value):
        raise TypeError("text or a number is needed")
    text = str(value)
    if vr in ("DS", "IS"):
        Decimal(text) if vr == "DS" else int(text)
    if "\0" in text:
        raise ValueError("text must not hold NUL")
    return text
