"""Codes of de-identification methods (PS3.16 CID 7050), and what an instance says of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import attrs
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from deid_core import Batch, Instance, ReadError, SettingsError
from deid_core.elements import Elements, is_sequence, items_of, put, value_of
from deid_core.encoded.dataset import EncodedDataSet
from deid_core.encoded.patched import Patched
from deid_core_profiles.tables import tables

MEANINGS = {
    "113100": "Basic Application Confidentiality Profile",
    "113101": "Clean Pixel Data Option",
    "113102": "Clean Recognizable Visual Features Option",
    "113103": "Clean Graphics Option",
    "113104": "Clean Structured Content Option",
    "113105": "Clean Descriptors Option",
    "113106": "Retain Longitudinal Temporal Information Full Dates Option",
    "113107": "Retain Longitudinal Temporal Information Modified Dates Option",
    "113108": "Retain Patient Characteristics Option",
    "113109": "Retain Device Identity Option",
    "113110": "Retain UIDs Option",
    "113111": "Retain Safe Private Option",
    "113112": "Retain Institution Identity Option",
}
METHOD_CODES = 0x00120064
BASIC, FULL_DATES, MODIFIED_DATES = "113100", "113106", "113107"

NOTES = {
    "PatientIdentityRemoved": "the input says that it was de-identified before (0012,0062); "
    "it was processed again",
    "BurnedInAnnotation": "the input says that its pixels show identifying text (0028,0301); "
    "pixels are not cleaned",
    "RecognizableVisualFeatures": "the input says that its pixels show a face or the like "
    "(0028,0302); pixels are not cleaned",
}
"""What the report says of an input that says YES."""

_tag_of = lru_cache(maxsize=None)(tag_for_keyword)

FATES_OF_DATES = ("UNMODIFIED", "MODIFIED", "REMOVED")
"""What may have become of dates (0028,0303), each less than the one before."""


def compile_check(batch: Batch) -> Callable[[Instance], list[str]]:
    """Refuse what contradicts itself, and compile a check of what an instance says of itself.

    Raises `SettingsError` for unknown codes, for options that exclude each other or have no
    profile beneath them, and for settings that do not carry the profile out.
    """
    methods = batch.settings.methods
    for method in methods:
        if method not in MEANINGS:
            raise SettingsError(f"METHOD {method}: no code of CID 7050 (PS3.16)")
    if FULL_DATES in methods and MODIFIED_DATES in methods:
        raise SettingsError("the options Full Dates and Modified Dates exclude each other")
    if methods and BASIC not in methods:
        raise SettingsError("an option needs the basic profile beneath it: deid.dicom.basic")
    if methods and methods[0] != BASIC:
        raise SettingsError(
            "deid.dicom.basic undoes the options beneath it: name it before its options"
        )
    if methods and not batch.settings.remove_private:
        raise SettingsError(
            "the profile removes private elements; to keep those that are safe, "
            "use the option retain-safe-private"
        )

    def check(instance: Instance) -> list[str]:
        if methods and not _says_yes(instance.elements, "PatientIdentityRemoved"):
            return ["Patient Identity Removed is not YES"]
        return []

    return check


def noted(instance: Instance) -> Instance:
    """Return the instance as it was read, with a note on what it says of itself, if it says so."""
    notes = [note for keyword, note in NOTES.items() if _says_yes(instance.elements, keyword)]
    return attrs.evolve(instance, notes=(*instance.notes, *notes)) if notes else instance


def _says_yes(dataset: Elements, keyword: str) -> bool:
    return _text(dataset, keyword).upper() == "YES"


def _text(dataset: Elements, keyword: str) -> str:
    tag = _tag_of(keyword) or 0
    if tag not in dataset or is_sequence(dataset, tag):
        return ""
    try:
        value = value_of(dataset, tag)
    except ReadError:
        return ""
    return str(value or "").strip(" \0")


def declare(dataset: Elements, methods: tuple[str, ...]) -> None:
    """Write method, codes and what became of dates (PS3.15 E.1.1, PS3.3 C.7.1.1, C.12.1.1.9).

    The codes of steps before this one stay, and what they did to dates cannot be undone.
    """
    codes = tuple(dict.fromkeys([*_codes_in(dataset), *methods]))
    modified = "MODIFIED" if MODIFIED_DATES in methods else "REMOVED"
    now = "UNMODIFIED" if FULL_DATES in methods else modified
    then = _text(dataset, "LongitudinalTemporalInformationModified")
    worse = FATES_OF_DATES.index(then) if then in FATES_OF_DATES else 0
    fate = FATES_OF_DATES[max(worse, FATES_OF_DATES.index(now))]
    if isinstance(dataset, EncodedDataSet):
        dataset.overlay.update(_encoded(methods, codes, fate, implicit=dataset.implicit))
        return
    for tag, vr, value in _declaration(methods, codes, fate):
        put(dataset, tag, vr, value)


def _declaration(
    methods: tuple[str, ...], codes: tuple[str, ...], fate: str
) -> list[tuple[int, str, Any]]:
    edition = f"PS3.15 Annex E, edition {tables()['edition']}"
    return [
        (0x00120062, "CS", "YES"),
        (0x00120063, "LO", [edition, *(MEANINGS[method] for method in methods)]),
        (METHOD_CODES, "SQ", Sequence(map(_code, codes))),
        (0x00280303, "CS", fate),
    ]


@lru_cache(maxsize=64)
def _encoded(
    methods: tuple[str, ...], codes: tuple[str, ...], fate: str, *, implicit: bool
) -> dict[int, bytes | Patched | None]:
    """Return the declaration in bytes: most files of a run have the same."""
    draft = EncodedDataSet(b"", implicit=implicit, start=0)
    for tag, vr, value in _declaration(methods, codes, fate):
        draft.put(tag, vr, value)
    return draft.overlay


def _codes_in(dataset: Elements) -> list[str]:
    """Return the codes of CID 7050 that an instance has already."""
    if "DeidentificationMethodCodeSequence" not in dataset:
        return []
    values = [_text(item, "CodeValue") for item in items_of(dataset, METHOD_CODES)]
    return [value for value in values if value in MEANINGS]


def _code(method: str) -> Dataset:
    item = Dataset()
    item.CodeValue = method
    item.CodingSchemeDesignator = "DCM"
    item.CodeMeaning = MEANINGS[method]
    return item
