"""Dummy values: legal for their VR, and harmless to readers (PS3.15 E.1.1, code D)."""

from __future__ import annotations

from typing import Any

from pydicom.dataset import Dataset

from deid_core import Batch, Change, Field, SetValue, dictionary

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
    if not isinstance(field.value, list) or not _is_sequence(field):
        return SetValue(dummy(field, batch))
    codes = any(tag in item for item in field.value for tag in CODE_VALUES)
    return SetValue([_code()]) if codes else None


def _is_sequence(field: Field) -> bool:
    return field.path.vr == "SQ" or dictionary.vrs_of(field.path.tag) == ("SQ",)


def _code() -> Dataset:
    """Return a code of a private coding scheme, whose designator starts with 99 (PS3.3 8.2)."""
    code = Dataset()
    code.CodeValue = TEXT
    code.CodingSchemeDesignator = "99ANONYMIZED"
    code.CodeMeaning = TEXT
    return code


def dummy(field: Field, batch: Batch) -> Any:
    """Return a dummy for the field's VR; a UID is derived from the instance and the place."""
    vr = field.path.vr
    if vr in DUMMIES:
        return DUMMIES[vr]
    if vr in NUMBERS:
        return 0
    if vr == "AT":
        return 0
    if vr == "UI":
        place = f"{field.context.identifiers.item}\\{field.path}"
        return f"2.25.{int.from_bytes(batch.pseudonym_bytes('dummy', place)[:16], 'big')}"
    return EIGHT_BYTES
