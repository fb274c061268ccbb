"""Screening rules + an instance → what to look for in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from deid_core import ScreenRule, dictionary
from deid_core.elements import Elements, is_sequence, items_of, readings_of
from deid_core.search import Patterns, finder
from deid_core_screening.sources import Own
from deid_core_screening.text import cleaner_of

Needle = Callable[[str], bool]

REMEMBERED, LONGEST_REMEMBERED = 4096, 256
"""How many texts are remembered, and up to how many characters."""


class Undecided(Exception):
    """A pattern took too long."""


class Needles:
    """The screening rules of a run: all patterns and all values are looked for together."""

    def __init__(self, rules: Sequence[ScreenRule]) -> None:
        self._patterns = [
            rule.pattern for rule in rules if rule.pattern is not None and rule.type == "pattern"
        ]
        self._search = Patterns(self._patterns, any_case=False)
        self._known: dict[str, bool] = {}
        self._by_tag: dict[int, list[ScreenRule]] = {}
        self._repeating: dict[str, list[ScreenRule]] = {}
        for rule in rules:
            if rule.pattern is not None and rule.type == "pattern":
                continue
            mask = dictionary.tag_mask_of(rule.tag or "") or ""
            if "x" in mask:
                self._repeating.setdefault(mask, []).append(rule)
            elif mask:
                self._by_tag.setdefault(int(mask, 16), []).append(rule)

    def of(self, dataset: Elements) -> list[Needle]:
        """Return tests of text for one instance. A value that it lacks gives none.

        A value is found as it stands, anywhere in a text, and in the other spellings of the sweep.
        """
        needles: list[Needle] = [self._has_pattern] if self._patterns else []
        words = frozenset(self._words(dataset))
        if words:
            needles += [finder(words), cleaner_of(Own(identifiers=words)).holds]
        return needles

    def _has_pattern(self, text: str) -> bool:
        known = self._known.get(text)
        if known is None:
            try:
                known = self._search.any_in(text)
            except TimeoutError:
                raise Undecided from None
            if len(text) <= LONGEST_REMEMBERED:
                if len(self._known) >= REMEMBERED:
                    self._known.clear()
                self._known[text] = known
        return known

    def _words(self, dataset: Elements) -> Iterator[str]:
        """Yield the values of the rules' attributes at any depth, split and long enough."""
        if not self._by_tag and not self._repeating:
            return
        for tag in dataset.keys():  # noqa: SIM118 - a Elements iterates over converted elements
            if is_sequence(dataset, tag):
                for item in items_of(dataset, tag):
                    yield from self._words(item)
                continue
            rules = self._rules_about(tag)
            values = readings_of(dataset, tag) if rules else ()
            for value in values:
                for rule in rules:
                    yield from _parts(rule, value)

    def _rules_about(self, tag: int) -> list[ScreenRule]:
        rules = self._by_tag.get(tag, [])
        for mask, others in self._repeating.items():
            if _matches(tag, mask):
                rules = [*rules, *others]
        return rules


def _parts(rule: ScreenRule, value: str) -> Iterator[str]:
    parts = value.split(rule.separator) if rule.split and rule.separator else [value]
    for part in parts:
        word = part.strip()
        if word and len(word) >= (rule.minvaluelen or 1):
            yield word


def _matches(tag: int, mask: str) -> bool:
    return all(m in ("x", d) for m, d in zip(mask, f"{tag:08x}", strict=True))
