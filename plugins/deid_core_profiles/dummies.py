"""Dummy values: legal for their VR, and harmless to readers (PS3.15 E.1.1, code D)."""

from __future__ import annotations

from typing import Any

from deid_core import Batch, Change, Field, SetValue

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
NUMBERS = frozenset(["FL", "FD", "SL", "SS", "SV", "UL", "US", "UV"])
BINARY = frozenset(["OB", "OD", "OF", "OL", "OV", "OW", "UN"])
EIGHT_BYTES = bytes(8)
"""Divisible by the size of a number of every binary VR."""


def dummy_change(field: Field, batch: Batch) -> Change | None:
    """Return the change of code D; what a sequence holds is judged on its own."""
    return None if field.path.vr == "SQ" else SetValue(dummy(field, batch))


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
