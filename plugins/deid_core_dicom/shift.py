"""Shift dates and times, and keep what is known of them at its precision (PS3.5 6.2)."""

from __future__ import annotations

import datetime
import re
from typing import Any

import attrs

from deid_core import Batch, Field, Unresolved

_DATE = re.compile(r"(\d{4})(?:[.\-]?(\d{2})(?:[.\-]?(\d{2}))?)?")
_DATETIME = re.compile(
    r"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})?(\d{2})?(\.\d{1,6})?([+\-](?:0\d|1[0-4])\d{2})?"
)
_DATE_WITH_OFFSET = re.compile(r"(\d{4})(\d{2})?(\d{2})?([+\-](?:0\d|1[0-4])\d{2})")
_TIME = re.compile(r"(\d{2}):?(\d{2})?:?(\d{2})?(\.\d{1,6})?")
_RANGE = re.compile(r"(\d{8}(?:\d{2,6}(?:\.\d+)?)?|)-(\d{8}(?:\d{2,6}(?:\.\d+)?)?|)")


@attrs.frozen
class Shift:
    """How far: whole days, and hours for what has a time."""

    days: int
    hours: int = 0


def patient_days(field: Field, batch: Batch, most: int) -> int:
    """Return minus 1 to minus ``most`` days: one number for all that belongs to one patient."""
    digest = batch.pseudonym_bytes("date shift", field.context.identifiers.entity)
    return -(1 + int.from_bytes(digest[:8], "big") % most)


def shift_value(value: Any, vr: str, shift: Shift) -> Any:
    """Return a value, or each of several, shifted; empty ones stay empty.

    Raises `Unresolved` for what is no date or time, or does not exist.
    """
    if value is None:
        return ""
    if isinstance(value, list):
        return [shift_text(str(one), vr, shift) if one else "" for one in value]
    return shift_text(str(value), vr, shift)


def shift_text(text: str, vr: str, shift: Shift) -> str:
    """Return a date, time, date with time, or a range of them, shifted."""
    text = text.strip()
    if vr == "TM":
        return _shift_time(text, shift)
    ends = _RANGE.fullmatch(text)
    if ends:
        return "-".join(shift_text(end, vr, shift) if end else "" for end in ends.groups())
    match = _DATE_WITH_OFFSET.fullmatch(text)
    if match and (vr == "DT" or not _DATE.fullmatch(text)):
        return _shift_date(match, shift) + match.group(4)
    match = _DATE.fullmatch(text)
    if match:
        return _shift_date(match, shift)
    match = _DATETIME.fullmatch(text)
    if match:
        return _shift_datetime(match, shift)
    raise Unresolved("the value is no date")


def _shift_date(match: re.Match[str], shift: Shift) -> str:
    """Shift a date; what is not known of it counts as the first and is not given back."""
    year, month, day = match.group(1, 2, 3)
    moved = _moved((year, month or 1, day or 1, 0, 0, 0), Shift(shift.days))
    known = sum(part is not None for part in (month, day))
    return f"{moved.year:04}{moved.month:02}{moved.day:02}"[: (4, 6, 8)[known]]


def _shift_datetime(match: re.Match[str], shift: Shift) -> str:
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    # A leap second has no place in Python; it stays as written (PS3.5 6.2, DT).
    parts = (year, month, day, hour, minute or 0, min(int(second or 0), 59))
    moved = _moved(parts, shift)
    text = f"{moved.year:04}{moved.month:02}{moved.day:02}{moved.hour:02}"
    return text + (minute or "") + (second or "") + (fraction or "") + (offset or "")


def _shift_time(text: str, shift: Shift) -> str:
    match = _TIME.fullmatch(text)
    if not match or int(match.group(1)) > 23:  # noqa: PLR2004 - the last hour
        raise Unresolved("the value is no time")
    return f"{(int(match.group(1)) + shift.hours) % 24:02}{text[2:]}"


def _moved(parts: tuple[str | int, ...], shift: Shift) -> datetime.datetime:
    try:
        year, month, day, hour, minute, second = map(int, parts)
        start = datetime.datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - as it stands
        return start + datetime.timedelta(days=shift.days, hours=shift.hours)
    except (ValueError, OverflowError):
        raise Unresolved("the date does not exist, or cannot be shifted so far") from None
