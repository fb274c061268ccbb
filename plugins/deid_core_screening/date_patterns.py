"""The patterns by which the forms of dates are found.

Each has the groups ``core`` for the date alone, ``year``, ``one`` and ``two`` for numbers or ``month``
for a name, ``sep`` for what is between them, ``span`` where it is the end of a span, and ``time`` for
the time of day after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Any

import regex

from deid_core.literals import Literals
from deid_core_screening.month_names import WEEKDAYS, bare, month_spellings, spellings

_MONTH = f"(?P<month>{'|'.join(map(regex.escape, month_spellings()))})"
_TIME = (
    r"(?P<time>(?:T|[ ]?[,;]?[ ]?(?:(?:at|@|um|à|a|às|as|alle|om|kl\.?|h:?|-|_)[ ]?)?)"
    r"(?:[01]?\d|2[0-4])[:h][0-5]\d(?:[:.m][0-5]\d(?:[.,]\d{1,9})?)?"
    r"(?:[ ]?(?:[ap]\.?m\b\.?|uhr\b|hrs?\b|h\b|s\b))?(?:Z\b|[ ]?[+\-]\d\d:?\d\d)?(?!\d))?"
)
_SEP = r"(?:\.[ ]?|[ ]?[/\-\u2010-\u2013][ ]?|[ _])"
_YEAR = r"(?:1[89]|2[01])\d\d"
_SHORT_YEAR = r"['\u2019]?\d\d"
_GAP = r"[ .,/_\-\u2010-\u2013]{0,3}"
_OF = r"(?:(?:of|of the|de|del|di|d['\u2019]|den|do)(?:[ ]|(?<=['\u2019])))?"
_TH = r"(?P<th>st|nd|rd|th|er|re|[ºª°]|ten?|e(?![^\W\d_]))?"
_ITS = _TH.replace("?P<th>", "?:")
_TO = r"[ ]?(?:[\-\u2010-\u2013/&+]|to|bis|und|and|au|al|et|y|e|en|t/m|tot|a)[ ]?"

FLAGS = regex.IGNORECASE | regex.VERSION0


class Pattern:
    """A pattern that is compiled when a text is searched that may have a match.

    ``hint`` finds something in each such text; without it there must be the name of a month.
    """

    def __init__(self, core: str, hint: str | None = None) -> None:
        self._core = core
        self._hint = None if hint is None else re.compile(hint)

    @cached_property
    def _compiled(self) -> Any:
        return regex.compile(self._core, FLAGS)

    def may_be_in(self, text: str) -> bool:
        """Tell whether a text may have a match."""
        return has_month_name(text) if self._hint is None else self._hint.search(text) is not None

    def finditer(self, text: str, *, timeout: float, overlapped: bool = False) -> Iterator[Any]:
        """Yield the matches in a text. Raises ``TimeoutError`` after so many seconds."""
        if not self.may_be_in(text):
            return iter(())
        found: Iterator[Any] = self._compiled.finditer(text, overlapped=overlapped, timeout=timeout)
        return found


def has_month_name(text: str) -> bool:
    """Tell whether a text may have the name of a month, whatever its case and accents."""
    if text.isascii():
        return not _MONTHS.isdisjoint(_LETTERS.findall(text.lower()))
    return _ANYWHERE.any_in(_plain(text))


def _plain(text: str) -> str:
    # Where case does not count, the letters i with and without a dot are one.
    return bare(text).replace("\u0131", "i")


_LETTERS = re.compile("[a-z]+")
_MONTHS = frozenset(map(_plain, month_spellings()))
_ANYWHERE = Literals.of(_MONTHS)


def _form(core: str, hint: str | None = None, *, time: bool = True) -> Pattern:
    return Pattern(f"(?P<core>{core}){_TIME if time else ''}", hint)


@lru_cache(maxsize=1)
def weekday() -> Any:
    """Return the pattern of a day of the week that ends a text, with what leads on to a date."""
    return regex.compile(
        rf"(?<![^\W\d_])(?:{'|'.join(map(regex.escape, spellings(WEEKDAYS)))})"
        r"\.?,?[ ]{1,2}(?:(?:the|den|dem|le|il|el|de|da)[ ])?$",
        FLAGS,
    )


LONGEST_WEEKDAY = 24


MONTH_NAME = Pattern(rf"(?<![^\W\d_]){_MONTH}(?![^\W\d_])")

NUMERIC = _form(
    rf"(?<!\d)(?P<span>\d{{1,2}}(?:\.(?:\d{{1,2}}\.)?[ ]?|/\d{{1,2}})?[\-\u2010-\u2013][ ]?)?"
    rf"(?P<one>\d{{1,2}})(?P<sep>{_SEP})(?P<two>\d{{1,2}})(?P<sep2>{_SEP})"
    rf"(?P<year>{_YEAR}|{_SHORT_YEAR})(?!\d)",
    r"\d\D{1,3}\d{1,2}\D{1,4}\d\d",
)
YEAR_FIRST = _form(
    rf"(?<!\d)(?P<year>{_YEAR})(?P<sep>{_SEP})(?P<one>\d{{1,2}})(?P<sep2>{_SEP})"
    r"(?P<two>\d{1,2})(?!\d)",
    r"\d{4}\D{1,3}\d{1,2}\D{1,3}\d",
)
COMPACT = _form(
    r"(?<!\d)(?P<year>(?:19|20)\d\d|2100)(?P<sep>)(?P<one>0[1-9]|1[0-2])(?P<two>0[1-9]|[12]\d|3[01])"
    r"(?P<clock>(?:[ T_\-]?(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d|60)(?:\.\d{1,6})?"
    r"|(?:[01]\d|2[0-3])(?:[0-5]\d)?)(?:[+\-]\d{4}|Z\b)?)?(?!\d)",
    r"\d{8}",
)
COMPACT_DAY = _form(
    r"(?<!\d)(?P<one>\d\d)(?P<sep>)(?P<two>\d\d)(?P<year>(?:19|20)\d\d)(?!\d)", r"\d{8}"
)
EAST = _form(
    r"(?<!\d)(?P<year>\d{4})[ ]?[年년][ ]?(?P<one>\d{1,2})[ ]?[月월][ ]?(?P<two>\d{1,2})[ ]?[日일]",
    "[年년]",
)
MONTH_OF_YEAR = _form(
    r"(?<![^\W_])(?<!\d[./\-])(?:(?P<one>\d{1,2})(?P<sep>[/\-])|(?P<one>\d\d)(?P<sep>\.))"
    r"(?P<year>(?:19|20)\d\d)(?![^\W_])(?![./\-]\d)",
    r"\d[./\-]\d{4}",
    time=False,
)
YEAR_MONTH = _form(
    r"(?<![^\W_])(?<!\d[./\-])(?P<year>(?:19|20)\d\d)(?P<sep>[./\-])(?P<one>0[1-9]|1[0-2])"
    r"(?![^\W_])(?![./\-]\d)",
    r"\d{4}[./\-]\d\d",
    time=False,
)
DAY_NAME_YEAR = _form(
    rf"(?<!\d)(?P<span>\d{{1,2}}{_ITS}\.?{_TO})?(?P<one>\d{{1,2}}){_TH}(?P<sep>{_GAP}){_OF}"
    rf"(?<![^\W\d_]){_MONTH}(?![^\W\d_]){_GAP}{_OF}(?P<year>{_YEAR}|{_SHORT_YEAR})(?![\d:])"
)
NAME_DAY_YEAR = _form(
    rf"(?<![^\W\d_]){_MONTH}(?![^\W\d_])(?P<sep>{_GAP})(?:the[ ])?(?P<one>\d{{1,2}}){_TH}"
    rf"(?P<span>{_TO}\d{{1,2}}{_ITS})?(?:{_GAP}{_OF}(?P<year>{_YEAR})|[ ]?[,/\-][ ]?"
    rf"(?P<year>{_SHORT_YEAR})|[ ](?P<year>['\u2019]\d\d))(?![\d:])"
)
YEAR_NAME_DAY = _form(
    rf"(?<!\d)(?P<year>{_YEAR})(?P<sep>{_GAP})(?<![^\W\d_]){_MONTH}(?![^\W\d_]){_GAP}"
    r"(?P<one>\d{1,2})(?![\d:])"
)
NAME_YEAR = _form(
    rf"(?<![^\W\d_]){_MONTH}(?![^\W\d_])(?P<sep>{_GAP}){_OF}(?P<year>{_YEAR}|['\u2019]\d\d)(?!\d)",
    time=False,
)
YEAR_NAME = _form(
    rf"(?<!\d)(?P<year>{_YEAR})(?P<sep>{_GAP})(?<![^\W\d_]){_MONTH}(?![^\W\d_])",
    time=False,
)
DAY_NAME = _form(
    rf"(?<!\d)(?:\d{{1,2}}{_ITS}\.?{_TO})?(?P<one>\d{{1,2}}){_TH}{_GAP}{_OF}"
    rf"(?<![^\W\d_]){_MONTH}(?![^\W\d_])"
)
NAME_DAY = _form(
    rf"(?<![^\W\d_]){_MONTH}(?![^\W\d_]){_GAP}(?:the[ ])?(?P<one>\d{{1,2}}){_TH}"
    rf"(?:{_TO}\d{{1,2}}{_ITS})?(?!\d)"
)
