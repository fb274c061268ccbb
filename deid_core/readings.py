"""All the ways in which the value of a data element may be read as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

ENCODINGS = ("utf-8", "latin-1", "utf-16-le", "utf-16-be")
"""Encodings in which bytes of unknown meaning are searched besides the file's own."""


def readings(value: Any, character_set: str | Sequence[str] | None) -> list[str]:
    """Return the texts to search: each value, and all of them as the file joins them.

    Bytes are read in the character set of the data set and in the usual encodings, since
    nothing says in which their writer put text there.
    """
    if value is None:
        return []
    if isinstance(value, bytes | bytearray):
        return list(_decoded(bytes(value), character_set))
    if isinstance(value, list):
        single = list(chain.from_iterable(readings(one, character_set) for one in value))
        return [*single, "\\".join(single)]
    text = str(value)
    if isinstance(value, float) and value.is_integer():
        return [text, str(int(value))]
    return [text]


def _decoded(data: bytes, character_set: str | Sequence[str] | None) -> Iterator[str]:
    own = [character_set] if isinstance(character_set, str) else list(character_set or ())
    for encoding in dict.fromkeys((*own, *ENCODINGS)):
        # Text of two bytes a character may start at an odd offset.
        for start in (0, 1) if encoding.startswith("utf-16") else (0,):
            try:
                yield data[start:].decode(encoding, "ignore").strip("\0 ")
            except LookupError:
                continue
