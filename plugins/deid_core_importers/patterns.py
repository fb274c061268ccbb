"""Regular expressions of CTP, which are those of Java."""

from __future__ import annotations

import re
from collections.abc import Callable

import regex

from deid_core import Unresolved

SECONDS = 2.0
"""How long a pattern may search one value before there is none."""


def compiled(text: str) -> regex.Pattern[str]:
    """Return the pattern. Raises ``ValueError`` if it is none."""
    try:
        return regex.compile(text)
    except (regex.error, OverflowError, RecursionError):
        raise ValueError("a pattern is no valid regular expression") from None


def replacer(find: str, replace: str) -> Callable[[str], str]:
    """Return what replaces each match; ``$1`` stands for the first group, as in Java."""
    pattern = compiled(find)
    template = re.sub(r"\\(?!\d)", r"\\\\", re.sub(r"\$(\d)", r"\\\1", replace))
    try:
        # What never matches would let a reference to a group that is not there pass.
        compiled(f"(?:{find})|").sub(template, "")
    except (regex.error, IndexError):
        raise ValueError("what replaces the matches of a pattern cannot be read") from None

    def replaced(text: str) -> str:
        try:
            return pattern.sub(template, text, timeout=SECONDS)
        except TimeoutError:
            raise Unresolved("a pattern takes too long") from None
        except (regex.error, IndexError):
            raise Unresolved("a pattern does not fit what replaces it") from None

    return replaced


def matcher(text: str) -> Callable[[str], bool]:
    """Return a test of whether the pattern is all of a text, as ``matches`` of Java."""
    pattern = compiled(text)

    def matches(value: str) -> bool:
        try:
            return pattern.fullmatch(value, timeout=SECONDS) is not None
        except TimeoutError:
            raise Unresolved("a pattern takes too long") from None

    return matches
