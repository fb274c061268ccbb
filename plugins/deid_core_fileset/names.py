"""File IDs: names that a DICOMDIR may list (PS3.10 8.2 and 8.5)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count
from pathlib import PurePosixPath
from weakref import WeakKeyDictionary

from deid_core import Batch, Instance
from deid_core.elements import Elements

TOP = "DICOM"
LENGTH = 8
MOST_PARTS = 8
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_PART = re.compile(r"[A-Z0-9_]{1,8}")
_named: WeakKeyDictionary[Batch, dict[PurePosixPath, str]] = WeakKeyDictionary()


def is_file_id(parts: Sequence[str]) -> bool:
    """Tell whether the parts of a path are a File ID: up to 8, each of up to 8 characters."""
    return 0 < len(parts) <= MOST_PARTS and all(_PART.fullmatch(part) for part in parts)


def name_output(instance: Instance, batch: Batch) -> PurePosixPath:
    """Return the File ID of an output: ``DICOM/PT…/ST…/SE…/…``.

    Where another instance has that name, the next one is taken; what has the same SOP Instance
    UID gets the same name, and the core tells the two apart.
    """
    named = _named.setdefault(batch, {})
    uid = text(instance.elements.file_meta, "MediaStorageSOPInstanceUID")
    names = (file_id(instance.elements, batch, attempt) for attempt in count())
    return next(name for name in names if named.setdefault(name, uid) == uid)


def file_id(dataset: Elements, batch: Batch, attempt: int = 0) -> PurePosixPath:
    """Return the File ID that the values of an output give, the same in every run of one key.

    ``attempt`` counts on where two instances would have one.
    """
    instance = text(dataset.file_meta, "MediaStorageSOPInstanceUID")
    return PurePosixPath(
        TOP,
        stand_in("PT", text(dataset, "PatientID") or text(dataset, "StudyInstanceUID"), batch),
        stand_in("ST", text(dataset, "StudyInstanceUID"), batch),
        stand_in("SE", text(dataset, "SeriesInstanceUID"), batch),
        stand_in("", f"{instance}\0{attempt}" if attempt else instance, batch),
    )


def stand_in(prefix: str, value: str, batch: Batch) -> str:
    """Return eight characters, ``prefix`` first, that stand for a value under the run's key."""
    number = int.from_bytes(batch.pseudonym_bytes(f"file-id {prefix}", value), "big")
    found = ""
    while len(found) + len(prefix) < LENGTH:
        number, digit = divmod(number, len(DIGITS))
        found += DIGITS[digit]
    return prefix + found


def text(dataset: Elements, keyword: str) -> str:
    """Return the value of an attribute as text, or ``""``."""
    try:
        value = dataset.get(keyword)
    except Exception:  # noqa: BLE001 - pydicom raises many for what it cannot decode
        return ""
    return "" if value is None else str(value).strip(" \0")
