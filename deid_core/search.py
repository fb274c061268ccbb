"""Look for words in text: one search for any number of words, never a loop over them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import lru_cache

import regex

from deid_core.errors import ActionError

SEARCH_SECONDS = 2.0
"""How long a pattern may search one value before that counts as undecided."""


@lru_cache(maxsize=1024)
def finder(words: frozenset[str]) -> Callable[[str], bool]:
    """Return a test of whether a text holds any of ``words``, whatever their case.

    The words are text, never regular expressions. Empty words are found nowhere.
    """
    known = sorted({word.casefold() for word in words if word})
    if not known:
        return lambda _text: False
    search = regex.compile(r"\L<words>", words=known).search
    return lambda text: search(text.casefold()) is not None


@lru_cache(maxsize=1024)
def pattern_finder(patterns: frozenset[str]) -> Callable[[str], bool]:
    """Return a test of whether a text holds a match of any of ``patterns``.

    What is no valid regular expression, or takes too long, counts as found: the values come
    from data, and undecided means that the rule applies.
    """
    compiled = []
    for pattern in sorted(pattern for pattern in patterns if pattern):
        try:
            compiled.append(regex.compile(pattern, flags=regex.IGNORECASE))
        except regex.error:
            return lambda _text: True

    def found(text: str) -> bool:
        try:
            return any(one.search(text, timeout=SEARCH_SECONDS) for one in compiled)
        except TimeoutError:
            return True

    return found


def pattern(text: str) -> Callable[[str], bool]:
    """Compile a regular expression of a recipe into a test of text, whatever its case.

    Raises ``ValueError`` for what is none. The test raises `ActionError` where the search
    takes too long, so that the file is refused.
    """
    try:
        with warnings.catch_warnings(action="ignore"):
            search = regex.compile(text, flags=regex.IGNORECASE).search
    except (regex.error, OverflowError, RecursionError) as error:
        raise ValueError(f"the pattern is no valid regular expression: {error}") from None

    def found(value: str) -> bool:
        try:
            return search(value, timeout=SEARCH_SECONDS) is not None
        except TimeoutError:
            raise ActionError("a pattern of the recipe takes too long on a value") from None

    return found
