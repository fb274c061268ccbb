"""Which rules can be about an element at all, so that none else is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs

from deid_core.recipe.battery import Battery
from deid_core.records import Rank

if TYPE_CHECKING:
    from deid_core.recipe.plan import CompiledRule


@attrs.define(eq=False)
class Index:
    """Which rules can be about a tag at all, by their number, and what nodes have remembered.

    ``by_tag`` are those that name one tag, ``by_creator`` those that name a private element, by
    the creator in small letters, ``wide`` all others. ``item_numbers`` are the numbers of items
    that rules tell apart; None if it may be any. ``keeps_all`` says that a rule keeps whatever no
    other names.
    """

    by_tag: dict[int, list[int]]
    by_creator: dict[str, list[int]]
    wide: list[int]
    protecting: list[CompiledRule]
    creating: list[CompiledRule]
    item_numbers: frozenset[int] | None
    keeps_all: bool
    batteries: dict[tuple[int, ...], Battery] = attrs.field(factory=dict)
    remembered: int = 0

    @classmethod
    def of(cls, rules: Sequence[CompiledRule]) -> Index:
        """Return the index of rules that are given in their order."""
        by_tag: dict[int, list[int]] = {}
        by_creator: dict[str, list[int]] = {}
        wide: list[int] = []
        for number, rule in enumerate(rules):
            last = rule.selector.steps[-1] if rule.selector.steps else None
            if last is not None and last.creator is not None:
                by_creator.setdefault(last.creator.casefold(), []).append(number)
            elif last is not None and last.tag is not None:
                by_tag.setdefault(last.tag, []).append(number)
            else:
                wide.append(number)
        protecting = [rule for rule in rules if rule.rank is Rank.PROTECTS]
        creating = [rule for rule in rules if rule.rank is Rank.CREATES]
        keeps_all = any(rule.rule.field.casefold() == "all" for rule in protecting)
        numbers = _item_numbers(rules)
        return cls(by_tag, by_creator, wide, protecting, creating, numbers, keeps_all)

    def about(self, tag: int, creator: str | None) -> list[int]:
        """Return the numbers of the rules that may be about a tag, in their order."""
        named = self.by_tag.get(tag, ())
        private = self.by_creator.get(creator.casefold(), ()) if creator is not None else ()
        return sorted([*named, *private, *self.wide])


def _item_numbers(rules: Sequence[CompiledRule]) -> frozenset[int] | None:
    numbers: set[int] = set()
    for rule in rules:
        if rule.selector.numbered and not rule.selector.steps:
            return None
        numbers.update(step.item for step in rule.selector.steps if step.item is not None)
    return frozenset(numbers)
