"""What the data dictionary (PS3.6) says of a tag or keyword, over pydicom's copy of it."""

from __future__ import annotations

from functools import lru_cache

from pydicom import datadict
from pydicom._dicom_dict import RepeatersDictionary

from deid_core.suggest import nearest


@lru_cache(maxsize=65536)
def keyword_of(tag: int) -> str:
    """Return the keyword of ``tag``, repeating groups included, or ``""``."""
    return datadict.keyword_for_tag(tag)


@lru_cache(maxsize=65536)
def name_of(tag: int) -> str:
    """Return the name of ``tag`` as PS3.6 prints it, or ``""``."""
    try:
        return datadict.dictionary_description(tag)
    except KeyError:
        return ""


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
        return ()


@lru_cache(maxsize=65536)
def tag_mask_of(keyword: str) -> str | None:
    """Return the tag of ``keyword`` as eight digits, ``x`` for any digit in repeating groups."""
    tag = datadict.tag_for_keyword(keyword)
    if tag is not None:
        return f"{tag:08x}"
    return _repeaters().get(keyword)


def nearest_keyword(word: str) -> str | None:
    """Return the keyword of the dictionary most like ``word``, if one is near."""
    return nearest(word, [*datadict.keyword_dict, *_repeaters()])


@lru_cache(maxsize=1)
def _repeaters() -> dict[str, str]:
    return {entry[4]: mask.lower() for mask, entry in RepeatersDictionary.items() if entry[4]}
