"""Functions that give values: ``deid_func:name``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from deid_core import Batch, Field, Unresolved, ValueFunction
from deid_core_dicom.uids import hash_uid

MAX_HASH = 64


def compile_hash(arguments: Mapping[str, str], batch: Batch) -> Callable[[Field], Any]:
    """Compile ``deid_func:hash length=16``: hexadecimal digits that stand for the value."""
    unknown = set(arguments) - {"length"}
    if unknown:
        raise ValueError(f"hash takes length=, not {', '.join(sorted(unknown))}")
    length = arguments.get("length", "16")
    if not length.isdecimal() or not 8 <= int(length) <= MAX_HASH:  # noqa: PLR2004
        raise ValueError(f"length must be a number from 8 to {MAX_HASH}")
    digits = int(length)

    def pseudonym(field: Field) -> Any:
        value = field.value
        if value is None:
            raise Unresolved("no value to hash")
        text = "\\".join(map(str, value)) if isinstance(value, list) else str(value)
        return batch.pseudonym_bytes(field.path.label, text).hex()[:digits]

    return pseudonym


FUNCTIONS = [
    ValueFunction(
        name="hash", compile=compile_hash, summary="digits that stand for the value, under the key"
    ),
    ValueFunction(
        name="hashuid", compile=hash_uid, summary="the UID that stands for the value, under the key"
    ),
]
