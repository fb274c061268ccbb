"""What de-identification took from an instance: the original beside the result."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from deid_core import ElementPath, ReadError, dictionary
from deid_core.elements import (
    Elements,
    held,
    is_sequence,
    items_of,
    plain,
    read_element,
    readings_of,
    stored_vr,
    texts,
)
from deid_core.field import Parent
from deid_core_pseudonyms.attributes import OWN_MARKS, PATIENT, RESTORED, STUDY
from deid_core_pseudonyms.identity import text_of

BINARY = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})
LARGEST = 1 << 16
"""Characters of the longest value that is kept."""


@attrs.frozen
class Taken:
    """What a crosswalk keeps of an instance.

    ``values`` maps the path of each element that was changed or removed to its original, None
    where the original had no such element. ``patient`` and ``study`` map keywords to originals.
    ``uids`` maps new UIDs to old ones.
    """

    study_uid: str = attrs.field(repr=False)
    instance_uid: str = attrs.field(repr=False)
    patient: dict[str, Any] = attrs.field(factory=dict, repr=False)
    study: dict[str, Any] = attrs.field(factory=dict, repr=False)
    values: dict[str, Any] = attrs.field(factory=dict, repr=False)
    uids: dict[str, str] = attrs.field(factory=dict, repr=False)


def taken_from(original: Elements, result: Elements) -> Taken:
    """Compare an instance with what became of it, without decoding what stayed as it was."""
    taken = Taken(text_of(result, "StudyInstanceUID"), text_of(result, "SOPInstanceUID"))
    for before, after, path in _pairs(original, result, ()):
        if before is None:
            if not path.parents:
                taken.values[str(path)] = None
        elif not _same(before, after, path.tag):
            _compare(before, after, path, taken)
    for tag in original.keys():  # noqa: SIM118 - a Elements iterates over converted elements
        path = ElementPath(tag, stored_vr(original, tag))
        value = value_of(original, tag) if path.keyword in RESTORED else None
        if value is not None:
            _file(path, value, taken, gone=tag not in result)
    return taken


def _file(path: ElementPath, value: Any, taken: Taken, *, gone: bool) -> None:
    if gone:
        taken.values[str(path)] = value
    if path.keyword in PATIENT:
        taken.patient[path.keyword] = value
    if path.keyword in STUDY:
        taken.study[path.keyword] = value


def value_of(dataset: Elements, tag: int) -> Any:
    """Return a value as JSON can hold it, ``""`` for an empty one.

    None for what is not kept: sequences, binary and very long values, what cannot be decoded.
    """
    vr = stored_vr(dataset, tag)
    if vr in BINARY:
        # A file may hide text under a VR of bytes, as UN does with all that is not known.
        vr = next(iter(dictionary.vrs_of(tag)), vr)
    if vr in BINARY or is_sequence(dataset, tag):
        return None
    try:
        value = plain(read_element(dataset, tag).value)
        if vr in ("DS", "IS") and value is not None:
            # As it is written: a number may have several spellings.
            count = len(value) if isinstance(value, list) else 1
            value = list(readings_of(dataset, tag)[:count])
    except ReadError:
        return None
    if isinstance(value, list):
        value = ["" if one is None else one for one in value]
    elif isinstance(value, bytes):
        value = "\\".join(texts(value))
    value = "" if value is None else value
    return None if len(str(value)) > LARGEST else value


def _pairs(
    original: Elements, result: Elements, parents: tuple[Parent, ...]
) -> Iterator[tuple[Elements | None, Elements, ElementPath]]:
    """Yield where each element of the result stands, and stood, at any depth."""
    for tag in result.keys():  # noqa: SIM118 - a Elements iterates over converted elements
        if tag in OWN_MARKS:
            continue
        path = ElementPath(tag, stored_vr(result, tag), None, parents)
        if tag not in original:
            yield None, result, path
        elif not is_sequence(result, tag):
            yield original, result, path
        elif is_sequence(original, tag):
            items = zip(items_of(original, tag), items_of(result, tag), strict=False)
            for number, (before, after) in enumerate(items):
                yield from _pairs(before, after, (*parents, Parent(tag, number)))


def _same(before: Elements, after: Elements, tag: int) -> bool:
    one, other = held(before, tag).value, held(after, tag).value
    return one is other or (isinstance(one, bytes) and isinstance(other, bytes) and one == other)


def _compare(before: Elements, after: Elements, path: ElementPath, taken: Taken) -> None:
    old = value_of(before, path.tag)
    new = value_of(after, path.tag)
    if old is None or old == new:
        return
    taken.values[str(path)] = old
    if path.vr == "UI":
        olds, news = (one if isinstance(one, list) else [one] for one in (old, new))
        if len(olds) == len(news):
            taken.uids.update((n, o) for o, n in zip(olds, news, strict=True) if n and o != n)
