"""What a change stores: the value for its VR, and whether the character set has its text."""

from __future__ import annotations

from pydicom.dataelem import DataElement

from deid_core import dictionary
from deid_core.batch import FileContext
from deid_core.elements import ITEMS, Elements, has_undefined_length, stored_vr
from deid_core.errors import ActionError
from deid_core.field import ElementPath

UNDECLARED = "iso8859"
"""What pydicom calls the default repertoire, which is ASCII (PS3.5 6.1.2.1)."""


def not_fitting(path: ElementPath, vr: str, context: FileContext) -> None:
    """Say that an element is removed since its new value cannot be stored.

    Raises `ActionError` where settings are strict.
    """
    message = f"{path.label} removed from {context.label}: the new value does not fit VR {vr}"
    if context.batch.settings.strict:
        raise ActionError(message) from None
    context.warn(message)


def is_in_fragments(element: DataElement, dataset: Elements) -> bool:
    """Tell whether a value is encapsulated pixel data, as the one before it was (PS3.5 A.4)."""
    if element.tag not in dataset or not has_undefined_length(dataset, element.tag):
        return False
    return isinstance(element.value, bytes) and element.value.startswith(ITEMS)


def check_text(text: str, encodings: list[str]) -> None:
    """Raise ``UnicodeEncodeError`` for text that none of the character sets has."""
    if text.isascii() or encodings == [UNDECLARED]:
        # What is undeclared is declared when the file is finished.
        return
    # Each run of text may be in another of the character sets (PS3.5 6.1.2.5).
    for character in text:
        if not character.isascii() and not any(_has(name, character) for name in encodings):
            raise UnicodeEncodeError("dicom", "", 0, 1, "not in the character set")


def _has(encoding: str, character: str) -> bool:
    try:
        character.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def writable_vr(dataset: Elements, tag: int) -> str:
    """Return the VR for a new value: the dictionary's unless the stored one is as good."""
    stored = stored_vr(dataset, tag)
    allowed = dictionary.vrs_of(tag)
    if not allowed or stored in allowed:
        return stored
    return allowed[0]


def creator_tag(path: ElementPath) -> int | None:
    """Return the tag of the private creator that a new element needs (PS3.5 7.8.1)."""
    return None if path.creator is None else path.tag & 0xFFFF0000 | path.tag >> 8 & 0xFF
