"""What an instance holds of the patient's own values, wherever it stands."""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

import attrs
from pydicom.dataelem import RawDataElement

from deid_core import ElementPath, ReadError, dictionary
from deid_core.elements import (
    Elements,
    heads,
    held,
    is_sequence,
    items_of,
    plain,
    read_element,
    stored_vr,
    texts,
)
from deid_core.encoded.dataset import EncodedDataSet
from deid_core.structure import MAX_DEPTH
from deid_core_screening.attributes import CONCEPTS
from deid_core_screening.interest import (
    Interest,
    holds_person_codes,
    is_by_concept,
    kind_by_keyword,
    kind_of,
    of_interest,
)
from deid_core_screening.memory import Memory
from deid_core_screening.raw import is_simple

CONCEPT_NAME, CODE_VALUE = 0x0040A043, 0x00080100
STUDIES = "studies"
SPLIT_VRS = frozenset(["CS", "DA", "LO", "PN", "SH"])
"""VRs whose text in ASCII needs no more than to be split at backslashes."""

Share = tuple[tuple[str, str], ...]
"""What a part of a data set holds: own values, each with its kind before it."""

_Key = tuple[bytes, tuple[object, ...]]

_OF_ELEMENTS: Memory[Share] = Memory(4096, 1 << 20, 1 << 12)
_OF_DATA_SETS: Memory[Own] = Memory(1024, 4 << 20, 1 << 15)
_OF_SEQUENCES: Memory[Share] = Memory(1024, 8 << 20, 1 << 16)


@attrs.frozen(cache_hash=True)
class Own:
    """The values that are a patient's own, as text.

    ``names`` are those of VR PN, whoever they name; ``identifiers`` are numbers and codes;
    ``contacts`` are telephone numbers and e-mail addresses; ``dates`` are birth dates, and
    ``studies`` all other days that the data set has.
    """

    names: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    identifiers: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    dates: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    contacts: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    addresses: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    studies: frozenset[str] = attrs.field(default=frozenset(), eq=False, repr=False)


_last: list[tuple[Callable[[], EncodedDataSet | None], bool, Own]] = [(lambda: None, False, Own())]
"""The data set that was asked for last: the sweep asks, and then the check."""


def own_values(
    dataset: Elements,
    elsewhere: Mapping[str, Iterable[str]] | None = None,
    *,
    with_studies: bool = True,
) -> Own:
    """Collect what is a patient's own in a data set, at any depth, private elements as well.

    ``elsewhere`` maps keywords to what other instances of the patient hold there. An element that
    cannot be decoded gives nothing; such is removed by the sweep. A sequence that cannot be parsed
    is passed over: it is removed, or its file refused. Raises `ReadError` for content items whose
    concept cannot be parsed. Without ``with_studies`` days are not gathered.
    """
    if elsewhere or not isinstance(dataset, EncodedDataSet):
        others = ((keyword, frozenset(values)) for keyword, values in (elsewhere or {}).items())
        return _own(tuple(_shares(dataset, with_studies=with_studies)), tuple(others))
    last, had_studies, own = _last[0]
    if last() is dataset and had_studies is with_studies and not dataset.overlay:
        return own
    material = _material(dataset, with_studies=with_studies)
    key = (material, dataset.encodings, dataset.implicit, with_studies)
    known = _OF_DATA_SETS.get(key, len(material))
    if known is None:
        own = _own(tuple(_shares(dataset, with_studies=with_studies)), ())
        known = _OF_DATA_SETS.keep(key, len(material), own)
    _last[0] = weakref.ref(dataset), with_studies, known
    return known


def _material(dataset: EncodedDataSet, *, with_studies: bool) -> bytes:
    """Return the bytes of all elements of a data set that are of any interest."""
    spans = dataset.spans
    found = []
    for one in of_interest(*heads(dataset), of_person=False):
        _, start, value, stop = spans[one.tag]
        if one.kind or one.by_concept or one.may_nest:
            found.append(dataset.bytes_of(start, stop))
        elif with_studies:
            # The day counts, and not the time of it.
            data = dataset.bytes_of(value, stop)
            day = data if b"\\" in data else data.strip()[:8]
            found.append(one.tag.to_bytes(4, "little") + day + b"\\")
    return b"".join(found)


@lru_cache(maxsize=256)
def _own(shares: tuple[Share, ...], elsewhere: tuple[tuple[str, frozenset[str]], ...]) -> Own:
    found: dict[str, set[str]] = {field.name: set() for field in attrs.fields(Own)}
    for share in shares:
        for kind, value in share:
            found[kind].add(value)
    for keyword, values in elsewhere:
        kind_of_keyword = kind_by_keyword(keyword, of_person=False)
        if kind_of_keyword is not None:
            found[kind_of_keyword].update(str(value) for value in values)
    # An identifier may stand before its assigning authority, as in 12^^^HOSPITAL.
    found["identifiers"] |= {value.partition("^")[0] for value in found["identifiers"]}
    return Own(**{kind: frozenset(values) for kind, values in found.items()})


def kind_at(path: ElementPath, holder: Elements) -> str | None:
    """Return the kind of own value that an element holds, by where it stands; None for none."""
    of_person = any(holds_person_codes(parent.tag) for parent in path.parents)
    kind = kind_of(path.tag, path.vr, of_person=of_person)
    if is_by_concept(path.tag, of_person=of_person):
        kind = CONCEPTS.get(_concept(holder)) or kind
    return kind


def is_place(path: ElementPath, holder: Elements) -> bool:
    """Tell whether an own value stands in an element, by where that is and how it is stored.

    An element that is a name only by the VR it is stored with is none.
    """
    kind = kind_at(path, holder)
    return kind is not None and (path.vr != "PN" or "PN" in dictionary.vrs_of(path.tag))


def own_of(values: Iterable[tuple[str, str]]) -> Own:
    """Return own values, each given with its kind before it."""
    return _own((tuple(values),), ())


def _shares(
    dataset: Elements, *, with_studies: bool, of_person: bool = False, depth: int = 0
) -> Iterator[Share]:
    """Yield what the elements of a data set or item hold that are of any interest."""
    if depth > MAX_DEPTH:
        raise ReadError(f"sequences are nested deeper than {MAX_DEPTH}")
    for one in of_interest(*heads(dataset), of_person=of_person):
        if one.nests or (one.may_nest and is_sequence(dataset, one.tag)):
            inside = of_person or holds_person_codes(one.tag)
            yield _of_sequence(dataset, one.tag, with_studies, inside, depth)
            continue
        kind = one.kind
        if one.by_concept:
            kind = CONCEPTS.get(_concept(dataset)) or kind
        if kind is None and one.day and with_studies:
            yield tuple((STUDIES, value[:8]) for _, value in _of_element(dataset, one, STUDIES))
        elif kind is not None:
            yield _of_element(dataset, one, kind)


def _of_sequence(
    dataset: Elements,
    tag: int,
    with_studies: bool,  # noqa: FBT001 - part of a key
    of_person: bool,  # noqa: FBT001 - part of a key
    depth: int,
) -> Share:
    """Return what the items of a sequence hold; of equal bytes it is known."""
    key = _key(dataset, tag, with_studies, of_person, depth)
    size = len(key[0]) if key is not None else 0
    known = _OF_SEQUENCES.get(key, size) if key is not None else None
    if known is not None:
        return known
    try:
        items = items_of(dataset, tag)
    except ReadError:
        items = []
    shares = (
        share
        for item in items
        for share in _shares(item, with_studies=with_studies, of_person=of_person, depth=depth + 1)
    )
    found = tuple(dict.fromkeys(pair for share in shares for pair in share))
    return found if key is None else _OF_SEQUENCES.keep(key, size, found)


def _of_element(dataset: Elements, one: Interest, kind: str) -> Share:
    """Return the values of an element with their kind; of equal bytes they are known."""
    key = _key(dataset, one.tag, kind)
    if key is None:
        return tuple((kind, value) for value in values_of(dataset, one.tag))
    known = _OF_ELEMENTS.get(key, len(key[0]))
    if known is None:
        values = values_of(dataset, one.tag)
        known = tuple((kind, value) for value in values)
        _OF_ELEMENTS.keep(key, len(key[0]), known)
    return known


def _key(dataset: Elements, tag: int, *more: object) -> _Key | None:
    """Return all that the meaning of an encoded element depends on; None for one that is not."""
    element = held(dataset, tag)
    if not isinstance(element, RawDataElement) or not isinstance(element.value, bytes):
        return None
    declared = dataset.original_character_set
    if not declared:
        return None
    return element.value, (
        int(tag),
        element.VR,
        element.is_implicit_VR,
        element.is_little_endian,
        declared if isinstance(declared, str) else tuple(declared),
        *more,
    )


def values_of(dataset: Elements, tag: int) -> tuple[str, ...]:
    """Return the values of an element as text; bytes in the file's character set, or UTF-8."""
    declared = dataset.original_character_set
    own = [declared] if isinstance(declared, str) else list(declared or ())
    data = held(dataset, tag).value
    is_split = stored_vr(dataset, tag) in SPLIT_VRS
    if is_split and isinstance(data, bytes) and b"=" not in data and is_simple(data, tuple(own)):
        # What pydicom would make of it, which takes ten times as long.
        return texts(data.decode("ascii").split("\\"))
    try:
        value = plain(read_element(dataset, tag).value)
    except ReadError:
        return ()
    if not isinstance(value, bytes):
        return texts(value)
    decoded = []
    for encoding in dict.fromkeys([*own, "utf-8", "latin-1"]):
        with contextlib.suppress(LookupError, UnicodeDecodeError):
            decoded.append(value.decode(encoding))
    return texts([one for text in decoded for one in text.split("\\")])


def _concept(item: Elements) -> str:
    """Return the code of a content item's concept, or nothing."""
    if CONCEPT_NAME not in item or not is_sequence(item, CONCEPT_NAME):
        return ""
    codes = items_of(item, CONCEPT_NAME)
    if not codes or CODE_VALUE not in codes[0]:
        return ""
    return next(iter(values_of(codes[0], CODE_VALUE)), "")
