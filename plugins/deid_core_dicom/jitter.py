"""The action JITTER."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
from pydicom.datadict import tag_for_keyword

from deid_core import Batch, Change, Field, Rule, SetValue, Unresolved, dictionary
from deid_core.records import Apply
from deid_core_dicom.shift import (
    DAYS_IN_YEAR,
    Shift,
    carried,
    check_times,
    patient_days,
    shift_value,
    today,
)

UNITS = ("days", "years", "hours", "keyed")

Number = Callable[[Field], int]


def compile_jitter(rule: Rule, batch: Batch) -> Apply:
    """Compile JITTER: a number of days, or ``days= years= hours= keyed=``.

    Each may be a number or ``var:NAME``. ``keyed=365`` goes back by 1 to 365 days, as many for
    everything that belongs to one patient, and nothing lands in the future then. Times of day stay
    unless ``hours=`` is given, which takes the date along where it goes past midnight.
    """
    parts = _parts(rule, batch)
    keyed_days = patient_days(batch)

    def jitter(field: Field) -> Change | None:
        vr = _date_vr(field)
        value = field.value
        if value is None:
            return None
        if vr == "TM" and "hours" not in parts:
            check_times(value)
            return None
        amounts = {unit: number(field) for unit, number in parts.items()}
        days = amounts.get("days", 0) + DAYS_IN_YEAR * amounts.get("years", 0)
        latest = None
        if "keyed" in amounts:
            days += keyed_days(field, amounts["keyed"])
            latest = today()
        shift = Shift(days, amounts.get("hours", 0), latest)
        if vr == "DA" and shift.hours:
            return SetValue(_with_times(field, value, shift))
        return SetValue(shift_value(value, vr, shift))

    return jitter


def _with_times(field: Field, value: Any, shift: Shift) -> Any:
    """Return dates shifted such that each stays the day of the time that goes with it."""
    times = _times_of(field)
    values = value if isinstance(value, list) else [value]
    if len(times) != len(values):
        return shift_value(value, "DA", shift)
    found = [
        shift_value(one, "DA", attrs.evolve(shift, days=shift.days + carried(time, shift.hours)))
        for one, time in zip(values, times, strict=True)
    ]
    return found if isinstance(value, list) else found[0]


def _times_of(field: Field) -> list[str]:
    """Return the times of the attribute that goes with a date: of Study Time with Study Date."""
    tag = tag_for_keyword(field.path.keyword.replace("Date", "Time"))
    if tag is None or tag == field.path.tag or dictionary.vrs_of(tag) != ("TM",):
        return []
    value = field.beside(tag)
    if value is None:
        return []
    return [str(one or "") for one in (value if isinstance(value, list) else [value])]


def _date_vr(field: Field) -> str:
    """Return the VR that says what the value is: the dictionary's where the stored one is wrong."""
    allowed = dictionary.vrs_of(field.path.tag)
    return field.path.vr if field.path.vr in allowed or not allowed else allowed[0]


def _parts(rule: Rule, batch: Batch) -> dict[str, Number]:
    words = (rule.value or "").split()
    if not words:
        raise ValueError("expected a number of days, var:NAME, or days=, years=, hours=, keyed=")
    if len(words) == 1 and "=" not in words[0]:
        return {"days": _number(rule, words[0], "days", batch)}
    parts: dict[str, Number] = {}
    for word in words:
        unit, equals, amount = word.partition("=")
        if not equals or unit.lower() not in UNITS:
            known = ", ".join(f"{known}=" for known in UNITS)
            raise ValueError(f"found {word!r}; expected a number of days, var:NAME, or {known}")
        parts[unit.lower()] = _number(rule, amount, unit, batch)
    return parts


def _number(rule: Rule, text: str, unit: str, batch: Batch) -> Number:
    value = batch.value(attrs.evolve(rule, value=text))
    if ":" in text:
        return lambda field: _whole(value(field), unit)
    try:
        literal = _whole(text, unit)
    except Unresolved as error:
        raise ValueError(str(error)) from None
    return lambda _field: literal


def _whole(value: Any, unit: str) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise Unresolved(f"{unit}: expected a whole number or var:NAME") from None
    if unit == "keyed" and number < 1:
        raise Unresolved("keyed: expected at least 1")
    return number
