"""Dummy values: legal for their VR, and harmless to readers (PS3.15 E.1.1, code D)."""

from __future__ import annotations

from typing import Any

from pydicom.dataset import Dataset

from deid_core import Batch, Change, Field, ReadError, RemoveElement, SetValue, dictionary

TEXT = "ANONYMIZED"
DUMMIES: dict[str, Any] = {
    "AE": TEXT,
    "AS": "000D",
    "CS": TEXT,
    "DA": "20000101",
    "DS": "0",
    "DT": "20000101000000",
    "IS": "0",
    "LO": TEXT,
    "LT": TEXT,
    "PN": "Anonymized",
    "SH": TEXT,
    "ST": TEXT,
    "TM": "000000",
    "UC": TEXT,
    "UR": "https://example.invalid",
    "UT": TEXT,
}
CODE_VALUES = ("CodeValue", "LongCodeValue", "URNCodeValue")

NUMBERS = frozenset(["FL", "FD", "SL", "SS", "SV", "UL", "US", "UV"])
BINARY = frozenset(["OB", "OD", "OF", "OL", "OV", "OW", "UN"])
EIGHT_BYTES = bytes(8)
"""Divisible by the size of a number of every binary VR."""


def dummy_change(field: Field, batch: Batch) -> Change | None:
    """Return the change of code D; what a sequence holds is judged on its own.

    But for codes, since what they are made of has no rows: there is one dummy in their place.
    """
    if _vr_of(field) != "SQ":
        return SetValue(dummy(field, batch))
    try:
        items = field.value or []
    except ReadError:
        return RemoveElement()
    codes = any(tag in item for item in items for tag in CODE_VALUES)
    return SetValue([_code()]) if codes else None


def _vr_of(field: Field) -> str:
    """Return the VR that the dictionary has for the element, if the file has another."""
    allowed = dictionary.vrs_of(field.path.tag)
    return field.path.vr if field.path.vr in allowed or not allowed else allowed[0]


def _code() -> Dataset:
    """Return a code of a private coding scheme, whose designator starts with 99 (PS3.3 8.2)."""
    code = Dataset()
    code.CodeValue = TEXT
    code.CodingSchemeDesignator = "99ANONYMIZED"
    code.CodeMeaning = TEXT
    return code


def _other_uids(value: Any, batch: Batch) -> Any:
    if isinstance(value, list):
        return [_other_uids(one, batch) for one in value if one]
    return batch.pseudonym_uid("uid", str(value).strip(" \0"))


def dummy(field: Field, batch: Batch) -> Any:
    """Return a dummy for the field's VR; a UID is derived from the instance and the place."""
    vr = _vr_of(field)
    if vr in DUMMIES:
        return DUMMIES[vr]
    if vr in NUMBERS:
        return 0
    if vr == "AT":
        return 0
    if vr == "UI":
        if field.value:
            # Another UID is a dummy too, and what refers to it still does.
            return _other_uids(field.value, batch)
        place = f"{field.context.identifiers.item}\\{field.path}"
        return batch.pseudonym_uid("dummy", place)
    return EIGHT_BYTES
