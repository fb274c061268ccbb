"""Keep data sets whole where the sweep finds something in what they require."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from deid_core import Batch, Change, Field, RemoveElement, SetValue, Sweep
from deid_core_profiles.dummies import dummy
from deid_core_profiles.tables import required, tables

TEXT_VRS = frozenset({"AE", "CS", "DS", "IS", "LO", "LT", "PN", "SH", "ST", "UC", "UT"})

Examine = Callable[[Field, bool], Change | None]


def keeping_whole(sweep: Sweep, batch: Batch) -> Sweep:
    """Return a sweep that leaves a dummy, or an empty value, where another would leave a gap.

    What some IOD requires at its top gets a dummy (Type 1) or is emptied (Type 2). Items are
    mostly made of what they require, as a code without its meaning is none (PS3.3 8.8). Of
    several values, those stay in which nothing is found. A dummy tells as little as nothing does.
    """
    with_value = required()["1"].union(tables()["needed"])

    def examine(field: Field, protected: bool) -> Change | None:  # noqa: FBT001 - as specified
        change = sweep.examine(field, protected)
        path = field.path
        if not _is_lost(change) or path.vr not in TEXT_VRS or path.is_private:
            return change
        if path.parents or path.keyword in with_value:
            return SetValue(_stand_in(field, protected, sweep.examine, batch))
        return SetValue(None) if path.keyword in required()["2"] else change

    # What is found there is found here, so that all that was promised still holds.
    return Sweep(examine, attrs.evolve(sweep.promised(), about=examine))


def _is_lost(change: Change | None) -> bool:
    """Tell whether a change leaves an element, or one of its values, without text."""
    if not isinstance(change, SetValue):
        return isinstance(change, RemoveElement)
    values = change.value if isinstance(change.value, list) else [change.value]
    return not all(str(value).strip() for value in values if value is not None)


def _stand_in(field: Field, protected: bool, examine: Examine, batch: Batch) -> Any:  # noqa: FBT001 - as specified
    stand_in = dummy(field, batch)
    if not isinstance(field.value, list):
        return stand_in
    values = [
        stand_in if examine(_with_value(field, one), protected) else one for one in field.value
    ]
    return values if stand_in in values else stand_in


def _with_value(field: Field, value: Any) -> Field:
    return attrs.evolve(field, decode=lambda: value)
