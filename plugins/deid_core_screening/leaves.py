"""The elements of a data set that hold values, at any depth, whatever cannot be parsed."""

from __future__ import annotations

from collections.abc import Iterator

from deid_core import ElementPath, Field, FileContext, NotWalkableError, ReadError
from deid_core.elements import (
    Elements,
    creator_of,
    is_sequence,
    items_of,
    private_creators,
    readings_of,
    stored_vr,
    value_of,
)
from deid_core.field import Parent
from deid_core.structure import MAX_DEPTH

Leaf = tuple[Elements, ElementPath]
"""An element that is no sequence, and the data set that holds it."""


def leaves(dataset: Elements, parents: tuple[Parent, ...] = ()) -> Iterator[Leaf]:
    """Yield all elements that are no sequences; one whose items cannot be parsed is none.

    Raises `ReadError` if it is nested too deep.
    """
    if len(parents) > MAX_DEPTH:
        raise ReadError(f"sequences are nested deeper than {MAX_DEPTH}")
    creators = private_creators(dataset)
    for tag in list(dataset.keys()):
        creator = creator_of(tag, creators)
        if is_sequence(dataset, tag):
            try:
                items = items_of(dataset, tag)
            except (NotWalkableError, ReadError):
                pass
            else:
                for number, item in enumerate(items):
                    yield from leaves(item, (*parents, Parent(tag, number, creator)))
                continue
        yield dataset, ElementPath(tag, stored_vr(dataset, tag), creator, parents)


def field_of(holder: Elements, path: ElementPath, context: FileContext) -> Field:
    """Return an element as tests of rules see it."""
    return Field(
        path,
        context,
        decode=lambda: value_of(holder, path.tag),
        read=lambda: readings_of(holder, path.tag),
        holder=holder,
    )


def holder_at(dataset: Elements, parents: tuple[Parent, ...]) -> Elements:
    """Return the data set or item at the end of a way. Raises ``LookupError`` and `ReadError`."""
    for parent in parents:
        dataset = items_of(dataset, parent.tag)[parent.item]
    return dataset
