"""Pseudonyms by keyed hash: digits, names, UIDs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from deid_core import Batch, Field, Unresolved
from deid_core_dicom.functions.arguments import Arguments
from deid_core_dicom.functions.source import source_text
from deid_core_dicom.uids import replaced_uid

Value = Callable[[Field], Any]


def compile_hash(given: Mapping[str, str], batch: Batch) -> Value:
    """Compile ``hash length=16``: hexadecimal digits that stand for the value."""
    length = Arguments(given, "length").whole("length", 16, 8, 64)

    def pseudonym(field: Field) -> Any:
        return batch.pseudonym_bytes(field.path.label, source_text(field)).hex()[:length]

    return pseudonym


def compile_hashname(given: Mapping[str, str], batch: Batch) -> Value:
    """Compile ``hashname prefix=ANON length=10``: one name for one person.

    Case, punctuation and the order of empty components do not matter.
    """
    arguments = Arguments(given, "prefix", "length")
    prefix = arguments.text("prefix", "ANON")
    length = arguments.whole("length", 10, 8, 64)

    def name(field: Field) -> Any:
        # Alphabetic, ideographic, phonetic: the first that is there (PS3.5 6.2.1).
        groups = [group for group in source_text(field).split("=") if group.strip(" ^")]
        alphabetic = groups[0].casefold() if groups else ""
        person = " ".join("".join(c if c.isalnum() else " " for c in alphabetic).split())
        return f"{prefix}^{batch.pseudonym_bytes('name', person).hex()[:length].upper()}"

    return name


def compile_hashuid(given: Mapping[str, str], batch: Batch) -> Value:
    """Compile ``hashuid``: each UID becomes the one that stands for it."""
    Arguments(given)

    def replace(field: Field) -> Any:
        value = field.value
        if value is None and field.present:
            raise Unresolved("no UID to replace")
        if isinstance(value, list):
            return [replaced_uid(str(one), batch) if one else one for one in value]
        return replaced_uid(source_text(field), batch)

    return replace
