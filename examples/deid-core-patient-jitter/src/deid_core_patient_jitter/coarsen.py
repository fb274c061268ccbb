"""COARSEN: forget the finer parts of a date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from deid_core import Batch, Change, Field, Rule, SetValue
from deid_core.records import Apply
from deid_core_patient_jitter.dates import each_date

UNITS: Mapping[str, Callable[[date], date]] = {
    "week": lambda day: day - timedelta(days=day.weekday()),
    "month": lambda day: day.replace(day=1),
    "quarter": lambda day: day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
    "year": lambda day: day.replace(month=1, day=1),
}


def compile_coarsen(rule: Rule, _batch: Batch) -> Apply:
    """Compile ``COARSEN field UNIT``."""
    first_day = UNITS.get((rule.value or "").lower())
    if first_day is None:
        raise ValueError(f"expected one of: {', '.join(UNITS)}")

    def coarsen(field: Field) -> Change | None:
        value = field.value
        if value is None:
            return None
        if field.path.vr == "TM":
            # A time of day is finer than any unit.
            return SetValue(None)
        return SetValue(each_date(value, first_day, keep_time=False))

    return coarsen
