"""Dates, and dates with time, as DICOM writes them (PS3.5 6.2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from deid_core import Unresolved

_TIME = r"(?:\d{2}(?:\d{2}(?:\d{2}(?:\.\d{1,6})?)?)?)?(?:[+\-]\d{4})?"
_DATE = re.compile(rf"(\d{{4}})[.\-]?(\d{{2}})[.\-]?(\d{{2}})({_TIME})")


def each_date(value: Any, change: Callable[[date], date], *, keep_time: bool) -> list[str]:
    """Return the value, or each of several, with another date. Empty ones stay empty.

    Raises `Unresolved`, so that the element is removed, for what is no whole date.
    """
    values = value if isinstance(value, list) else [value]
    return [_changed(str(one), change, keep_time=keep_time) if one else "" for one in values]


def _changed(text: str, change: Callable[[date], date], *, keep_time: bool) -> str:
    match = _DATE.fullmatch(text.strip())
    if match is None:
        raise Unresolved("the value is no date")
    year, month, day, time = match.groups()
    try:
        changed = change(date(int(year), int(month), int(day)))
    except (ValueError, OverflowError):
        raise Unresolved("the date does not exist, or cannot be changed so far") from None
    return f"{changed:%Y%m%d}".rjust(8, "0") + (time if keep_time else "")
