"""The patient's own values → one pattern that finds them in text, however they are written.

Names count as whole words in any case, with and without accents. A part of a name that is
short, or a word of studies (`common`), tells nobody alone: it counts beside another part of
the same name, in either order, or after a title. An identifier counts with and without
separators; a short one only after a word that announces it, or as the whole of a value.
Dates count in the usual written forms.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import permutations
from typing import Any

import regex

from deid_core_screening.common import COMMON
from deid_core_screening.sources import Own

SHORTEST_NAME = 3
SHORTEST_IDENTIFIER = 4
MOST_PARTS = 6

_TITLES = r"(?:mr|mrs|ms|miss|dr|prof|sir|herr|frau|patient|pat|name|mme|m)"
_ANNOUNCED = r"(?:id|mrn|pid|nr|no|num|number|acc|accession|patient|pat|case|phone|tel)"
_NO_LETTER_BEFORE, _NO_LETTER_AFTER = r"(?<![^\W\d_])", r"(?![^\W\d_])"
_NO_SIGN_BEFORE, _NO_SIGN_AFTER = r"(?<![^\W_])", r"(?![^\W_])"
_BETWEEN = r"[\W_]{0,3}"
_MONTHS = "january february march april may june july august september october november december"


def folded(text: str) -> str:
    """Return text without case and accents, one character for each."""
    if text.isascii():
        return text.lower()
    return "".join(_folded_character(character) for character in text)


@lru_cache(maxsize=4096)
def _folded_character(character: str) -> str:
    base = unicodedata.normalize("NFKD", character)[:1].casefold()
    return base if len(base) == 1 else character


@lru_cache(maxsize=256)
def pattern_of(own: Own) -> Any | None:
    """Return the compiled pattern for `folded` text, or None where there is nothing to find."""
    choices = sorted({*_names(own.names), *_identifiers(own.identifiers), *_dates(own.dates)})
    return regex.compile("|".join(choices)) if choices else None


def _parts(name: str) -> list[str]:
    return [part for part in re.split(r"[\W\d_]+", folded(name)) if part]


def _has_no_blanks(text: str) -> bool:
    """Tell text in a script that writes words without blanks between them."""
    return bool(
        regex.fullmatch(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}]+", text)
    )


def _tells(part: str) -> bool:
    """Tell whether a part of a name means someone by itself."""
    return len(part) >= SHORTEST_NAME and part not in COMMON


def _names(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        for form in name.split("="):
            parts = list(dict.fromkeys(_parts(form)))[:MOST_PARTS]
            for part in parts:
                if _has_no_blanks(part):
                    # These scripts have no blanks between words, so no word has bounds.
                    yield from [regex.escape(part)] if len(part) > 1 else []
                elif _tells(part):
                    yield _word(regex.escape(part))
                elif len(part) > 1:
                    yield _word(rf"{_TITLES}\b[\W_]{{0,3}}{regex.escape(part)}")
            for one, other in permutations(parts, 2):
                if _has_no_blanks(one + other):
                    yield regex.escape(one) + _BETWEEN + regex.escape(other)
                elif len(one + other) > SHORTEST_NAME:
                    yield _word(regex.escape(one) + _BETWEEN + regex.escape(other))


def _word(text: str) -> str:
    return f"{_NO_LETTER_BEFORE}{text}{_NO_LETTER_AFTER}"


def _identifiers(identifiers: Iterable[str]) -> Iterator[str]:
    for identifier in identifiers:
        signs = [sign for sign in folded(identifier) if sign.isalnum()]
        if not signs:
            continue
        spaced = r"[\s._/\-]?".join(map(regex.escape, signs))
        if len(signs) >= SHORTEST_IDENTIFIER:
            yield f"{_NO_SIGN_BEFORE}{spaced}{_NO_SIGN_AFTER}"
        else:
            yield rf"(?<=\b{_ANNOUNCED}[\W_]{{0,3}}){spaced}{_NO_SIGN_AFTER}"
            yield rf"^\W*{spaced}\W*$"


def _dates(dates: Iterable[str]) -> Iterator[str]:
    for date in dates:
        digits = "".join(sign for sign in date if sign.isdigit())[:8]
        try:
            day = datetime.datetime.strptime(digits, "%Y%m%d").date()  # noqa: DTZ007 - a day
        except ValueError:
            continue
        for form in _forms(day):
            yield f"(?<!\\d){form}(?!\\d)"


def _forms(day: datetime.date) -> Iterator[str]:
    year, short = f"{day.year:04}", f"{day.year % 100:02}"
    month, number = f"0?{day.month}", f"0?{day.day}"
    name = _MONTHS.split()[day.month - 1]
    named = f"{name[:3]}(?:{name[3:]})?\\.?"
    gap = r"[\s./\-]{1,2}"
    yield f"{year}{day.month:02}{day.day:02}"
    yield f"{year}{gap}{month}{gap}{number}"
    for years in (year, short):
        yield f"{number}{gap}{month}{gap}{years}"
        yield f"{month}{gap}{number}{gap}{years}"
        yield rf"{number}(?:st|nd|rd|th)?{gap}{named}(?:,?{gap})?{years}"
        yield rf"{named}{gap}{number}(?:st|nd|rd|th)?,?{gap}{years}"
    yield f"{day.day:02}{day.month:02}{year}"
    yield f"{day.month:02}{day.day:02}{year}"
