"""The functions of pydicom/deid that make UUIDs and UIDs, under their names, made right.

They are keyed, so that nobody can try values out, and give one value one result; UIDs are
legal.
"""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from deid_core import Batch, Field
from deid_core_dicom.functions.arguments import Arguments
from deid_core_dicom.functions.source import source_text
from deid_core_dicom.uids import is_standard

Value = Callable[[Field], Any]
UUID_ROOT = "2.25."
MAX_UID = 64
_ROOT = re.compile(r"(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))*\.?")


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
    root = Arguments(given, "org_root").text("org_root", UUID_ROOT)
    return _under(root, "org_root", batch, stable=True)


def compile_pydicom_uuid(given: Mapping[str, str], batch: Batch) -> Value:
    """Compile ``pydicom_uuid prefix=2.25. stable_remapping=true``.

    Without stable remapping, every element has a UID of its own that nothing can repeat.
    """
    arguments = Arguments(given, "prefix", "stable_remapping")
    stable = arguments.truth("stable_remapping", default=True)
    return _under(arguments.text("prefix", UUID_ROOT), "prefix", batch, stable=stable)


def _under(root: str, name: str, batch: Batch, *, stable: bool) -> Value:
    if root.lower() in ("none", "null"):
        root = UUID_ROOT
    if not _ROOT.fullmatch(root) or len(root) > MAX_UID - 24:
        raise ValueError(f"{name}= must be the root of a UID, of at most 40 characters")
    root = root if root.endswith(".") else f"{root}."
    # A UUID-derived UID has 128 bits (PS3.5 B.2); under another root as many as fit.
    bits = 128 if root == UUID_ROOT else min(128, int((MAX_UID - len(root)) * 3.32))

    def uid(field: Field) -> Any:
        if not stable:
            return f"{root}{secrets.randbits(bits)}"
        purpose = "uid" if root == UUID_ROOT else f"uid {root}"
        value = field.value
        sources = value if isinstance(value, list) and value else [source_text(field)]
        found = [_replaced(str(one), root, purpose, bits, batch) if one else "" for one in sources]
        return found if len(found) > 1 else found[0]

    return uid


def _replaced(value: str, root: str, purpose: str, bits: int, batch: Batch) -> str:
    if is_standard(value):
        return value
    number = int.from_bytes(batch.pseudonym_bytes(purpose, value), "big")
    return f"{root}{number >> 256 - bits}"
