"""Search private data elements of every VR, at every depth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from deid_core import ElementPath, ReadError
from deid_core.elements import (
    Elements,
    creator_of,
    held,
    is_sequence,
    items_of,
    private_creators,
    readings_of,
    stored_vr,
)
from deid_core.field import Parent
from deid_core.readings import readings
from deid_core.structure import MAX_DEPTH
from deid_core_screening.needles import Needle, Undecided

FOUND = "a screening rule found something"
UNDECODABLE = "it cannot be decoded, so not be screened"


def findings(dataset: Elements, needles: Sequence[Needle]) -> Mapping[str, str]:
    """Return path → reason for the private elements that must go."""
    return dict(_walk(dataset, (), needles, inside_private=False))


def _walk(
    dataset: Elements,
    parents: tuple[Parent, ...],
    needles: Sequence[Needle],
    *,
    inside_private: bool,
) -> Iterator[tuple[str, str]]:
    if len(parents) > MAX_DEPTH:
        raise ReadError(f"sequences are nested deeper than {MAX_DEPTH}")
    tags = list(dataset.keys())
    creators = private_creators(dataset) if any(tag >> 16 & 1 for tag in tags) else {}
    for tag in tags:
        path = ElementPath(tag, stored_vr(dataset, tag), creator_of(tag, creators), parents)
        private = path.is_private or inside_private
        if is_sequence(dataset, tag):
            yield from _sequence(dataset, path, needles, private=private)
        elif path.is_private:
            reason = _screen(dataset, tag, needles)
            if reason:
                yield str(path), reason


def _sequence(
    dataset: Elements, path: ElementPath, needles: Sequence[Needle], *, private: bool
) -> Iterator[tuple[str, str]]:
    try:
        items = items_of(dataset, path.tag)
    except ReadError:
        if not private:
            raise
        yield str(path), UNDECODABLE
        return
    for number, item in enumerate(items):
        parent = Parent(path.tag, number, path.creator)
        if path.is_private and _public_hit(item, needles):
            yield str(path), FOUND
            return
        yield from _walk(item, (*path.parents, parent), needles, inside_private=private)


def _public_hit(item: Elements, needles: Sequence[Needle]) -> bool:
    """Tell whether a public element inside of a private sequence holds something.

    No verdict can name it, so the private sequence around it goes.
    """
    for tag in item.keys():  # noqa: SIM118 - a Elements iterates over converted elements
        if is_sequence(item, tag):
            if any(_public_hit(inner, needles) for inner in items_of(item, tag)):
                return True
        elif not tag >> 16 & 1 and _screen(item, tag, needles):
            return True
    return False


def _screen(dataset: Elements, tag: int, needles: Sequence[Needle]) -> str | None:
    try:
        texts = screened_readings(dataset, tag)
    except ReadError:
        return UNDECODABLE
    try:
        if any(needle(text) for text in texts for needle in needles):
            return FOUND
    except Undecided:
        return UNDECODABLE
    return None


def screened_readings(dataset: Elements, tag: int) -> list[str]:
    """Return all that an element may be read as: its bytes too, for numbers may spell text."""
    found = list(readings_of(dataset, tag))
    encoded = held(dataset, tag).value
    if isinstance(encoded, bytes):
        found += readings(encoded, dataset.original_character_set)
    return [*found, "\\".join(found)] if len(found) > 1 else found
