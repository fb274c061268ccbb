"""What an action may decide for a data element: the closed set of changes, and all of a data set's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from deid_core.encoded.patched import Patched
    from deid_core.field import ElementPath


@attrs.frozen
class SetValue:
    """Give the element this value; it is converted for the VR when it is applied."""

    value: Any = attrs.field(repr=False)


@attrs.frozen
class RemoveElement:
    """Take the element away, with all that a sequence holds."""


@attrs.frozen
class RemoveItems:
    """Take items out of a sequence, by their numbers from 0; the others are judged as ever.

    A sequence that loses all its items goes.
    """

    numbers: frozenset[int]


@attrs.frozen
class OverwriteBytes:
    """Write other bytes over parts of a value, which keeps its length.

    ``patches`` are offsets in the value, ascending, and the bytes to write there. So a value that is
    too large for the memory can change.
    """

    patches: tuple[tuple[int, bytes], ...] = attrs.field(repr=False)

    def carried_out(self, value: bytes) -> bytes:
        """Return the value as it is afterwards."""
        changed = bytearray(value)
        for offset, data in self.patches:
            changed[offset : offset + len(data)] = data
        return bytes(changed)


UNDONE = RemoveElement()
"""This very object says that an action has no value to give, so that the element must go."""

Change = SetValue | RemoveElement | RemoveItems | OverwriteBytes
"""What an action decides for one element. To leave it as it is, an action returns None."""


@attrs.frozen
class Changes:
    """What is to be done to one data set.

    ``elements`` maps tags to changes, ``items`` maps the tags of sequences that stay to the
    changes of their items, None for an item that goes; ``added`` lists what is new. Where the data
    set is encoded, ``encoded`` has elements that are ready to be written, None for one that goes.
    """

    elements: dict[int, Change] = attrs.field(factory=dict)
    items: dict[int, list[Changes | None]] = attrs.field(factory=dict)
    added: list[tuple[ElementPath, SetValue]] = attrs.field(factory=list, repr=False)
    encoded: dict[int, bytes | Patched | None] = attrs.field(factory=dict, repr=False)

    def __bool__(self) -> bool:
        """Whether anything changes."""
        return bool(self.elements or self.items or self.added or self.encoded)
