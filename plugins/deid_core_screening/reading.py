"""One way to read a value, and what of it is asked of all patients alike."""

from __future__ import annotations

import contextlib
import html
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote

import attrs
import regex

from deid_core_screening.folding import Folded, fold, squeezed

LONGEST_REMEMBERED = 256

_ENCODED = regex.compile(r"%[0-9A-Fa-f]{2}|&#?\w+;")
_LINES = regex.compile(r"[\r\n]+")
_VALUES = regex.compile(r"\\")
_LETTER_ALONE = regex.compile(r"(?<![^\W\d_])[^\W\d_](?![^\W\d_])")
_DIGITS = regex.compile(r"\d+")


@attrs.define(eq=False)
class Reading:
    """A text as it is searched. ``letters`` are the letters and digits of its folded ``plain``."""

    text: str = attrs.field(repr=False)
    plain: Folded = attrs.field(repr=False)
    letters: str = attrs.field(repr=False)
    _lines: frozenset[str] | None = attrs.field(default=None, init=False, repr=False)
    _numbers: tuple[str, ...] | None = attrs.field(default=None, init=False, repr=False)

    @classmethod
    def of(cls, text: str) -> Reading:
        """Read a text as it stands."""
        plain = fold(text)
        return cls(text, plain, squeezed(plain.text))

    @property
    def lines(self) -> frozenset[str]:
        """The letters and digits of each line and of each value, and of all."""
        if self._lines is None:
            text = self.plain.text
            values = _VALUES.split(text)
            parts = {*_LINES.split(text), *values, *(_LINES.split("\n".join(values)))}
            self._lines = frozenset({self.letters, *map(squeezed, parts)})
        return self._lines

    @property
    def initials(self) -> int:
        """How many letters stand alone."""
        return len(_LETTER_ALONE.findall(self.plain.text))

    @property
    def numbers(self) -> tuple[str, ...]:
        """The runs of digits."""
        if self._numbers is None:
            self._numbers = tuple(_DIGITS.findall(self.plain.text))
        return self._numbers


def readings_of(text: str) -> tuple[Reading, ...]:
    """Return what a text says: as it stands, escaped for the web, and decoded wrongly."""
    if len(text) > LONGEST_REMEMBERED:
        return tuple(map(Reading.of, _texts(text)))
    return _remembered(text)


@lru_cache(maxsize=8192)
def _remembered(text: str) -> tuple[Reading, ...]:
    return tuple(map(Reading.of, _texts(text)))


def _texts(text: str) -> Iterator[str]:
    yield text
    if _ENCODED.search(text) is not None:
        yield unquote(text)
        yield unquote(text, "latin-1")
        yield html.unescape(text)
    if not text.isascii():
        # UTF-8 that somebody took for Latin-1 and stored again.
        with contextlib.suppress(UnicodeError):
            yield text.encode("latin-1").decode("utf-8")
