"""Counts of actions, which many files have in common and nobody may ever ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import attrs


@attrs.frozen(eq=False, repr=False)
class Tally(Mapping[str, int]):
    """The sum of several counts, made when it is first asked for."""

    _parts: tuple[Mapping[str, int], ...] = ()
    _sums: list[dict[str, int]] = attrs.field(factory=list, init=False, repr=False)

    def _sum(self) -> dict[str, int]:
        if not self._sums:
            total: Counter[str] = Counter()
            for part in self._parts:
                total.update(part)
            self._sums.append(dict(total))
        return self._sums[0]

    def __repr__(self) -> str:
        return repr(self._sum())

    def __getitem__(self, action: str) -> int:
        return self._sum()[action]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sum())

    def __len__(self) -> int:
        return len(self._sum())
