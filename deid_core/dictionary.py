"""What the data dictionary (PS3.6) says of a tag or keyword.

pydicom's copy, and beneath it ``supplement.json``: attributes of the edition of 2026 that
pydicom does not know yet, as tag → keyword, VR, name.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from pydicom import datadict
from pydicom._dicom_dict import DicomDictionary, RepeatersDictionary

from deid_core.suggest import nearest


@lru_cache(maxsize=65536)
def keyword_of(tag: int) -> str:
    """Return the keyword of ``tag``, repeating groups included, or ``""``."""
    return datadict.keyword_for_tag(tag) or _supplement().get(tag, ("", "", ""))[0]


@lru_cache(maxsize=65536)
def name_of(tag: int) -> str:
    """Return the name of ``tag`` as PS3.6 prints it, or ``""``."""
    try:
        return datadict.dictionary_description(tag)
    except KeyError:
        return _supplement().get(tag, ("", "", ""))[2]


@lru_cache(maxsize=65536)
def vrs_of(tag: int) -> tuple[str, ...]:
    """Return the VRs that PS3.6 allows for ``tag``: one, several, or none if it is unknown."""
    if tag >> 16 & 1:
        return ()
    if tag & 0xFFFF == 0:
        return ("UL",)
    try:
        return tuple(datadict.dictionary_VR(tag).split(" or "))
    except KeyError:
        added = _supplement().get(tag)
        return (added[1],) if added is not None else ()


@lru_cache(maxsize=65536)
def tag_mask_of(keyword: str) -> str | None:
    """Return the tag of ``keyword`` as eight digits, ``x`` for any digit in repeating groups."""
    tag = datadict.tag_for_keyword(keyword)
    if tag is not None:
        return f"{tag:08x}"
    added = next((tag for tag, entry in _supplement().items() if entry[0] == keyword), None)
    return f"{added:08x}" if added is not None else _repeaters().get(keyword)


def nearest_keyword(word: str) -> str | None:
    """Return the keyword of the dictionary most like ``word``, if one is near."""
    return nearest(
        word,
        [*datadict.keyword_dict, *_repeaters(), *(entry[0] for entry in _supplement().values())],
    )


def tags() -> list[int]:
    """Return all tags of the dictionary in their order, but for repeating groups."""
    known = (tag for tag in DicomDictionary if vrs_of(tag) not in ((), ("NONE",)))
    return sorted({*known, *_supplement()})


@lru_cache(maxsize=1)
def _repeaters() -> dict[str, str]:
    return {entry[4]: mask.lower() for mask, entry in RepeatersDictionary.items() if entry[4]}


@lru_cache(maxsize=1)
def _supplement() -> dict[int, tuple[str, str, str]]:
    text = Path(__file__).with_name("supplement.json").read_text(encoding="utf-8")
    return {int(tag, 16): (entry[0], entry[1], entry[2]) for tag, entry in json.loads(text).items()}
