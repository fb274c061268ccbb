"""Which elements may hold a value that is a patient's own, by tag, VR and place."""

from __future__ import annotations

from functools import lru_cache

import attrs

from deid_core import dictionary
from deid_core.structure import LONG_VRS, SHORT_VRS
from deid_core_screening.attributes import (
    ADDRESSES,
    BIRTH_DATES,
    CONCEPT_VALUES,
    CONTACTS,
    IDENTIFIERS,
    PERSON_CODES,
)

DAYS = frozenset(["DA", "DT"])
_PLAIN_VRS = {vr.decode() for vr in SHORT_VRS | LONG_VRS} - {"PN", "SQ", "UN"}
_KIND_OF = {
    keyword: kind
    for kind, keywords in (
        ("identifiers", IDENTIFIERS),
        ("contacts", CONTACTS),
        ("addresses", ADDRESSES),
        ("dates", BIRTH_DATES),
    )
    for keyword in keywords
}
_KIND_IN_PERSON_CODE = {
    "CodeValue": "identifiers",
    "LongCodeValue": "identifiers",
    "CodeMeaning": "names",
}


@attrs.frozen
class Interest:
    """Why an element is of interest.

    ``kind`` is the kind of own value that it holds, ``by_concept`` says that the concept of the
    content item tells it, if it is one of them. ``day`` marks a day of any kind. What ``nests``
    is a sequence, what ``may_nest`` may be one in disguise.
    """

    tag: int
    kind: str | None = None
    by_concept: bool = False
    day: bool = False
    nests: bool = False
    may_nest: bool = False


@lru_cache(maxsize=1024)
def of_interest(
    tags: tuple[int, ...], vrs: tuple[str | None, ...], *, of_person: bool
) -> tuple[Interest, ...]:
    """Return which elements of a data set are of interest.

    ``vrs`` are those that the file gives them. ``of_person`` says that they are in a sequence
    that identifies a person by codes.
    """
    found = (_interest(tag, vr, of_person=of_person) for tag, vr in zip(tags, vrs, strict=True))
    return tuple(one for one in found if one is not None)


def holds_person_codes(tag: int) -> bool:
    """Tell a sequence whose codes are the number and the name of a person."""
    return dictionary.keyword_of(tag) in PERSON_CODES


@lru_cache(maxsize=65536)
def _interest(tag: int, vr: str | None, *, of_person: bool) -> Interest | None:
    allowed = dictionary.vrs_of(tag)
    if vr in _PLAIN_VRS and _is_of_no_interest(tag):
        return None
    nests = vr == "SQ"
    may_nest = allowed == ("SQ",) or (not allowed and vr in (None, "UN"))
    stored = vr or (allowed[0] if allowed else "UN")
    kind = kind_of(tag, stored, of_person=of_person)
    by_concept = is_by_concept(tag, of_person=of_person)
    if not (kind or by_concept or nests or may_nest or stored in DAYS):
        return None
    return Interest(tag, kind, by_concept, stored in DAYS, nests, may_nest)


@lru_cache(maxsize=65536)
def _is_of_no_interest(tag: int) -> bool:
    """Tell an attribute that holds an own value only if its VR in the file is that of names."""
    if dictionary.vrs_of(tag) in (("DA",), ("DT",)):
        return False
    keyword = dictionary.keyword_of(tag)
    inside = keyword in _KIND_IN_PERSON_CODE or tag in CONCEPT_VALUES
    nested = dictionary.vrs_of(tag) == ("SQ",)
    return not (inside or nested) and kind_by_keyword(keyword, of_person=False) is None


def kind_of(tag: int, stored: str, *, of_person: bool) -> str | None:
    """Return the kind of own value that an element holds, whatever the concept of its item."""
    keyword = dictionary.keyword_of(tag)
    kind = kind_by_keyword(keyword, of_person=of_person) if keyword else None
    return "names" if kind is None and stored == "PN" else kind


def is_by_concept(tag: int, *, of_person: bool) -> bool:
    """Tell whether the concept of a content item says what kind of value an element holds."""
    if tag not in CONCEPT_VALUES:
        return False
    return kind_by_keyword(dictionary.keyword_of(tag), of_person=of_person) is None


@lru_cache(maxsize=65536)
def kind_by_keyword(keyword: str, *, of_person: bool) -> str | None:
    """Return the kind of own value that an attribute holds."""
    kind = _KIND_OF.get(keyword)
    if kind is None and of_person:
        kind = _KIND_IN_PERSON_CODE.get(keyword)
    if kind is None and keyword:
        mask = dictionary.tag_mask_of(keyword) or "x"
        if "x" not in mask and "PN" in dictionary.vrs_of(int(mask, 16)):
            kind = "names"
    return kind


def may_be_place(tag: int, vr: str) -> bool:
    """Tell whether an own value may stand in an element, by its tag and stored VR alone."""
    by_kind = any(kind_of(tag, vr, of_person=of_person) for of_person in (False, True))
    return (by_kind or tag in CONCEPT_VALUES) and (vr != "PN" or "PN" in dictionary.vrs_of(tag))
