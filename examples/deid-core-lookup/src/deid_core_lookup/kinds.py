"""``vrclass:KIND``: attributes by what their VR is for (PS3.5 6.2)."""

from __future__ import annotations

from collections.abc import Callable

from deid_core import ElementPath, dictionary

KINDS = {
    "date": {"DA", "DT"},
    "time": {"DT", "TM"},
    "person": {"PN"},
    "text": {"LO", "LT", "SH", "ST", "UC", "UT"},
    "uid": {"UI"},
}


def compile_kind(argument: str) -> Callable[[ElementPath], bool]:
    """Match what is stored with a VR of this kind, or has one in the dictionary."""
    vrs = KINDS.get(argument.lower())
    if vrs is None:
        raise ValueError(f"expected one of: {', '.join(KINDS)}")
    return lambda path: path.vr in vrs or not vrs.isdisjoint(dictionary.vrs_of(path.tag))
