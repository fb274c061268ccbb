"""Ages that content items give as numbers: none tells more than that somebody is 90 or older.

The limit is that of the Safe Harbor method, 45 CFR 164.514(b)(2)(i)(C).
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from pydicom.dataset import Dataset

from deid_core import Change, Field, RemoveElement, SetValue
from deid_core.elements import items_of, plain, read_element

SUBJECT_AGE = "DCM 121033"
MOST_YEARS = 89
CAPPED_YEARS = 90
UNITS_IN_A_YEAR = {"a": 1.0, "mo": 12.0, "wk": 52.1775, "d": 365.2425, "h": 8765.82}
"""By UCUM code."""

NUMERIC_VALUE, UNITS, CODE_VALUE = 0x0040A30A, 0x004008EA, 0x00080100


EXACT = ("FloatingPointValue", "RationalNumeratorValue", "RationalDenominatorValue")
"""What gives the number once more, and more exactly."""


def capped_age(field: Field) -> Change | None:
    """Cap the ages in a Measured Value Sequence; remove it if it has a unit that is not known."""
    items = list(_capped(field.value if isinstance(field.value, list) else []))
    if any(item is None for item in items):
        return RemoveElement()
    changed = any(new is not old for new, old in zip(items, field.value or [], strict=True))
    return SetValue(items) if changed else None


def _capped(items: list[Dataset]) -> Iterator[Dataset | None]:
    for item in items:
        number, in_a_year = _value(item, NUMERIC_VALUE), UNITS_IN_A_YEAR.get(_unit(item))
        if number is None:
            yield None if any(exact in item for exact in EXACT) else item
        elif in_a_year is None or not isinstance(number, int | float):
            yield None
        elif number < (MOST_YEARS + 1) * in_a_year:
            yield item
        else:
            new = copy.deepcopy(item)
            new.NumericValue = str(int(CAPPED_YEARS * in_a_year))
            for exact in EXACT:
                if exact in new:
                    delattr(new, exact)
            yield new


def _unit(item: Dataset) -> str:
    codes = items_of(item, UNITS) if UNITS in item else []
    return str(_value(codes[0], CODE_VALUE) or "").strip() if codes else ""


def _value(item: Dataset, tag: int) -> Any:
    return plain(read_element(item, tag).value) if tag in item else None
