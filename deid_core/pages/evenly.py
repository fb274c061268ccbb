"""A few of many, spread evenly, while nobody knows yet how many there will be."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class Evenly(Generic[T]):
    """Keeps at least ``few`` of all that are added, and fewer than twice as many.

    It keeps each first, then each second, each fourth and so on: what is kept lies evenly over all
    that came, whenever one asks.
    """

    def __init__(self, few: int) -> None:
        self._most = 2 * few
        self._step = 1
        self._seen = 0
        self._kept: list[T] = []

    def add(self, one: T) -> None:
        """Take note of one more."""
        if self._seen % self._step == 0:
            self._kept.append(one)
            if len(self._kept) == self._most:
                del self._kept[1::2]
                self._step *= 2
        self._seen += 1

    def kept(self) -> list[T]:
        """Return those that are kept, in their order."""
        return list(self._kept)


def spread(those: list[T], count: int) -> list[T]:
    """Return so many of a list at most, the first among them, spread evenly over it."""
    count = min(count, len(those))
    return [those[at * len(those) // count] for at in range(count)]
