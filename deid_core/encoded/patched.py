"""An element of which parts are written over, and a look at a value that is not in memory."""

from __future__ import annotations

from collections.abc import Callable

import attrs


@attrs.frozen
class Patched:
    """An element as it was read, from ``start`` to ``stop`` in the file, but for some bytes.

    ``patches`` are offsets in the file, ascending, and the bytes that stand there instead.
    """

    start: int
    stop: int
    patches: tuple[tuple[int, bytes], ...] = attrs.field(repr=False)


@attrs.frozen
class ValueView:
    """The bytes of a value, of which each part is read when it is asked for."""

    _length: int
    _part: Callable[[int, int], bytes] = attrs.field(repr=False, alias="part")

    @classmethod
    def of(cls, value: bytes) -> ValueView:
        """Return the same for a value that is in memory."""
        return cls(len(value), lambda start, stop: value[start:stop])

    def __len__(self) -> int:
        return self._length

    def part(self, start: int, stop: int) -> bytes:
        """Return the bytes from ``start`` to ``stop``, fewer at the end of the value."""
        return self._part(start, min(stop, self._length))
