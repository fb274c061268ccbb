"""The tree of content items of a document: which go, and how those that stay are numbered then.

Items may point at others by position (PS3.3 C.17.3.2.5): so when an item goes, those that point
at it go too, and what points past it is given the new position.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs

from deid_core.elements import Elements, items_of, plain, read_element

CONTENT_SEQUENCE = 0x0040A730
REFERENCED_CONTENT_ITEM_IDENTIFIER = 0x0040DB73

Position = tuple[int, ...]
"""Numbers of items from 1 on the way from the root, which is ``(1,)``."""

ROOT: Position = (1,)


@attrs.frozen
class Outline:
    """Which items of a document go, and where those are afterwards that stay."""

    gone: frozenset[Position]
    moved: dict[Position, Position]

    def gone_below(self, position: Position) -> frozenset[int]:
        """Return the numbers, from 0, of the items that go from an item's content sequence."""
        depth = len(position) + 1
        return frozenset(
            one[-1] - 1 for one in self.gone if len(one) == depth and one[:-1] == position
        )


def outline(dataset: Elements, goes: Callable[[Elements], bool]) -> Outline:
    """Return the outline of a document, of whose items ``goes`` tells which go, with their own.

    Raises `ReadError` if the items cannot be parsed.
    """
    found = list(_walk(dataset, ROOT))
    gone: set[Position] = set()
    for position, item in found:
        if position[:-1] in gone or goes(item):
            gone.add(position)
    positions = {position for position, _ in found} | {ROOT}
    for position, item in found:
        target = target_of(item)
        if target is not None and (target in gone or target not in positions):
            gone.add(position)
    moved = {ROOT: ROOT}
    counts: dict[Position, int] = {}
    for position, _ in found:
        if position[:-1] in gone:
            gone.add(position)
        if position in gone:
            continue
        above = moved[position[:-1]]
        counts[above] = counts.get(above, 0) + 1
        moved[position] = (*above, counts[above])
    return Outline(frozenset(gone), moved)


def target_of(item: Elements) -> Position | None:
    """Return the position at which a content item points, None if it points at none."""
    if REFERENCED_CONTENT_ITEM_IDENTIFIER not in item:
        return None
    return as_position(plain(read_element(item, REFERENCED_CONTENT_ITEM_IDENTIFIER).value))


def as_position(value: Any) -> Position:
    """Return a value of Referenced Content Item Identifier as a position."""
    return tuple(value) if isinstance(value, list) else (value,)


def _walk(dataset: Elements, above: Position) -> Iterator[tuple[Position, Elements]]:
    """Yield each content item after the one that holds it."""
    if CONTENT_SEQUENCE not in dataset:
        return
    for number, item in enumerate(items_of(dataset, CONTENT_SEQUENCE), start=1):
        position = (*above, number)
        yield position, item
        yield from _walk(item, position)
