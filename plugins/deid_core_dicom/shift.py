"""Shift dates and times, and keep what is known of them at its precision (PS3.5 6.2)."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Any

import attrs

from deid_core import Batch, Field, FileContext, Identifiers, ReadError, Unresolved
from deid_core.dependence import Depends

DAYS_IN_YEAR = 365
MONTHS = 12
HOURS_IN_DAY = 24

_OFFSET = r"\+(?:0\d|1[0-3])[0-5]\d|\+1400|-(?!0000)(?:0\d|1[01])[0-5]\d|-1200"
_DATE = re.compile(r"(\d{4})(?:[.\-]?(\d{2})(?:[.\-]?(\d{2}))?)?", re.ASCII)
_DATETIME = re.compile(
    rf"(\d{{4}})(\d{{2}})(\d{{2}})(\d{{2}})(?:(\d{{2}})(?:(\d{{2}})(\.\d{{1,6}})?)?)?({_OFFSET})?",
    re.ASCII,
)
_DATE_WITH_OFFSET = re.compile(rf"(\d{{4}})(\d{{2}})?(\d{{2}})?({_OFFSET})", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3])(?::?[0-5]\d(?::?(?:[0-5]\d|60)(?:\.\d{1,6})?)?)?", re.ASCII)
_END = rf"\d{{8}}(?:\d{{2,6}}(?:\.\d{{1,6}})?)?(?:{_OFFSET})?"
_RANGE = re.compile(rf"({_END}|)-({_END}|)", re.ASCII)


@attrs.frozen
class Shift:
    """How far: whole days, and hours for what has a time.

    ``latest``, if there is one, is the last day that a shifted date may be.
    """

    days: int
    hours: int = 0
    latest: datetime.date | None = None

    @property
    def years(self) -> int:
        """How far a date goes of which only the year is known: as far in every case."""
        return self.days // DAYS_IN_YEAR

    @property
    def months(self) -> int:
        """How far a date goes of which year and month are known: as far in every case."""
        return self.days * MONTHS // DAYS_IN_YEAR


def patient_days(batch: Batch) -> Callable[[Field, int], int]:
    """Return what gives minus 1 to minus so many days: one number for all that is of one patient.

    Where nothing says who the patient is, it is one for the study. The file is warned of that, and
    of a Patient ID that came from another issuer before, so that two patients may share their days.
    """
    issuers: dict[str, str] = {}

    def days(field: Field, most: int) -> int:
        context, identifiers = field.context, field.context.identifiers_of_patient()
        if identifiers.missing[:1] == (batch.settings.entity_id or "PatientID",):
            _warn_once(
                context,
                f"{context.label} has no {identifiers.missing[0]}: "
                "its dates are shifted as those of its study, and of no other",
            )
            context.rely(Depends.FILE)
        issuer = _issuer(identifiers)
        if issuer:
            context.rely(Depends.FILE)
        if issuer and issuers.setdefault(identifiers.patient, issuer) != issuer:
            _warn_once(
                context,
                f"{context.label} has a Patient ID that another issuer has given as well: "
                "the dates of both are shifted by the same days",
            )
        return batch.shift_days(identifiers.patient, most)

    return days


def _issuer(identifiers: Identifiers) -> str:
    try:
        issuer = identifiers.values.get("IssuerOfPatientID", "")
    except ReadError:
        return ""
    return str(issuer).strip(" \0").casefold()


def _warn_once(context: FileContext, message: str) -> None:
    if message not in context.warnings:
        context.warn(message)


def today() -> datetime.date:
    """Return the day of the run, in UTC."""
    return datetime.datetime.now(datetime.UTC).date()


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
        return "-".join(_shift_time(end, shift) for end in _ends_of_times(text))
    ends = _RANGE.fullmatch(text)
    if ends and text != "-":
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


def date_of(text: str) -> datetime.date:
    """Return the day of a date or date with time; what is not known of it counts as the first.

    Raises `Unresolved` for what is neither, or does not exist.
    """
    text = text.strip()
    match = _DATE.fullmatch(text) or _DATETIME.fullmatch(text) or _DATE_WITH_OFFSET.fullmatch(text)
    if not match:
        raise Unresolved("the value is no date")
    year, month, day = match.group(1, 2, 3)
    return _moved((year, month or 1, day or 1, 0, 0, 0), Shift(0)).date()


def check_times(value: Any) -> None:
    """Raise `Unresolved` unless a value, or each of several, is a time of day or empty."""
    for one in value if isinstance(value, list) else [value]:
        if one:
            shift_text(str(one), "TM", Shift(0))


def carried(time: str, hours: int) -> int:
    """Return how many days later it is, ``hours`` after a time of day; 0 where there is none.

    Raises `Unresolved` for what is no time.
    """
    match = _TIME.fullmatch(time.strip())
    if not match:
        if time.strip():
            raise Unresolved("the value is no time")
        return 0
    return (int(match.group(1)) + hours) // HOURS_IN_DAY


def _shift_date(match: re.Match[str], shift: Shift) -> str:
    """Shift a date. What is not known of it counts as the first, and is not given back.

    Where the day is not known, the shift is in whole months or years, or the interval between
    two such dates would depend on where in the calendar they are.
    """
    year, month, day = match.group(1, 2, 3)
    if day:
        moved = _moved((year, month, day, 0, 0, 0), attrs.evolve(shift, hours=0))
    else:
        count = int(year) * MONTHS + int(month or 1) - 1
        count += shift.months if month else shift.years * MONTHS
        parts = (count // MONTHS, count % MONTHS + 1, 1, 0, 0, 0)
        moved = _moved(parts, attrs.evolve(shift, days=0, hours=0))
    known = sum(part is not None for part in (month, day))
    return f"{moved.year:04}{moved.month:02}{moved.day:02}"[: (4, 6, 8)[known]]


def _shift_datetime(match: re.Match[str], shift: Shift) -> str:
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    moved = _moved((year, month, day, hour, minute or 0, second or 0), shift)
    text = f"{moved.year:04}{moved.month:02}{moved.day:02}{moved.hour:02}"
    return text + (minute or "") + (second or "") + (fraction or "") + (offset or "")


def _ends_of_times(text: str) -> list[str]:
    ends = text.split("-")
    if len(ends) > 2 or not any(ends):  # noqa: PLR2004 - from and to
        raise Unresolved("the value is no time")
    return ends


def _shift_time(text: str, shift: Shift) -> str:
    if not text:
        return ""
    match = _TIME.fullmatch(text)
    if not match:
        raise Unresolved("the value is no time")
    return f"{(int(match.group(1)) + shift.hours) % HOURS_IN_DAY:02}{text[2:]}"


def _moved(parts: tuple[str | int, ...], shift: Shift) -> datetime.datetime:
    try:
        year, month, day, hour, minute, second = map(int, parts)
        # A leap second has no place in Python; it stays as written (PS3.5 6.2, DT).
        second -= second == 60  # noqa: PLR2004 - the leap second
        start = datetime.datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - as it stands
        moved = start + datetime.timedelta(days=shift.days, hours=shift.hours)
    except (ValueError, OverflowError):
        raise Unresolved("the date does not exist, or cannot be shifted so far") from None
    if shift.latest is not None and moved.date() > shift.latest:
        raise Unresolved("the date lies in the future")
    return moved
