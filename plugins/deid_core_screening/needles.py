"""Screening rules + an instance → what to look for in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import regex

from deid_core import ScreenRule, dictionary
from deid_core.elements import Elements, is_sequence, items_of, readings_of
from deid_core.search import SEARCH_SECONDS, finder
from deid_core_screening.sources import Own
from deid_core_screening.text import cleaner_of

Needle = Callable[[str], bool]


class Undecided(Exception):
    """A pattern took too long."""


def needles_of(rules: Sequence[ScreenRule], dataset: Elements) -> list[Needle]:
    """Return tests of text for each rule. A value that the instance lacks gives none.

    A value is found as it stands, anywhere in a text, and in the other spellings of the sweep.
    """
    needles: list[Needle] = []
    for rule in rules:
        if rule.pattern is not None and rule.type == "pattern":
            needles.append(_pattern(rule.pattern))
        else:
            words = frozenset(_words(rule, dataset))
            if words:
                needles += [finder(words), cleaner_of(Own(identifiers=words)).holds]
    return needles


@lru_cache(maxsize=1024)
def _pattern(pattern: str) -> Needle:
    search = regex.compile(pattern).search

    def needle(text: str) -> bool:
        try:
            return search(text, timeout=SEARCH_SECONDS) is not None
        except TimeoutError:
            raise Undecided from None

    return needle


def _words(rule: ScreenRule, dataset: Elements) -> Iterable[str]:
    """Yield the values of the rule's attribute at any depth, split and long enough."""
    mask = dictionary.tag_mask_of(rule.tag or "")
    for value in _values(dataset, mask or ""):
        parts = value.split(rule.separator) if rule.split and rule.separator else [value]
        for part in parts:
            word = part.strip()
            if word and len(word) >= (rule.minvaluelen or 1):
                yield word


def _values(dataset: Elements, mask: str) -> Iterable[str]:
    for tag in dataset.keys():  # noqa: SIM118 - a Elements iterates over converted elements
        if is_sequence(dataset, tag):
            for item in items_of(dataset, tag):
                yield from _values(item, mask)
        elif _matches(tag, mask):
            yield from readings_of(dataset, tag)


def _matches(tag: int, mask: str) -> bool:
    return all(m in ("x", d) for m, d in zip(mask, f"{tag:08x}", strict=True))
