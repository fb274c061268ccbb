"""Counts of actions and rules, which many files have in common and nobody may ever ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import attrs

from deid_core.recipe.tree import Rule

_RULE = ":"
"""What the key of a rule begins with, as no name of an action can."""


def rule_key(rule: Rule) -> str:
    """Return the key under which a rule is counted, beside those of actions and fields."""
    where = rule.where
    place = f"{where.source}:{where.line}" if where.line else where.source
    return f"{_RULE}{place} {rule.action} {rule.field}"


@attrs.frozen(eq=False, repr=False)
class Tally(Mapping[str, int]):
    """The sum of several counts, made when it is first asked for.

    Of actions and their fields, or with ``of_rules`` of rules: each by place, action and field.
    """

    _parts: tuple[Mapping[str, int], ...] = ()
    _of_rules: bool = False
    _sums: list[dict[str, int]] = attrs.field(factory=list, init=False, repr=False)

    def _sum(self) -> dict[str, int]:
        if not self._sums:
            total: Counter[str] = Counter()
            for part in self._parts:
                total.update(part)
            length = len(_RULE) if self._of_rules else 0
            self._sums.append(
                {
                    key[length:]: count
                    for key, count in total.items()
                    if key.startswith(_RULE) == self._of_rules
                }
            )
        return self._sums[0]

    def of_rules(self) -> Tally:
        """Return the counts of rules out of the same parts."""
        return Tally(self._parts, of_rules=True)

    def __repr__(self) -> str:
        return repr(self._sum())

    def __getitem__(self, key: str) -> int:
        return self._sum()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sum())

    def __len__(self) -> int:
        return len(self._sum())
