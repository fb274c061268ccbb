"""Carry out changes: the only code that changes a data set."""

from __future__ import annotations

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_data_element

from deid_core.batch import FileContext
from deid_core.changes import Change, Changes, OverwriteBytes, SetValue
from deid_core.convert import to_vr
from deid_core.elements import CHARACTER_SET_VRS, Elements, new_element, store
from deid_core.encoded.dataset import EncodedDataSet
from deid_core.field import ElementPath
from deid_core.rendering import overlay_of
from deid_core.values import (
    UNDECLARED,
    check_text,
    creator_tag,
    is_in_fragments,
    not_fitting,
    writable_vr,
)


def apply(changes: Changes, dataset: Elements, context: FileContext) -> None:
    """Carry out ``changes`` on ``dataset`` in place, nested data sets first.

    A value that cannot be stored in the element's VR, or encoded in the data set's character
    set, is not written: the element is removed and the file's context warned; where settings
    are strict, `ActionError` is raised.
    """
    if isinstance(dataset, EncodedDataSet):
        dataset.overlay = overlay_of(changes, dataset, context)
        return
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
    if isinstance(change, OverwriteBytes):
        change = SetValue(change.carried_out(dataset[path.tag].value))
    if isinstance(change, SetValue):
        _set(path, writable_vr(dataset, path.tag), change, dataset, context)
    else:
        del dataset[path.tag]


def _set(
    path: ElementPath, vr: str, change: SetValue, dataset: Dataset, context: FileContext
) -> None:
    try:
        element = new_element(path.tag, vr, to_vr(change.value, vr))
        element.is_undefined_length = is_in_fragments(element, dataset)
        _try_encoding(element, dataset)
    except Exception:  # noqa: BLE001 - encoders raise many, and quote the value
        not_fitting(path, vr, context)
        if path.tag in dataset:
            del dataset[path.tag]
        return
    store(dataset, element)


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
        check_text(str(element.value), encodings)
    stream = DicomBytesIO()
    implicit, little = dataset.original_encoding
    stream.is_implicit_VR, stream.is_little_endian = bool(implicit), little is not False
    vr = element.VR.split(" or ")[0]
    write_data_element(stream, new_element(element.tag, vr, element.value), encodings)


def _reserve(path: ElementPath, dataset: Dataset) -> None:
    """Write the private creator of a new private element (PS3.5 7.8.1)."""
    tag = creator_tag(path)
    if tag is not None and tag not in dataset:
        dataset[tag] = new_element(tag, "LO", path.creator)
