"""Which conditions of a plan an instance meets: asked once for each combination of values."""

from __future__ import annotations

from collections.abc import Iterable

from deid_core.elements import Elements
from deid_core.errors import ReadError
from deid_core.model import FieldValues
from deid_core.recipe.conditions import CompiledCondition, values_at

MOST_REMEMBERED = 1024
"""Combinations of values that are remembered."""


class Conditions:
    """The conditions of all rules, each once, whatever the number of rules that have it."""

    def __init__(self, conditions: Iterable[CompiledCondition]) -> None:
        self.all = tuple(dict.fromkeys(conditions))
        criteria = (criterion for one in self.all for criterion in one.criteria)
        self._paths = tuple(dict.fromkeys(path for _, path, _ in criteria))
        self._known: dict[tuple[FieldValues, ...], tuple[bool, ...]] = {}

    def met(self, dataset: Elements) -> tuple[bool, ...]:
        """Tell of each condition whether a data set meets it. Each field is read once."""
        if not self.all:
            return ()
        try:
            values = {path: values_at(dataset, path) for path in self._paths}
        except ReadError:
            # A condition may be decided by what can be read.
            return tuple(condition(dataset) for condition in self.all)
        key = tuple(values.values())
        met = self._known.get(key)
        if met is None:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            met = tuple(condition.holds(values.__getitem__) for condition in self.all)
            self._known[key] = met
        return met
