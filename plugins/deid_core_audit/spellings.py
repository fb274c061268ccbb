"""How a value that identifies can be written, as texts of words and single spaces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from deid_core_audit.identifying import (
    BIRTH_DATE,
    CONTACT,
    DATE,
    NAME,
    Identifier,
)

TITLES = frozenset(
    [
        "dr",
        "prof",
        "mr",
        "mrs",
        "ms",
        "miss",
        "md",
        "phd",
        "jr",
        "sr",
        "von",
        "van",
        "der",
        "den",
        "del",
        "della",
        "dos",
        "the",
        "and",
        "anonymous",
        "anonymized",
        "anonymised",
        "anonymisiert",
        "anon",
        "patient",
        "patients",
        "test",
        "phantom",
        "unknown",
        "none",
        "name",
        "removed",
        "last",
        "first",
        "middle",
        "family",
        "given",
        "physician",
        "operator",
    ]
)
"""Words in names that are nobody's name."""

_NO_WORD = re.compile(r"[\W_]+")
_MONTHS = "january february march april may june july august september october november december"


def folded(text: str) -> str:
    """Return the words of ``text`` in one case, with one space between two."""
    return _NO_WORD.sub(" ", text.casefold()).strip()


def spellings(identifier: Identifier) -> Iterator[str]:
    """Yield the ways to write a value, each a `folded` text."""
    if identifier.kind == NAME:
        yield from _names(identifier.value)
    elif identifier.kind in {BIRTH_DATE, DATE}:
        yield from _dates(identifier.value, every=identifier.kind == BIRTH_DATE)
    elif identifier.kind == CONTACT:
        words = folded(identifier.value)
        yield words
        yield words.replace(" ", "")
    else:
        yield folded(identifier.value)


def _names(value: str) -> Iterator[str]:
    for group in value.split("="):
        words = [word for word in folded(group).split() if word not in TITLES]
        words = [word for word in words if not word.isdigit()]
        yield from words
        # A last name and a first one, written without anything between.
        if len(words) > 1 and words[0].isascii():
            yield words[0] + words[1]
            yield words[1] + words[0]


def _dates(value: str, *, every: bool) -> Iterator[str]:
    day = as_date(value)
    if day is None:
        return
    year, month, number = f"{day:%Y}", f"{day:%m}", f"{day:%d}"
    yield f"{year}{month}{number}"
    yield f"{year} {month} {number}"
    if not every:
        return
    long = _MONTHS.split()[day.month - 1]
    for name in {long, long[:3]}:
        for written in {number, str(day.day)}:
            yield f"{written} {name} {year}"
            yield f"{name} {written} {year}"
        yield f"{number}{name}{year}"
    for first, second in ((number, month), (month, number)):
        yield f"{first} {second} {year}"
        yield f"{first}{second}{year}"
    yield f"{day.day} {day.month} {year}"
    yield f"{day.month} {day.day} {year}"


def as_date(value: str) -> date | None:
    """Return the day of a DA or DT value, None where it is not given to the day."""
    digits = value.replace(".", "")[:8] if value[4:5] == "." else value[:8]
    if len(digits) != 8 or not (digits.isascii() and digits.isdigit()):  # noqa: PLR2004 - YYYYMMDD
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
