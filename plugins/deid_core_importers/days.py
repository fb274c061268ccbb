"""Dates that expressions of CTP move or rebuild."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence

from deid_core import Unresolved

_DATE = re.compile(
    r"(\d{4})[.-]?(\d{2})[.-]?(\d{2})(\d{2,6}(?:\.\d{1,6})?(?:[+-]\d{4})?)?", re.ASCII
)


def moved(text: str, days: int) -> str:
    """Return dates, with or without a time, moved by so many days; what is empty stays empty.

    Raises `Unresolved` for what is no date.
    """
    step = datetime.timedelta(days=days)
    return _each(text, lambda date: date + step)


def rebuilt(text: str, wanted: Sequence[int | None]) -> str:
    """Return dates with another year, month and day, where these are not None.

    Raises `Unresolved` for what is no date, or would be none.
    """
    year, month, day = wanted
    return _each(
        text,
        lambda date: datetime.date(
            date.year if year is None else year,
            date.month if month is None else month,
            date.day if day is None else day,
        ),
    )


def _each(text: str, change: Callable[[datetime.date], datetime.date]) -> str:
    return "\\".join(
        _one(part.strip(), change) if part.strip() else "" for part in text.split("\\")
    )


def _one(text: str, change: Callable[[datetime.date], datetime.date]) -> str:
    match = _DATE.fullmatch(text)
    try:
        if match:
            date = change(datetime.date(*map(int, match.group(1, 2, 3))))
            return f"{date:%Y%m%d}".rjust(8, "0") + (match.group(4) or "")
    except (ValueError, OverflowError):
        pass
    raise Unresolved("the value is no date, or becomes none")
