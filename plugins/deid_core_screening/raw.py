"""What an element is in the file: the data set that holds it, and its bytes."""

from __future__ import annotations

from collections.abc import Sequence

from deid_core import Field
from deid_core.elements import Elements, held, items_of

FILE_META_GROUP = 0x0002


def holder_of(field: Field) -> Elements:
    """Return the data set in which a field stands: an item, the file meta, or the whole."""
    if field.holder is not None:
        return field.holder
    dataset: Elements = field.context.instance.dataset
    if field.path.tag >> 16 == FILE_META_GROUP and not field.path.parents:
        meta: Elements = dataset.file_meta
        return meta
    for parent in field.path.parents:
        dataset = items_of(dataset, parent.tag)[parent.item]
    return dataset


def encoded_value(field: Field) -> bytes | None:
    """Return the value as it was read, or None where pydicom has converted it."""
    holder = holder_of(field)
    value = held(holder, field.path.tag).value if field.path.tag in holder else None
    return value if isinstance(value, bytes) else None


def character_set_of(field: Field) -> str | Sequence[str] | None:
    """Return the Python encodings of the data set in which a field stands."""
    declared: str | Sequence[str] | None = holder_of(field).original_character_set
    return declared
