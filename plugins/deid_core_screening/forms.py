"""What a search is made of: a form of an own value, and how it may be written."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import attrs
import regex

from deid_core_screening.reading import Reading

NO_LETTER_BEFORE, NO_LETTER_AFTER = r"(?<![^\W\d_])", r"(?![^\W\d_])"
NO_SIGN_BEFORE, NO_SIGN_AFTER = r"(?<![^\W_])", r"(?![^\W_])"
NO_DIGIT_BEFORE, NO_DIGIT_AFTER = r"(?<!\d)", r"(?!\d)"
GAP = r"[\W_]{0,3}"
"""What may stand between two parts of one value."""
WIDE = r"[\W_]{1,3}"


@attrs.frozen(cache_hash=True)
class Form:
    """One form of an own value.

    ``literals`` are letters and digits, folded; only text that has one of them, other signs left
    aside, can hold the form. ``write(*of)`` gives the pattern that finds it in folded text: most
    are never needed. ``likely``, if there is one, is asked of a reading that has a literal; what it
    denies cannot hold the form. ``capitals`` says that every word found must start with a capital.
    ``alone`` marks what counts because nothing else stands in the value or line, ``number`` marks
    identifiers. ``probes`` are what long bytes are asked for first, if that is not the literals;
    with none the form is not looked for in them.
    """

    literals: tuple[str, ...] = attrs.field(repr=False)
    write: Callable[..., str] = attrs.field(repr=False)
    of: tuple[Any, ...] = attrs.field(repr=False)
    capitals: bool = False
    alone: bool = False
    number: bool = False
    probes: tuple[str, ...] | None = attrs.field(default=None, repr=False)
    likely: Callable[[Reading], bool] | None = attrs.field(default=None, eq=False, repr=False)

    def may_be_in(self, reading: Reading) -> bool:
        """Tell whether a reading that has one of the literals may hold the form."""
        return self.likely is None or self.likely(reading)


@lru_cache(maxsize=4096)
def compiled(form: Form) -> Any:
    """Return the compiled pattern of a form."""
    return regex.compile(form.write(*form.of))


def line(pattern: str) -> str:
    """Return a pattern for what stands in a line with nothing but signs around it."""
    start, end = r"(?:\A|(?<=[\r\n]))", r"(?=[\r\n]|\Z)"
    return rf"{start}(?:(?![\r\n])[\W_])*(?:{pattern})(?:(?![\r\n])[\W_])*{end}"


def signs(text: str, gap: str = "") -> str:
    """Return the pattern of the characters of text, with a gap between any two."""
    return gap.join(map(escaped, text))


@lru_cache(maxsize=4096)
def escaped(text: str) -> str:
    """Return the pattern of a text."""
    return regex.escape(text)


def any_of(texts: list[str]) -> str:
    """Return a group of alternatives, longest first, so that none hides a longer one."""
    return "(?:" + "|".join(sorted(dict.fromkeys(texts), key=lambda one: (-len(one), one))) + ")"


def is_line(letters: str, reading: Reading) -> bool:
    """Tell whether a line or value has these letters and digits and no others."""
    return letters in reading.lines
