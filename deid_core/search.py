"""Look for words in text: one search for any number of words, never a loop over them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import regex

from deid_core.errors import ActionError
from deid_core.literals import Literals
from deid_core.needed import folded, needed

SEARCH_SECONDS = 2.0
"""How long a pattern may search one value before that counts as undecided."""

MANY = 8
"""How many patterns are worth a search for their literals first."""


@lru_cache(maxsize=1024)
def finder(words: frozenset[str]) -> Callable[[str], bool]:
    """Return a test of whether a text holds any of ``words``, whatever their case.

    The words are text, never regular expressions. Empty words are found nowhere.
    """
    literals = Literals.of({word.casefold() for word in words})
    return lambda text: literals.any_in(text.casefold())


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


@lru_cache(maxsize=8192)
def _searcher(text: str, *, any_case: bool) -> Callable[..., Any]:
    with warnings.catch_warnings(action="ignore"):
        search: Callable[..., Any] = regex.compile(
            text, flags=regex.IGNORECASE if any_case else 0
        ).search
    return search


class Patterns:
    """Regular expressions that are looked for together.

    One search for their literals tells which of them can match a text (see `needed`), and only
    these are tried. Raises ``regex.error`` for what is none.
    """

    def __init__(self, patterns: Sequence[str], *, any_case: bool) -> None:
        self._searches = [_searcher(one, any_case=any_case) for one in patterns]
        by_literal: dict[str, list[int]] = {}
        self._always: list[int] = []
        for number, one in enumerate(patterns):
            literals = needed(one) if len(patterns) >= MANY else ()
            if not literals:
                self._always.append(number)
            for literal in literals:
                by_literal.setdefault(literal, []).append(number)
        self._literals = Literals(by_literal)

    def matching(self, text: str) -> list[int]:
        """Return the numbers of those that match somewhere in a text.

        Raises ``TimeoutError`` where the search takes too long.
        """
        return list(self._matching(text))

    def any_in(self, text: str) -> bool:
        """Tell whether any matches. Raises ``TimeoutError``."""
        return next(self._matching(text), None) is not None

    def _matching(self, text: str) -> Iterator[int]:
        tried = set(self._always)
        if len(tried) < len(self._searches):
            for numbers in self._literals.found_in(folded(text)):
                tried.update(numbers)
        for number in sorted(tried):
            if self._searches[number](text, timeout=SEARCH_SECONDS) is not None:
                yield number


def pattern(text: str) -> Callable[[str], bool]:
    """Compile a regular expression of a recipe into a test of text, whatever its case.

    Raises ``ValueError`` for what is none. The test raises `ActionError` where the search
    takes too long, so that the file is refused.
    """
    try:
        search = _searcher(text, any_case=True)
    except (regex.error, OverflowError, RecursionError) as error:
        raise ValueError(f"the pattern is no valid regular expression: {error}") from None

    def found(value: str) -> bool:
        try:
            return search(value, timeout=SEARCH_SECONDS) is not None
        except TimeoutError:
            raise _too_slow() from None

    return found


def patterns(texts: Sequence[str]) -> Callable[[str], list[int]]:
    """Compile what `pattern` takes, many at once: the test returns the numbers of those found."""
    together = Patterns(texts, any_case=True)

    def found(value: str) -> list[int]:
        try:
            return together.matching(value)
        except TimeoutError:
            raise _too_slow() from None

    return found


def _too_slow() -> ActionError:
    return ActionError("a pattern of the recipe takes too long on a value")
