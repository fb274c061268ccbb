"""Which own values an instance has by the wish of its recipe, and which must not be left."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from deid_core import ElementPath, FileContext, Intent, Wish, dictionary
from deid_core.elements import Elements
from deid_core.encoded.dataset import EncodedDataSet
from deid_core.encoded.patched import Patched
from deid_core_screening.interest import kind_by_keyword
from deid_core_screening.leaves import field_of, leaves
from deid_core_screening.sources import Own, kind_at, own_of, own_values, values_of

ON_PURPOSE = (Wish.NAMED, Wish.COMPUTED)
BY_DEFAULT = (Wish.OPEN, Wish.PRIVATE)
"""Of what no rule names. That private elements go says nothing about what they hold."""


def sought(
    dataset: Elements, intent: Intent, elsewhere: Mapping[str, Any], context: FileContext
) -> Own:
    """Return the own values of an instance as it was read that must not be left in its output.

    Where all stays that no rule names, those do not count that stand in such elements alone.
    """
    if not intent.is_open:
        return own_values(dataset, elsewhere, with_studies=False)
    found: list[tuple[str, str]] = []
    for holder, path in leaves(dataset):
        kind = kind_at(path, holder)
        if kind is None:
            continue
        if intent.wish(path, field_of(holder, path, context)) not in BY_DEFAULT:
            found += [(kind, value) for value in values_of(holder, path.tag)]
    found += given(elsewhere, intent)
    return own_of(found)


def shown(dataset: Elements) -> Iterator[tuple[str, str, ElementPath]]:
    """Yield the own values that stand at their places in a data set, with kind and path."""
    for holder, path in leaves(dataset):
        kind = kind_at(path, holder)
        if kind is not None:
            for value in values_of(holder, path.tag):
                yield kind, value, path


def shown_on_purpose(dataset: Elements, intent: Intent) -> Own:
    """Return the own values that a data set has at their places because a rule says so."""
    return own_of(
        (kind, value) for kind, value, path in shown(dataset) if intent.wish(path) in ON_PURPOSE
    )


def material_on_purpose(
    dataset: EncodedDataSet, overlay: Mapping[int, bytes | Patched | None], intent: Intent
) -> bytes:
    """Return the bytes of those at the top level, with changes: where they are equal, the values are."""
    spans = dataset.spans
    found = []
    for tag in _tags_on_purpose(intent.likeness, intent):
        if tag in overlay:
            encoded = overlay[tag]
            if isinstance(encoded, bytes):
                found.append(encoded)
        elif tag in spans:
            _, start, _, stop = spans[tag]
            found.append(dataset.bytes_of(start, stop))
    return b"".join(found)


def top_on_purpose(dataset: EncodedDataSet, intent: Intent) -> Own:
    """Return the own values at the top level that are there because a rule says so."""
    return own_of(
        (kind_by_keyword(dictionary.keyword_of(tag), of_person=False) or "names", value)
        for tag in _tags_on_purpose(intent.likeness, intent)
        if tag in dataset
        for value in values_of(dataset, tag)
    )


_TAGS: dict[Hashable, tuple[int, ...]] = {}


def _tags_on_purpose(likeness: Hashable, intent: Intent) -> tuple[int, ...]:
    known = _TAGS.get(likeness)
    if known is None:
        if len(_TAGS) >= MOST_LIKENESSES:
            _TAGS.clear()
        known = _TAGS[likeness] = tuple(
            tag
            for tag in _places()
            if intent.wish(ElementPath(tag, dictionary.vrs_of(tag)[0])) in ON_PURPOSE
        )
    return known


MOST_LIKENESSES = 64


@lru_cache(maxsize=1)
def _places() -> tuple[int, ...]:
    return tuple(
        tag
        for tag in dictionary.tags()
        if kind_by_keyword(dictionary.keyword_of(tag), of_person=False) is not None
    )


def given(values: Mapping[str, Any], intent: Intent) -> Iterator[tuple[str, str]]:
    """Yield what an identify hook has given beyond the data set, with its kind.

    Under a keyword of the dictionary it counts if the attribute holds an own value; under any
    other name it is an identifier.
    """
    for keyword, value in values.items():
        mask = dictionary.tag_mask_of(keyword)
        kind = kind_by_keyword(keyword, of_person=False) if mask is not None else "identifiers"
        if kind is None or not value or _is_open(keyword, intent):
            continue
        each = value if isinstance(value, list | tuple | set | frozenset) else [value]
        for one in each:
            yield kind, str(one)


def _is_open(keyword: str, intent: Intent) -> bool:
    mask = dictionary.tag_mask_of(keyword) or "x"
    if "x" in mask:
        return False
    tag = int(mask, 16)
    return intent.wish(ElementPath(tag, dictionary.vrs_of(tag)[0])) is Wish.OPEN
