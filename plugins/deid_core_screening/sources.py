"""What an instance holds of the patient's own values, wherever it stands."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

import attrs

from deid_core import ElementPath, ReadError, dictionary
from deid_core.elements import (
    Elements,
    held,
    is_sequence,
    items_of,
    plain,
    read_element,
    stored_vr,
    texts,
)
from deid_core.model import Parent
from deid_core.structure import LONG_VRS, MAX_DEPTH, SHORT_VRS
from deid_core_screening.attributes import (
    ADDRESSES,
    BIRTH_DATES,
    CONCEPT_VALUES,
    CONCEPTS,
    CONTACTS,
    IDENTIFIERS,
    PERSON_CODES,
)

CONCEPT_NAME, CODE_VALUE = 0x0040A043, 0x00080100
KINDS = ("names", "identifiers", "contacts", "addresses", "dates")

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
class Own:
    """The values that are a patient's own, as text. ``places`` are the elements they stand in.

    ``names`` are those of VR PN, whoever they name; ``identifiers`` are numbers and codes;
    ``contacts`` are telephone numbers and e-mail addresses; ``dates`` are birth dates, and
    ``studies`` all other days that the data set has. An element that is a name only by the VR it
    is stored with is none of the places.
    """

    names: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    identifiers: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    dates: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    contacts: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    addresses: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    places: frozenset[str] = attrs.field(default=frozenset(), eq=False)
    studies: frozenset[str] = attrs.field(default=frozenset(), eq=False, repr=False)


def own_values(dataset: Elements, elsewhere: Mapping[str, Iterable[str]] | None = None) -> Own:
    """Collect what is a patient's own in a data set, at any depth, private elements as well.

    ``elsewhere`` maps keywords to what other instances of the patient hold there. An element that
    cannot be decoded gives nothing; such is removed by the sweep. Raises `ReadError` if the
    items of a sequence cannot be parsed.
    """
    found: dict[str, set[str]] = {kind: set() for kind in KINDS}
    places: set[str] = set()
    studies: set[str] = set()
    for holder, path in _walk(dataset):
        kind = _kind(path, holder)
        if kind is None:
            if path.vr in DAYS:
                studies.update(value.strip()[:8] for value in _values(holder, path.tag))
            continue
        found[kind].update(_values(holder, path.tag))
        if path.vr != "PN" or "PN" in dictionary.vrs_of(path.tag):
            places.add(str(path))
    for keyword, values in (elsewhere or {}).items():
        kind = _kind_by_keyword(keyword, frozenset())
        if kind is not None:
            found[kind].update(str(value) for value in values)
    # An identifier may stand before its assigning authority, as in 12^^^HOSPITAL.
    found["identifiers"] |= {value.partition("^")[0] for value in found["identifiers"]}
    return Own(
        **{kind: frozenset(values) for kind, values in found.items()},
        places=frozenset(places),
        studies=frozenset(studies),
    )


def _walk(
    dataset: Elements, parents: tuple[Parent, ...] = ()
) -> Iterator[tuple[Elements, ElementPath]]:
    """Yield the elements that may hold an own value, or a day.

    A sequence that cannot be parsed is passed over: it is removed, or its file refused.
    """
    if len(parents) > MAX_DEPTH:
        raise ReadError(f"sequences are nested deeper than {MAX_DEPTH}")
    for tag in list(dataset.keys()):
        if held(dataset, tag).VR in _PLAIN_VRS and _is_of_no_interest(tag):
            continue
        if not is_sequence(dataset, tag):
            yield dataset, ElementPath(tag, stored_vr(dataset, tag), None, parents)
            continue
        try:
            items = items_of(dataset, tag)
        except ReadError:
            continue
        for number, item in enumerate(items):
            yield from _walk(item, (*parents, Parent(tag, number)))


@lru_cache(maxsize=65536)
def _is_of_no_interest(tag: int) -> bool:
    """Tell an attribute that holds an own value only if its VR in the file is that of names."""
    if dictionary.vrs_of(tag) in (("DA",), ("DT",)):
        return False
    keyword = dictionary.keyword_of(tag)
    inside = keyword in _KIND_IN_PERSON_CODE or tag in CONCEPT_VALUES
    nested = dictionary.vrs_of(tag) == ("SQ",)
    return not (inside or nested) and _kind_by_keyword(keyword, frozenset()) is None


def _values(dataset: Elements, tag: int) -> tuple[str, ...]:
    """Return the values of an element as text; bytes in the file's character set, or UTF-8."""
    try:
        value = plain(read_element(dataset, tag).value)
    except ReadError:
        return ()
    if not isinstance(value, bytes):
        return texts(value)
    declared = dataset.original_character_set
    own = [declared] if isinstance(declared, str) else list(declared or ())
    decoded = []
    for encoding in dict.fromkeys([*own, "utf-8", "latin-1"]):
        with contextlib.suppress(LookupError, UnicodeDecodeError):
            decoded.append(value.decode(encoding))
    return texts([one for text in decoded for one in text.split("\\")])


def _kind(path: ElementPath, holder: Elements) -> str | None:
    if path.vr == "PN" and not path.keyword:
        return "names"
    kind = _kind_by_keyword(path.keyword, frozenset(_parents(path)))
    if kind is None and path.tag in CONCEPT_VALUES:
        kind = CONCEPTS.get(_concept(holder))
    if kind is None and path.vr == "PN":
        return "names"
    return kind


def _kind_by_keyword(keyword: str, parents: frozenset[str]) -> str | None:
    kind = _KIND_OF.get(keyword)
    if kind is None and not parents.isdisjoint(PERSON_CODES):
        kind = _KIND_IN_PERSON_CODE.get(keyword)
    if kind is None and keyword:
        mask = dictionary.tag_mask_of(keyword) or "x"
        if "x" not in mask and "PN" in dictionary.vrs_of(int(mask, 16)):
            kind = "names"
    return kind


def _parents(path: ElementPath) -> Iterator[str]:
    yield from (dictionary.keyword_of(parent.tag) for parent in path.parents)


def _concept(item: Elements) -> str:
    """Return the code of a content item's concept, or nothing."""
    if CONCEPT_NAME not in item or not is_sequence(item, CONCEPT_NAME):
        return ""
    codes = items_of(item, CONCEPT_NAME)
    if not codes or CODE_VALUE not in codes[0]:
        return ""
    return next(iter(_values(codes[0], CODE_VALUE)), "")
