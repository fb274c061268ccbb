"""Which conditions of a plan an instance meets: asked once for each combination of values."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from deid_core.elements import Elements
from deid_core.encoded.dataset import EncodedDataSet
from deid_core.errors import ReadError
from deid_core.field import FieldValues
from deid_core.recipe.conditions import CompiledCondition, Path, values_at

MOST_REMEMBERED = 1024
"""Combinations of values that are remembered, and values."""
LONGEST = 256
"""Bytes of the longest element whose values are remembered."""
FILE_META = 0x0002
ABSENT = FieldValues(present=False)


class Conditions:
    """The conditions of all rules, each once, whatever the number of rules that have it."""

    def __init__(self, conditions: Iterable[CompiledCondition]) -> None:
        self.all = tuple(dict.fromkeys(conditions))
        criteria = (criterion for one in self.all for criterion in one.criteria)
        self._paths = tuple(dict.fromkeys(path for _, path, _ in criteria))
        self._known: dict[tuple[FieldValues, ...], tuple[bool, ...]] = {}
        self._read: dict[Hashable, FieldValues] = {}

    def met(self, dataset: Elements) -> tuple[bool, ...]:
        """Tell of each condition whether a data set meets it. Each field is read once."""
        if not self.all:
            return ()
        try:
            values = {path: self._values_at(dataset, path) for path in self._paths}
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

    def _values_at(self, dataset: Elements, path: Path) -> FieldValues:
        """Return the values of a field; what equal bytes mean at the top level is known."""
        tag = path[0].tag if len(path) == 1 else None
        if tag is None or tag >> 16 == FILE_META or not isinstance(dataset, EncodedDataSet):
            return values_at(dataset, path)
        span = dataset.spans.get(tag)
        if span is None:
            return ABSENT
        _, start, _, stop = span
        if stop - start > LONGEST or dataset.is_sequence(tag):
            return values_at(dataset, path)
        key = (tag, dataset.bytes_of(start, stop), dataset.implicit, dataset.encodings)
        found = self._read.get(key)
        if found is None:
            if len(self._read) >= MOST_REMEMBERED:
                self._read.clear()
            found = self._read[key] = values_at(dataset, path)
        return found
