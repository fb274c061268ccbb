"""Names that a device has cut off, since the VR has no room for more (PS3.5 6.2)."""

from __future__ import annotations

from collections.abc import Iterable

import regex

from deid_core_screening.folding import folded

ROOM = {"AE": 16, "CS": 16, "SH": 16, "LO": 64}
SHORTEST = 4
"""Letters of a name that tell it although the rest is missing."""

_LAST = regex.compile(r"[\p{L}\p{M}]+$")
_WORDS = regex.compile(r"[\p{L}\p{M}]+")


def without_cut_off(text: str, vr: str, names: Iterable[str]) -> str:
    """Return a text without the start of a name at its end, where it fills all the room it has."""
    room = ROOM.get(vr)
    if room is None or len(text) < room:
        return text
    match = _LAST.search(text)
    if match is None or len(match.group()) < SHORTEST:
        return text
    start = folded(match.group())
    words = (word for name in names for word in _WORDS.findall(folded(name)))
    if any(word.startswith(start) and word != start for word in words):
        return text[: match.start()]
    return text
