"""Pseudonyms by keyed hash: digits, names, UIDs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from deid_core import Batch, Field, Unresolved
from deid_core_dicom.functions.arguments import Arguments
from deid_core_dicom.functions.source import source_text
from deid_core_dicom.uids import PADDING, is_uid, replaced_uid

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
    """Compile ``hashuid root=1.2.3``: each UID becomes the one that stands for it.

    ``keep_empty=true`` leaves an element without a value as it is, ``keep_legal=true`` what is a
    legal UID, so that only what is none is replaced.
    """
    arguments = Arguments(given, "root", "keep_empty", "keep_legal")
    root = arguments.root("root")
    keep_empty = arguments.truth("keep_empty", default=False)
    keep_legal = arguments.truth("keep_legal", default=False)

    def one(value: str) -> str:
        bare = value.strip(PADDING)
        return (
            bare if not bare or (keep_legal and is_uid(bare)) else replaced_uid(bare, batch, root)
        )

    def replace(field: Field) -> Any:
        value = field.value
        if value is None and field.present:
            if keep_empty:
                return ""
            raise Unresolved("no UID to replace")
        if isinstance(value, list):
            return [one(str(each)) if each else "" for each in value]
        if isinstance(value, str) and value.strip(PADDING):
            return one(value)
        return one(source_text(field))

    return replace
