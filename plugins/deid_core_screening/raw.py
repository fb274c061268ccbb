"""What an element is in the file: the data set that holds it, and its bytes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from pydicom.charset import python_encoding

from deid_core import Field
from deid_core.elements import Elements, held, items_of
from deid_core.encoded.dataset import EncodedDataSet

FILE_META_GROUP = 0x0002


def holder_of(field: Field) -> Elements:
    """Return the data set in which a field stands: an item, the file meta, or the whole."""
    if field.holder is not None:
        return field.holder
    dataset: Elements = field.context.instance.elements
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


def encoded_length(field: Field) -> int | None:
    """Return how many bytes the value has in the file, or None where pydicom has converted it."""
    holder = holder_of(field)
    if isinstance(holder, EncodedDataSet):
        return holder.length(field.path.tag)
    data = encoded_value(field)
    return None if data is None else len(data)


def encoded_part(field: Field, start: int, stop: int) -> bytes:
    """Return a part of the value as it was read: of long values, no more than that is read."""
    holder = holder_of(field)
    if isinstance(holder, EncodedDataSet):
        return holder.part(field.path.tag, start, stop)
    return (encoded_value(field) or b"")[start:stop]


def character_set_of(field: Field) -> str | Sequence[str] | None:
    """Return the Python encodings of the data set in which a field stands."""
    declared: str | Sequence[str] | None = holder_of(field).original_character_set
    return declared


def encodings_of(field: Field) -> tuple[str, ...]:
    """Return the same as a tuple, empty where nobody knows."""
    declared = character_set_of(field)
    return (declared,) if isinstance(declared, str) else tuple(declared or ())


_ASCII_COMPATIBLE = frozenset(python_encoding.values())
_SIMPLE = bytes(range(0x20, 0x7F)) + b"\t\n\f\r\0"


def is_simple(data: bytes, encodings: tuple[str, ...]) -> bool:
    """Tell bytes that are the same text of ASCII in each of the encodings.

    In those of the standard (PS3.5 6.1.2) all without controls and escapes are; a file may
    declare others.
    """
    return not data.translate(None, _SIMPLE) and _are_compatible(encodings)


@lru_cache(maxsize=256)
def _are_compatible(encodings: tuple[str, ...]) -> bool:
    return bool(encodings) and _ASCII_COMPATIBLE.issuperset(encodings)
