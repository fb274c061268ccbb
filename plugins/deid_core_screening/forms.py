"""What a search is made of: a form of an own value, and how it may be written."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import attrs
import regex

NO_LETTER_BEFORE, NO_LETTER_AFTER = r"(?<![^\W\d_])", r"(?![^\W\d_])"
NO_SIGN_BEFORE, NO_SIGN_AFTER = r"(?<![^\W_])", r"(?![^\W_])"
NO_DIGIT_BEFORE, NO_DIGIT_AFTER = r"(?<!\d)", r"(?!\d)"
GAP = r"[\W_]{0,3}"
"""What may stand between two parts of one value."""
WIDE = r"[\W_]{1,3}"


@attrs.frozen
class Form:
    """One form of an own value.

    ``literals`` are letters and digits, folded; only text that has one of them, other signs left
    aside, can hold the form. ``pattern`` finds it in folded text. ``capitals`` says that every
    word found must start with a capital. ``alone`` marks what counts because nothing else stands
    in the value or line, ``number`` marks identifiers. ``probes`` are what long bytes are asked
    for first, if that is not the literals; with none the form is not looked for in them.
    """

    literals: tuple[str, ...] = attrs.field(repr=False)
    pattern: str = attrs.field(repr=False)
    capitals: bool = False
    alone: bool = False
    number: bool = False
    probes: tuple[str, ...] | None = attrs.field(default=None, repr=False)


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> Any:
    """Return the compiled pattern of a form."""
    return regex.compile(pattern)


def line(pattern: str) -> str:
    """Return a pattern for what stands in a line with nothing but signs around it."""
    start, end = r"(?:\A|(?<=[\r\n]))", r"(?=[\r\n]|\Z)"
    return rf"{start}(?:(?![\r\n])[\W_])*(?:{pattern})(?:(?![\r\n])[\W_])*{end}"


def signs(text: str, gap: str = "") -> str:
    """Return the pattern of the characters of text, with a gap between any two."""
    return gap.join(map(regex.escape, text))


def any_of(texts: list[str]) -> str:
    """Return a group of alternatives, longest first, so that none hides a longer one."""
    return "(?:" + "|".join(sorted(dict.fromkeys(texts), key=lambda one: (-len(one), one))) + ")"
