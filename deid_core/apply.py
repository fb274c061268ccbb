"""Carry out changes: the only code that changes a data set."""

from __future__ import annotations

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_data_element

from deid_core import dictionary
from deid_core.batch import FileContext
from deid_core.changes import Change, Changes, SetValue
from deid_core.convert import to_vr
from deid_core.elements import (
    CHARACTER_SET_VRS,
    ITEMS,
    has_undefined_length,
    new_element,
    stored_vr,
)
from deid_core.errors import ActionError
from deid_core.model import ElementPath

UNDECLARED = "iso8859"
"""What pydicom calls the default repertoire, which is ASCII (PS3.5 6.1.2.1)."""


def apply(changes: Changes, dataset: Dataset, context: FileContext) -> None:
    """Carry out ``changes`` on ``dataset`` in place, nested data sets first.

    A value that cannot be stored in the element's VR, or encoded in the data set's character
    set, is not written: the element is removed and the file's context warned; where settings
    are strict, `ActionError` is raised.
    """
    for tag, items in changes.items.items():
        left = []
        for inner, item in zip(items, dataset[tag].value, strict=True):
            if inner is not None:
                apply(inner, item, context)
                left.append(item)
        if len(left) < len(items):
            dataset[tag] = new_element(tag, "SQ", left)
    for tag, change in changes.elements.items():
        _change(ElementPath(tag), change, dataset, context)
    for path, change in changes.added:
        _reserve(path, dataset)
        _set(path, path.vr, change, dataset, context)


def _change(path: ElementPath, change: Change, dataset: Dataset, context: FileContext) -> None:
    if isinstance(change, SetValue):
        _set(path, _writable_vr(dataset, path.tag), change, dataset, context)
    else:
        del dataset[path.tag]


def _set(
    path: ElementPath, vr: str, change: SetValue, dataset: Dataset, context: FileContext
) -> None:
    try:
        element = new_element(path.tag, vr, to_vr(change.value, vr))
        element.is_undefined_length = _is_in_fragments(element, dataset)
        _try_encoding(element, dataset)
    except Exception:  # noqa: BLE001 - encoders raise many, and quote the value
        message = f"{path.label} removed from {context.label}: the new value does not fit VR {vr}"
        if context.batch.settings.strict:
            raise ActionError(message) from None
        context.warn(message)
        if path.tag in dataset:
            del dataset[path.tag]
        return
    dataset[path.tag] = element


def _try_encoding(element: DataElement, dataset: Dataset) -> None:
    """Encode a new element on trial, so that writing the file cannot fail because of it.

    Raises whatever the encoder raises, and ``UnicodeEncodeError`` for text that the character
    set does not have.
    """
    if element.VR == "SQ":
        return
    declared = dataset.original_character_set
    encodings = [declared] if isinstance(declared, str) else list(declared or [UNDECLARED])
    if element.VR in CHARACTER_SET_VRS:
        _check_text(str(element.value), encodings)
    stream = DicomBytesIO()
    implicit, little = dataset.original_encoding
    stream.is_implicit_VR, stream.is_little_endian = bool(implicit), little is not False
    vr = element.VR.split(" or ")[0]
    write_data_element(stream, new_element(element.tag, vr, element.value), encodings)


def _is_in_fragments(element: DataElement, dataset: Dataset) -> bool:
    """Tell whether a value is encapsulated pixel data, as the one before it was (PS3.5 A.4)."""
    if element.tag not in dataset or not has_undefined_length(dataset, element.tag):
        return False
    return isinstance(element.value, bytes) and element.value.startswith(ITEMS)


def _check_text(text: str, encodings: list[str]) -> None:
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


def _writable_vr(dataset: Dataset, tag: int) -> str:
    """Return the VR for a new value: the dictionary's unless the stored one is as good."""
    stored = stored_vr(dataset, tag)
    allowed = dictionary.vrs_of(tag)
    if not allowed or stored in allowed:
        return stored
    return allowed[0]


def _reserve(path: ElementPath, dataset: Dataset) -> None:
    """Write the private creator of a new private element (PS3.5 7.8.1)."""
    if path.creator is None:
        return
    tag = path.tag & 0xFFFF0000 | path.tag >> 8 & 0xFF
    if tag not in dataset:
        dataset[tag] = new_element(tag, "LO", path.creator)
