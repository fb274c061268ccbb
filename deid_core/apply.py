"""Carry out changes: the only code that changes a data set."""

from __future__ import annotations

from pydicom.dataset import Dataset

from deid_core import dictionary
from deid_core.batch import FileContext
from deid_core.convert import to_vr
from deid_core.decide import Changes
from deid_core.elements import new_element, stored_vr
from deid_core.model import Change, ElementPath, SetValue


def apply(changes: Changes, dataset: Dataset, context: FileContext) -> None:
    """Carry out ``changes`` on ``dataset`` in place, nested data sets first.

    A value that cannot be stored in the element's VR is not written: the element is removed
    and the file's context warned.
    """
    for tag, items in changes.items.items():
        for inner, item in zip(items, dataset[tag].value, strict=True):
            apply(inner, item, context)
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
    except (ValueError, TypeError, ArithmeticError):
        context.warn(
            f"{path.label} removed from {context.label}: the new value does not fit VR {vr}"
        )
        if path.tag in dataset:
            del dataset[path.tag]
        return
    dataset[path.tag] = element


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
