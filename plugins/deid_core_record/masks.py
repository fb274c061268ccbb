"""What values look like before and after, without any of their characters, or their number.

Each VR has one mask, whatever the value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_DATE, _TIME = "••••-••-••", "••:••:••"
BEFORE = {
    "AS": "••• years",
    "AT": "a tag",
    "DA": _DATE,
    "DT": f"{_DATE} {_TIME}",
    "PN": "••••• ^ •••••",
    "SQ": "a sequence of items",
    "TM": _TIME,
    "UI": "•.•.•••.•••",
    "UR": "https://•••••",
}
_BULK = frozenset({"OB", "OW", "OF", "OD", "OL", "OV", "UN", "OB or OW"})
_NUMBERS = frozenset({"DS", "IS", "FL", "FD", "SL", "SS", "UL", "US", "SV", "UV"})
AFTER = {
    "AS": "another age",
    "DA": "another date",
    "DT": "another date and time",
    "PN": "another name",
    "SQ": "other items",
    "TM": "another time",
    "UI": "another UID",
}


def before(vr: str) -> str:
    """Return what stands for any value of a VR."""
    if vr in _BULK:
        return "bytes"
    return BEFORE.get(vr, "•••" if vr in _NUMBERS else "•••••")


def after(attribute: Mapping[str, Any]) -> str:
    """Return in words what became of an attribute."""
    vr = str(attribute["vr"])
    other = "other bytes" if vr in _BULK else AFTER.get(vr, "another value")
    words = {"removed": "gone", "emptied": "empty", "replaced": other}
    return " or ".join(word for effect, word in words.items() if attribute[effect])
