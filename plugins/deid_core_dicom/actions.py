"""The actions of the seed's recipe language, but for JITTER."""

from __future__ import annotations

import logging

from deid_core import Batch, Change, Field, FieldAction, Rank, RemoveElement, Rule, SetValue, Takes
from deid_core.dependence import Depends
from deid_core.records import Apply
from deid_core_dicom.jitter import compile_jitter
from deid_core_dicom.legal import compile_standard, is_legal

log = logging.getLogger("deid_core")


def compile_add(rule: Rule, batch: Batch) -> Apply:
    """Give the element a value, and make it where there is none."""
    value = batch.value(rule)

    def add(field: Field) -> Change:
        log.debug("Attempting ADDITION of %s to %s.", field.path.label, field.context.label)
        return _checked(field, SetValue(value(field)))

    return add


def compile_replace(rule: Rule, batch: Batch) -> Apply:
    """Give the element another value where it is there."""
    value = batch.value(rule)
    return lambda field: _checked(field, SetValue(value(field)))


def compile_blank(_rule: Rule, _batch: Batch) -> Apply:
    """Take the value and leave the element, with zero length."""
    return lambda _field: SetValue(None)


def compile_remove(_rule: Rule, _batch: Batch) -> Apply:
    """Take the element, with all that a sequence holds."""
    return lambda _field: RemoveElement()


def compile_keep(_rule: Rule, _batch: Batch) -> Apply:
    """Leave the element as it is; the rank of the action does the protecting."""
    return lambda _field: None


def _checked(field: Field, change: SetValue) -> SetValue:
    """Warn of a value that is not legal for the VR; it is what the user wants, so it stays."""
    path = field.path
    if not is_legal(change.value, path.tag, path.vr):
        field.context.warn(
            f"{path.label} in {field.context.label}: the new value is not legal for VR {path.vr}"
        )
    return change


ACTIONS = [
    FieldAction(
        name="ADD",
        compile=compile_add,
        rank=Rank.CREATES,
        takes=Takes.VALUE,
        depends=Depends.PLACE,
        summary="give the element a value, and make it if it is not there",
    ),
    FieldAction(
        name="BLANK",
        compile=compile_blank,
        rank=Rank.BLANKS,
        depends=Depends.PLACE,
        summary="empty the element",
    ),
    FieldAction(
        name="JITTER",
        compile=compile_jitter,
        rank=Rank.CHANGES,
        takes=Takes.VALUE,
        sequences=False,
        depends=Depends.PLACE,
        summary="shift a date by a number of days",
    ),
    FieldAction(
        name="KEEP",
        compile=compile_keep,
        rank=Rank.PROTECTS,
        depends=Depends.PLACE,
        summary="leave the element as it is",
    ),
    FieldAction(
        name="REMOVE",
        compile=compile_remove,
        rank=Rank.REMOVES,
        takes=Takes.TEST,
        depends=Depends.PLACE,
        summary="remove the element, or only where a test of its value holds",
    ),
    FieldAction(
        name="REPLACE",
        compile=compile_replace,
        rank=Rank.CHANGES,
        takes=Takes.VALUE,
        sequences=False,
        depends=Depends.PLACE,
        summary="give the element another value if it is there",
    ),
    FieldAction(
        name="SPARE",
        compile=compile_keep,
        test=compile_standard,
        rank=Rank.PROTECTS,
        depends=Depends.PLACE,
        summary="leave the element as it is if it is as the standard defines its attribute",
    ),
]
