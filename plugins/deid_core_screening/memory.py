"""What has been found out once, and is kept as long as there is room."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

Known = TypeVar("Known")


class Memory(Generic[Known]):
    """Keeps what is known by a key, as much as there is room for.

    ``most`` is how many entries a half of it holds, ``size`` how many bytes or characters their
    keys have together; what alone has more than ``largest`` is not kept. What was not asked for
    longest goes first: what is not asked for while the new half fills goes with the old one.
    """

    def __init__(self, most: int, size: int, largest: int) -> None:
        self._most, self._room, self._largest = most, size, largest
        self._new: dict[Hashable, Known] = {}
        self._old: dict[Hashable, Known] = {}
        self._size = 0

    def get(self, key: Hashable, size: int) -> Known | None:
        """Return what is known by the key, None if nothing is."""
        if size > self._largest:
            return None
        known = self._new.get(key)
        if known is None:
            known = self._old.pop(key, None)
            if known is not None:
                self.keep(key, size, known)
        return known

    def keep(self, key: Hashable, size: int, known: Known) -> Known:
        """Keep what is known by the key, which has ``size`` bytes, and return it."""
        if size <= self._largest:
            self._size += size
            if self._size > self._room or len(self._new) >= self._most:
                self._old, self._new, self._size = self._new, {}, size
            self._new[key] = known
        return known
