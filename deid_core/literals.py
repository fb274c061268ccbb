"""Look for any number of literals in a text, in one pass: an automaton, never a loop over them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from ahocorasick import Automaton

Told = TypeVar("Told")
"""What a literal tells where it is found."""


class Literals(Generic[Told]):
    """Literals that are looked for together, each with what it tells.

    They are text, found as they are written; who wants them found in any case folds both them and
    the texts. Empty ones are found nowhere. The search takes time by the length of the text alone
    (A. V. Aho, M. J. Corasick, Communications of the ACM 18.6, 1975), whatever their number.
    """

    def __init__(self, literals: Mapping[str, Told]) -> None:
        self._automaton: Any = Automaton()
        for literal, told in literals.items():
            if literal:
                self._automaton.add_word(literal, told)
        self._is_empty = not len(self._automaton)
        if not self._is_empty:
            self._automaton.make_automaton()

    @staticmethod
    def of(literals: Iterable[str]) -> Literals[str]:
        """Return literals that tell what they are."""
        return Literals({literal: literal for literal in literals})

    def __bool__(self) -> bool:
        """Whether there are any."""
        return not self._is_empty

    def any_in(self, text: str) -> bool:
        """Tell whether a text holds any of them."""
        if self._is_empty:
            return False
        return next(self._automaton.iter(text), None) is not None

    def found_in(self, text: str) -> Iterator[Told]:
        """Yield what they tell that a text holds, once for each place, by their ends."""
        if not self._is_empty:
            for _, told in self._automaton.iter(text):
                yield told
