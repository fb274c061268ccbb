"""Many tests of a value at once: which of them hold is found out once for each value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import attrs

from deid_core.field import Field, FieldValues

REMEMBERED, LONGEST_REMEMBERED = 4096, 256
"""How many values are remembered, and up to how many characters."""

Together = Callable[[Sequence[str]], Callable[[FieldValues], Iterable[int]]]


@attrs.frozen
class OperatorTest:
    """A test of an element by an operator of conditions, which sees its values and nothing else.

    ``together`` compiles the texts of several tests by the same operator into one that gives
    the numbers of those that hold.
    """

    operator: str
    text: str = attrs.field(repr=False)
    holds: Callable[[FieldValues], bool] = attrs.field(repr=False, eq=False)
    together: Together = attrs.field(repr=False, eq=False)

    def __call__(self, field: Field) -> bool:
        """Tell whether it holds for an element; for a sequence it does not."""
        return field.path.vr != "SQ" and self.holds(FieldValues(True, field.readings))  # noqa: FBT003 - it is present


class Battery:
    """Tests by operators that the same elements are put to, each under a number."""

    def __init__(self, tests: Mapping[int, OperatorTest]) -> None:
        by_operator: dict[str, list[int]] = {}
        for number, test in tests.items():
            by_operator.setdefault(test.operator, []).append(number)
        self._asked = [
            (numbers, tests[numbers[0]].together([tests[number].text for number in numbers]))
            for numbers in by_operator.values()
        ]
        self._known: dict[tuple[str, ...], tuple[int, ...]] = {}

    def holding(self, readings: tuple[str, ...]) -> tuple[int, ...]:
        """Return the numbers of the tests that hold for an element that reads so."""
        known = self._known.get(readings)
        if known is None:
            found = FieldValues(True, readings)  # noqa: FBT003 - it is present
            known = tuple(
                sorted(numbers[held] for numbers, asked in self._asked for held in asked(found))
            )
            if sum(map(len, readings)) <= LONGEST_REMEMBERED:
                if len(self._known) >= REMEMBERED:
                    self._known.clear()
                self._known[readings] = known
        return known
