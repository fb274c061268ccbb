"""The functions of pydicom/deid that make UUIDs and UIDs, under their names, made right.

They are keyed, so that nobody can try values out, and give one value one result; UIDs are
legal.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from deid_core import Batch, Field
from deid_core_dicom.functions.arguments import Arguments
from deid_core_dicom.functions.source import source_text
from deid_core_dicom.uids import replaced_uid

Value = Callable[[Field], Any]


def _uuid(field: Field, batch: Batch) -> uuid.UUID:
    digest = batch.pseudonym_bytes(f"uuid {field.path.label}", source_text(field))
    return uuid.UUID(bytes=digest[:16], version=4)


def compile_basic_uuid(given: Mapping[str, str], batch: Batch) -> Value:
    """Compile ``basic_uuid``: 36 characters."""
    Arguments(given)
    return lambda field: str(_uuid(field, batch))


def compile_suffix_uuid(given: Mapping[str, str], batch: Batch) -> Value:
    """Compile ``suffix_uuid``: the name of the field in small letters, and a UUID."""
    Arguments(given)
    return lambda field: f"{field.path.label.lower()}-{_uuid(field, batch)}"


def compile_dicom_uuid(given: Mapping[str, str], batch: Batch) -> Value:
    """Compile ``dicom_uuid org_root=1.2.3``: a UID under the root of an organization."""
    return _under(Arguments(given, "org_root"), "org_root", batch, stable=True)


def compile_pydicom_uuid(given: Mapping[str, str], batch: Batch) -> Value:
    """Compile ``pydicom_uuid prefix=2.25. stable_remapping=true``.

    Without stable remapping, every element has a UID of its own that nothing can repeat.
    """
    arguments = Arguments(given, "prefix", "stable_remapping")
    stable = arguments.truth("stable_remapping", default=True)
    return _under(arguments, "prefix", batch, stable=stable)


def _under(arguments: Arguments, name: str, batch: Batch, *, stable: bool) -> Value:
    none = arguments.text(name, "none").lower() in ("none", "null")
    root = None if none else arguments.root(name)

    def uid(field: Field) -> Any:
        if not stable:
            return batch.pseudonym_uid("uid", secrets.token_hex(), root)
        value = field.value
        sources = value if isinstance(value, list) and value else [source_text(field)]
        found = [replaced_uid(str(one), batch, root) if one else "" for one in sources]
        return found if len(found) > 1 else found[0]

    return uid
