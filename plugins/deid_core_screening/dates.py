"""Find the dates that are written in a text, and write others in their place.

A date is replaced in the form that it has. What looks like a date and cannot be read for certain,
such as ``3/4/2019``, is taken out.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping

import attrs

from deid_core import Batch, Identifiers
from deid_core.search import SEARCH_SECONDS
from deid_core.settings import shifted_dates
from deid_core_screening.date_forms import (
    FORMS,
    Form,
    Text,
    day_and_month,
    start_of,
)
from deid_core_screening.date_patterns import MONTH_NAME, NUMERIC
from deid_core_screening.month_names import votes
from deid_core_screening.uids import spans_of_uids

Moved = Callable[[datetime.date], datetime.date | None]


@attrs.frozen
class _Found:
    """A date at a place in a text. ``date`` is None where it cannot be read for certain."""

    start: int
    end: int
    date: datetime.date | None = attrs.field(repr=False)
    write: Callable[[datetime.date], str] = attrs.field(repr=False)


def mover(identifiers: Identifiers, batch: Batch) -> Moved | None:
    """Return what becomes of the dates in texts of one instance; None if they stay.

    It is what the setting ``dates`` says. Those that are shifted move as those of JITTER with
    ``keyed=`` do, and what would lie in the future is taken out.
    """
    if batch.settings.dates == "keep":
        return None
    most = shifted_dates(batch.settings.dates)
    if most is None:
        return lambda _date: None
    days = datetime.timedelta(days=batch.shift_days(identifiers.patient, most))
    today = datetime.datetime.now(datetime.UTC).date()

    def moved(date: datetime.date) -> datetime.date | None:
        return date + days if date + days <= today else None

    return moved


def rewrite_dates(text: str, moved: Moved) -> str:
    """Return ``text`` with each date replaced by ``moved(date)``, in the form that it has.

    A date is taken out, with the time of day that follows it, where ``moved`` returns None and where
    it cannot be read for certain: there is no such day, it is part of a span, it has no year, or
    day and month might be either way around and no other date of the text tells. A time of day
    stays; a day of the week does not, unless the date does. Of a date without a day, ``moved`` gets
    the first. A text that takes too long to search comes back empty.
    """
    while any(character.isdigit() for character in text):
        try:
            found = _dates(text)
        except TimeoutError:
            return ""
        new, shifted = _rewritten(text, found, moved)
        # What is left and right of a date that was taken out may be a date together.
        if shifted or new == text:
            return new
        text = new
    return text


def holds_date(text: str) -> bool:
    """Tell whether a text has what may be a date, or takes too long to search."""
    if not any(character.isdigit() for character in text):
        return False
    try:
        return bool(_dates(text))
    except TimeoutError:
        return True


def _rewritten(text: str, found: Iterable[_Found], moved: Moved) -> tuple[str, bool]:
    parts: list[str] = []
    at, shifted = 0, False
    for one in found:
        parts.append(text[at : one.start])
        at = one.end
        new = None if one.date is None else moved(one.date)
        if new is None:
            before = next((part for part in reversed(parts) if part), "")
            at = _closed(before, text, at)
        elif new == one.date:
            parts.append(text[one.start : one.end])
        else:
            parts.append(one.write(new))
            shifted = True
    parts.append(text[at:])
    return "".join(parts), shifted


def _closed(before: str, text: str, at: int) -> int:
    """Return where the text goes on after a date was taken out: of two blanks one is enough."""
    follows = text[at : at + 1]
    return at + 1 if follows.isspace() and (not before or before[-1].isspace()) else at


def _dates(text: str) -> list[_Found]:
    """Return the dates of a text in their order: of those that overlap the longest."""
    forms = _forms_for(text)
    if not forms:
        return []
    whole = Text(_orders(text), votes(_names(text)), plain=text.isascii())
    found: list[_Found] = []
    for pattern, read in forms:
        for match in pattern.finditer(text, overlapped=True, timeout=SEARCH_SECONDS):
            reading = read(match, whole)
            if reading is not None:
                date, write = reading
                found.append(_Found(start_of(match), match.end(), date, write))
    taken = bytearray(len(text))
    for start, end in spans_of_uids(text):
        # Digits in a UID are no date.
        taken[start:end] = b"\1" * (end - start)
    chosen = []
    for one in sorted(found, key=lambda one: (one.start - one.end, one.start)):
        if not any(taken[one.start : one.end]):
            taken[one.start : one.end] = b"\1" * (one.end - one.start)
            chosen.append(one)
    return sorted(chosen, key=lambda one: one.start)


def _forms_for(text: str) -> tuple[Form, ...]:
    """Return the forms that a text may have by its digits and the names of months."""
    return tuple(form for form in FORMS if form[0].may_be_in(text))


def _names(text: str) -> Iterable[str]:
    return (match.group() for match in MONTH_NAME.finditer(text, timeout=SEARCH_SECONDS))


def _orders(text: str) -> Mapping[str, str]:
    """Return by separator whether day or month comes first, where the dates of a text agree."""
    found: dict[str, set[str]] = {}
    for match in NUMERIC.finditer(text, overlapped=True, timeout=SEARCH_SECONDS):
        orders = day_and_month(match)
        if len(orders) == 1:
            found.setdefault(match["sep"].strip(), set()).update(orders)
    return {sep: orders.pop() for sep, orders in found.items() if len(orders) == 1}
