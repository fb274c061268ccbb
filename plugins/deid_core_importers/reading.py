"""The values that expressions of CTP look at."""

from __future__ import annotations

from collections.abc import Sequence

from deid_core import Field, ReadError, Unresolved
from deid_core.elements import read_element, readings_of, stored_vr, texts
from deid_core_importers.elements import element_of

NUMBERS = ("DS", "IS")
"""VRs of numbers; the first reading of one is how it is written."""

THIS = 0
"""Stands for the element that the expression is about."""


def tag_of(name: str) -> int | None:
    """Return the tag of a keyword or a tag, `THIS` for ``this``, None for what is neither."""
    if name.strip().lower() == "this":
        return THIS
    element = element_of(name)
    return None if element is None or element.creator else element.tag


def is_there(field: Field, tag: int) -> bool:
    """Tell whether the data set or item has the element."""
    if tag in (THIS, field.path.tag):
        return field.present
    holder = field.holder if field.present else field.context.data_set()
    return holder is not None and tag in holder


def element_texts(field: Field, tag: int) -> Sequence[str]:
    """Return the values of an element of the same data set or item, as they are written.

    Raises `Unresolved` for one that holds bytes or items.
    """
    if tag in (THIS, field.path.tag):
        value = field.value
        if field.path.vr in NUMBERS and not isinstance(value, list):
            return field.readings[:1]
    elif not field.present:
        # What is to be made has nothing beside it yet. It is made at the top level only.
        return path_texts(field, [tag])
    else:
        value, holder = field.beside(tag), field.holder
        if (
            holder is not None
            and tag in holder
            and stored_vr(holder, tag) in NUMBERS
            and not isinstance(value, list)
        ):
            return readings_of(holder, tag)[:1]
    if isinstance(value, bytes) or (isinstance(value, list) and any(_is_item(v) for v in value)):
        raise Unresolved("the value is no text")
    return texts(value)


def _is_item(value: object) -> bool:
    return hasattr(value, "keys")


def path_texts(field: Field, tags: Sequence[int]) -> Sequence[str]:
    """Return the values at the end of a path of tags, through the first item of each sequence."""
    *sequences, last = tags
    dataset = field.context.data_set()
    for tag in sequences:
        value = dataset[tag].value if tag in dataset else None
        if not isinstance(value, Sequence) or not value or not _is_item(value[0]):
            return ()
        dataset = value[0]
    if last not in dataset:
        return ()
    try:
        value = read_element(dataset, last).value
    except ReadError:
        raise Unresolved("the value cannot be read") from None
    if isinstance(value, bytes):
        raise Unresolved("the value is no text")
    return texts(value)
