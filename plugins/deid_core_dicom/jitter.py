"""JITTER: shift dates by days, and keep what is known of them at its precision."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Any

from deid_core import Batch, Change, Field, Rule, SetValue, Unresolved
from deid_core.records import Apply

_DATE = re.compile(r"(\d{4})[.\-]?(\d{2})?[.\-]?(\d{2})?")
_DATETIME = re.compile(r"(\d{4})(\d{2})?(\d{2})?((?:\d{2}){0,3}(?:\.\d{1,6})?)([+\-]\d{4})?")
UNTOUCHED = frozenset({"TM"})
"""A time of day knows no days."""


def compile_jitter(rule: Rule, batch: Batch) -> Apply:
    """Compile JITTER: the value is a number of days, or a variable that holds one."""
    days = _days(rule, batch)

    def jitter(field: Field) -> Change | None:
        value = field.value
        if value is None or field.path.vr in UNTOUCHED:
            return None
        shift = days(field)
        if isinstance(value, list):
            return SetValue([shift_text(str(one), shift) if one else one for one in value])
        return SetValue(shift_text(str(value), shift))

    return jitter


def _days(rule: Rule, batch: Batch) -> Callable[[Field], int]:
    value = batch.value(rule)
    if rule.value is not None and ":" not in rule.value:
        literal = _whole(rule.value)
        if literal is None:
            raise ValueError("expected a whole number of days, or var:NAME")
        return lambda _field: literal

    def days(field: Field) -> int:
        number = _whole(value(field))
        if number is None:
            raise Unresolved("the number of days is no whole number")
        return number

    return days


def _whole(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def shift_text(text: str, days: int) -> str:
    """Return a date, a range of dates, or a date with time, shifted by ``days``.

    A date without day or month is taken as the first and comes back as short as it was.
    Time and offset from UTC stay. Raises `Unresolved` for what is no date.
    """
    text = text.strip()
    if "-" in text.strip("-") and not re.fullmatch(
        r"\d{4}-\d{2}(-\d{2})?|\d{8,}.*[+\-]\d{4}", text
    ):
        start, end = text.split("-", 1)
        return "-".join(shift_text(part, days) if part else "" for part in (start, end))
    match = _DATE.fullmatch(text)
    if match:
        year, month, day = match.groups()
        return _shift(year, month, day, days)
    match = _DATETIME.fullmatch(text)
    if match:
        year, month, day, time, offset = match.groups()
        return _shift(year, month, day, days) + (time or "") + (offset or "")
    raise Unresolved("the value is no date")


def _shift(year: str, month: str | None, day: str | None, days: int) -> str:
    try:
        date = datetime.date(int(year), int(month or 1), int(day or 1))
        shifted = date + datetime.timedelta(days=days)
    except (ValueError, OverflowError):
        raise Unresolved("the date does not exist, or cannot be shifted so far") from None
    known = sum(part is not None for part in (month, day))
    return f"{shifted.year:04}{shifted.month:02}{shifted.day:02}"[: (4, 6, 8)[known]]
