"""Which of the rules about an element its value calls for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from deid_core.field import Field
from deid_core.recipe.battery import Battery, OperatorTest

Test = Callable[[Field], bool]


class Choice:
    """The tests of rules about one element, by the numbers of the rules.

    Tests by operators that rules of one field put to the same elements are one `Battery`, which
    is found in ``batteries`` or entered there.
    """

    __slots__ = ("_always", "_batteries", "_others")

    def __init__(
        self,
        tests: Mapping[int, tuple[str, Test | None]],
        batteries: dict[tuple[int, ...], Battery],
        *,
        sequence: bool,
    ) -> None:
        self._always: list[int] = []
        self._others: list[tuple[int, Test]] = []
        stated: dict[str, dict[int, OperatorTest]] = {}
        for number, (field, test) in tests.items():
            if test is None:
                self._always.append(number)
            elif not isinstance(test, OperatorTest):
                self._others.append((number, test))
            elif not sequence:
                stated.setdefault(field, {})[number] = test
        self._batteries: list[Battery] = []
        for of_field in stated.values():
            key = tuple(of_field)
            if key not in batteries:
                batteries[key] = Battery(of_field)
            self._batteries.append(batteries[key])

    def numbers(self, field: Field) -> Sequence[int]:
        """Return the numbers of the rules that count for ``field``, in their order."""
        numbers = list(self._always)
        if self._batteries:
            readings = field.readings
            for battery in self._batteries:
                numbers += battery.holding(readings)
        numbers += [number for number, test in self._others if test(field)]
        return sorted(numbers)
