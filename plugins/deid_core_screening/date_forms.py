"""The forms in which dates are written: what each means, and how another is written in it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any

import attrs
import regex

from deid_core_screening.date_patterns import (
    COMPACT,
    COMPACT_DAY,
    DAY_NAME,
    DAY_NAME_YEAR,
    EAST,
    FLAGS,
    LONGEST_WEEKDAY,
    MONTH_OF_YEAR,
    NAME_DAY,
    NAME_DAY_YEAR,
    NAME_YEAR,
    NUMERIC,
    YEAR_FIRST,
    YEAR_MONTH,
    YEAR_NAME,
    YEAR_NAME_DAY,
    Pattern,
    weekday,
)
from deid_core_screening.month_names import bare, language_of, number_of, written

Write = Callable[[datetime.date], str]
Reading = tuple[datetime.date | None, Write]
"""The date, if it can be read for certain, and what writes another in its form."""

DAY_FIRST, MONTH_FIRST = "day first", "month first"


WHOLE_YEAR = 4
LAST_DAY = 31
_MARKS = "'\u2019"


@attrs.frozen
class Text:
    """What the other dates of a text tell of one.

    ``orders`` says by separator whether day or month comes first, ``votes`` how many names of months
    are of a language. ``plain`` is a text without any letter beyond ASCII.
    """

    orders: Mapping[str, str]
    votes: Mapping[str, int]
    plain: bool


_NEVER_ALONE = frozenset(["ago", "gen", "lug", "mag", "ott", "out", "set"])
"""Names of months that are other words more often: without a year they are no date."""

_WORDS = frozenset(["may", "mar", "march", "mars", "mai", "mei", "dec", *_NEVER_ALONE])
"""Names of months that are words or units as well: without a year, only capitals make them dates."""


def start_of(match: Any) -> int:
    """Return where a date begins, with the day of the week before it if there is one."""
    start: int = match.start()
    before = match.string[max(0, start - LONGEST_WEEKDAY) : start]
    found = weekday().search(before) if before.endswith(" ") else None
    return start if found is None else start - len(found.group())


def _date(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


def _year(text: str) -> int:
    """Return the year that is meant; of two digits, the last such year that has begun."""
    number = int(text.strip(_MARKS))
    if len(text) == WHOLE_YEAR:
        return number
    this = datetime.datetime.now(datetime.UTC).year
    return this - (this - number) % 100


def day_and_month(match: Any) -> dict[str, datetime.date]:
    """Return by their order the dates that two numbers and a year may be."""
    year, one, two = _year(match["year"]), int(match["one"]), int(match["two"])
    found = {DAY_FIRST: _date(year, two, one), MONTH_FIRST: _date(year, one, two)}
    return {order: date for order, date in found.items() if date is not None}


@attrs.frozen
class _Groups:
    """Which groups of a match hold what; without ``month``, its name is in the group ``month``."""

    year: str = "year"
    month: str = ""
    day: str = ""


def _writer(match: Any, groups: _Groups, text: Text) -> Write:
    """Return what writes another date like the match: digits, names, and what is around them."""
    numbers = [match[group] for group in (groups.month, groups.day) if group]
    # In 05-MAR-2019 as in 05/03/2019 a day has two digits; in 5 March 2019 it may have one.
    sep = match.groupdict().get("sep")
    even = sep is not None and (groups.month or sep.strip(".,") in ("", "-", "/", "_"))
    padded = any(one.startswith("0") for one in numbers)
    padded = padded or (even and all(len(one) > 1 for one in numbers))

    def number(value: int) -> str:
        return f"{value:02}" if padded else str(value)

    def write(new: datetime.date) -> str:
        year = match[groups.year]
        whole = len(year) == WHOLE_YEAR
        mark = year[: len(year) - 2] if not whole else ""
        values = {groups.year: f"{new.year:04}" if whole else f"{mark}{new.year % 100:02}"}
        if groups.day:
            values[groups.day] = number(new.day)
        if groups.month:
            values[groups.month] = number(new.month)
        else:
            values["month"] = _name(match, new.month, text)
        if match.groupdict().get("th"):
            values["th"] = _ordinal(match["th"], new.day)
        return _filled(match, values)

    return write


def _filled(match: Any, values: Mapping[str, str]) -> str:
    """Return the match with some of its groups replaced, without a day of the week before it."""
    text, at, parts = match.string, match.start("core"), []
    for group in sorted(values, key=match.start):
        parts += [text[at : match.start(group)], values[group]]
        at = match.end(group)
    return "".join([*parts, text[at : match.end()]])


def _name(match: Any, number: int, text: Text) -> str:
    name, around = match["month"], match["core"].casefold()
    hint = "de" if "." in match["sep"] else "es" if " de " in around else None
    language = language_of(name, text.votes, hint)
    short = match["sep"].strip(".,") in ("", "-", "/", "_")
    return written(name, number, language, short=short, plain=text.plain)


def _ordinal(ending: str, day: int) -> str:
    """Return what follows the number of another day, in the place of ``1st`` or ``1er``."""
    if ending.casefold() in ("er", "re"):
        return ending if day == 1 else ""
    if ending.casefold() not in ("st", "nd", "rd", "th"):
        return ending
    new = "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return new.upper() if ending.isupper() else new


def _none(_new: datetime.date) -> str:
    raise AssertionError("what cannot be read is not written")


UNREADABLE: Reading = (None, _none)


def _plausible(*numbers: int) -> bool:
    """Tell whether numbers look like a day and a month, of the calendar or not."""
    return min(numbers) >= 1 and max(numbers) <= LAST_DAY


def _same_separators(match: Any) -> bool:
    """Tell whether two separators are one and the same; blanks part only full numbers."""
    sep = match["sep"].strip()
    if sep != match["sep2"].strip():
        return False
    return sep not in ("", "_") or len(match["one"]) == len(match["two"]) == 2  # noqa: PLR2004 - digits


def _read_numeric(match: Any, text: Text) -> Reading | None:
    one, two = int(match["one"]), int(match["two"])
    short = len(match["year"]) != WHOLE_YEAR
    sep = match["sep"].strip()
    if not _same_separators(match) or (short and (sep in ("", "_") or not _stands_alone(match))):
        return None
    if not _plausible(one, two):
        date = _date(_year(match["one"]), two, int(match["year"].strip(_MARKS))) if short else None
        if date is None or len(match["one"]) < 2:  # noqa: PLR2004 - a year of two digits
            return None
        return date, _writer(match, _Groups("one", "two", "year"), text)
    orders = day_and_month(match)
    order = next(iter(orders)) if len(orders) == 1 else text.orders.get(sep)
    if match["span"] or order not in orders:
        return UNREADABLE
    day, month = ("one", "two") if order == DAY_FIRST else ("two", "one")
    return orders[order], _writer(match, _Groups("year", month, day), text)


def _stands_alone(match: Any) -> bool:
    """Tell whether a date with a short year is no part of a longer number or of a version."""
    before, after = match.string[: match.start("core")], match.string[match.end("core") :]
    if regex.search(r"(?:[^\W_]|\d[./\-]|\bv(?:ersion|er\.?)?[ ]?)$", before[-10:], FLAGS):
        return False
    return not regex.match(r"[^\W_]|[./\-]\d", after[:2]) or match["time"] is not None


def _read_year_first(match: Any, text: Text) -> Reading | None:
    one, two = int(match["one"]), int(match["two"])
    if not _same_separators(match) or not _plausible(one, two):
        return None
    date = _date(int(match["year"]), one, two)
    return (date, _writer(match, _Groups("year", "one", "two"), text)) if date else UNREADABLE


def _read_digits(match: Any, text: Text) -> Reading | None:
    date = _date(int(match["year"]), int(match["one"]), int(match["two"]))
    return (date, _writer(match, _Groups("year", "one", "two"), text)) if date else UNREADABLE


def _read_day_digits(match: Any, text: Text) -> Reading | None:
    orders = day_and_month(match)
    if len(orders) != 1:
        return UNREADABLE if orders else None
    ((order, date),) = orders.items()
    day, month = ("one", "two") if order == DAY_FIRST else ("two", "one")
    return date, _writer(match, _Groups("year", month, day), text)


def _read_month_of_year(match: Any, text: Text) -> Reading | None:
    date = _date(int(match["year"]), int(match["one"]), 1)
    return (date, _writer(match, _Groups("year", "one"), text)) if date else None


def _read_named(match: Any, text: Text) -> Reading | None:
    if not _plausible(int(match["one"])):
        return None
    date = _date(_year(match["year"]), number_of(match["month"]), int(match["one"]))
    if date is None or match.groupdict().get("span"):
        return UNREADABLE
    return date, _writer(match, _Groups(day="one"), text)


def _read_named_month(match: Any, text: Text) -> Reading | None:
    name = match["month"]
    before = match.start("month") > match.start("year")
    if before and bare(name) in _WORDS and name.islower():
        return None
    date = _date(_year(match["year"]), number_of(name), 1)
    return (date, _writer(match, _Groups(), text)) if date else None


def _read_without_year(match: Any, _text: Text) -> Reading | None:
    name = bare(match["month"])
    if not _plausible(int(match["one"])) or name in _NEVER_ALONE:
        return None
    return None if name in _WORDS and not match["month"].istitle() else UNREADABLE


Form = tuple[Pattern, Callable[[Any, Text], Reading | None]]
"""What finds a form, and what reads what was found: None where it is no date after all."""

FORMS: tuple[Form, ...] = (
    (NUMERIC, _read_numeric),
    (YEAR_FIRST, _read_year_first),
    (EAST, _read_digits),
    (COMPACT, _read_digits),
    (COMPACT_DAY, _read_day_digits),
    (MONTH_OF_YEAR, _read_month_of_year),
    (YEAR_MONTH, _read_month_of_year),
    (DAY_NAME_YEAR, _read_named),
    (NAME_DAY_YEAR, _read_named),
    (YEAR_NAME_DAY, _read_named),
    (NAME_YEAR, _read_named_month),
    (YEAR_NAME, _read_named_month),
    (DAY_NAME, _read_without_year),
    (NAME_DAY, _read_without_year),
)
