"""Functions that shift dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from deid_core import Batch, Field
from deid_core_dicom.functions.arguments import Arguments
from deid_core_dicom.shift import Shift, patient_days, shift_value, today

Value = Callable[[Field], Any]
MAX_DAYS = 36525
MAX_HOURS = 24 * MAX_DAYS


def compile_jitter(given: Mapping[str, str], batch: Batch) -> Value:
    """Compile ``jitter days=1 years=0 hours=0``; a year has 365 days."""
    del batch
    arguments = Arguments(given, "days", "years", "hours")
    alone = not {"years", "hours"} & set(given)
    days = arguments.whole("days", 1 if alone else 0, -MAX_DAYS, MAX_DAYS)
    years = arguments.whole("years", 0, -100, 100)
    hours = arguments.whole("hours", 0, -MAX_HOURS, MAX_HOURS)
    shift = Shift(days + 365 * years, hours)
    return lambda field: shift_value(field.value, field.path.vr, shift)


def compile_dateshift(given: Mapping[str, str], batch: Batch) -> Value:
    """Compile ``dateshift max=365``: back by 1 to ``max`` days, as many for all of a patient."""
    most = Arguments(given, "max").whole("max", 365, 1, MAX_DAYS)

    keyed_days = patient_days(batch)

    def shifted(field: Field) -> Any:
        shift = Shift(keyed_days(field, most), latest=today())
        return shift_value(field.value, field.path.vr, shift)

    return shifted
