"""Keep items whole where the sweep finds something in them."""

from __future__ import annotations

import attrs

from deid_core import Batch, Change, Field, RemoveElement, SetValue, Sweep
from deid_core_profiles.dummies import dummy
from deid_core_profiles.tables import tables

TEXT_VRS = frozenset({"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UT"})

REQUIRED = frozenset({"ContentLabel", "ConversionType", "Modality"})
"""Attributes without a row that most IODs require with a value."""


def keeping_whole(sweep: Sweep, batch: Batch) -> Sweep:
    """Return a sweep that writes a dummy where another would leave an item without its text.

    Items are mostly made of what they require, as a code without its meaning is none (PS3.3
    8.8); a dummy tells as little as nothing does.
    """
    required = REQUIRED.union(tables()["needed"])

    def examine(field: Field, protected: bool) -> Change | None:  # noqa: FBT001 - as specified
        change = sweep.examine(field, protected)
        lost = isinstance(change, RemoveElement) or (
            isinstance(change, SetValue) and not any(_each(change.value))
        )
        path = field.path
        needed = bool(path.parents) or path.keyword in required
        if lost and needed and path.vr in TEXT_VRS and not path.is_private:
            return SetValue(dummy(field, batch))
        return change

    return attrs.evolve(sweep, examine=examine)


def _each(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
