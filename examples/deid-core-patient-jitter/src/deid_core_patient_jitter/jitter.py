"""JITTER: one shift for all dates of a patient, which nobody knows without the run's key."""

from __future__ import annotations

from datetime import timedelta

from deid_core import Batch, Change, Field, Rule, SetValue
from deid_core.records import Apply
from deid_core_patient_jitter.dates import each_date

PURPOSE = "patient-jitter"
"""Keeps these pseudonyms apart from those that other plugins derive from the same key."""
WEEK = 7


def compile_jitter(rule: Rule, batch: Batch) -> Apply:
    """Compile ``JITTER field DAYS``: the largest number of days to shift by."""
    weeks = int(rule.value) // WEEK if rule.value and rule.value.isdecimal() else 0
    if weeks < 1:
        raise ValueError("expected the largest number of days to shift by, 7 or more")

    def jitter(field: Field) -> Change | None:
        value = field.value
        if value is None or field.path.vr == "TM":
            return None
        shift = shift_of(field.context.identifiers.entity, weeks, batch)
        return SetValue(each_date(value, lambda day: day + shift, keep_time=True))

    return jitter


def shift_of(entity: str, weeks: int, batch: Batch) -> timedelta:
    """Return the shift of a patient: up to so many weeks, back or forth, and never none."""
    number = int.from_bytes(batch.pseudonym_bytes(PURPOSE, entity)) % (2 * weeks)
    return timedelta(weeks=number - weeks if number < weeks else number - weeks + 1)
