"""What was decided about elements of like instances, for as long as it holds."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import attrs

from deid_core.climate import Climate
from deid_core.recipe.plan import Node

MOST_SCOPES = 64
"""Scopes that are remembered: as many series or patients may take turns without loss."""
MOST_BYTES = 1 << 14
"""Bytes of the longest element that is remembered by its value."""
ROOM = 1 << 21
"""Bytes that the elements of one scope may have together, before it begins anew."""
OVERHEAD = 200
"""Bytes that remembering takes besides those of the element, about."""

Name = int | tuple[int, str | None]
"""The tag of an element, with the creator of its block where it is private."""

Key = bytes | tuple[Name, bytes]
"""An encoded element, with its name where it is private."""


@attrs.frozen
class Answer:
    """What becomes of an element, ready to be written.

    ``goes`` says that it is removed; else ``encoded`` is what it becomes, None for one that stays
    as it is. ``stays`` says whether it, or something in it, is left of what was there. ``counts``
    are the actions that were carried out. ``protected`` says that a rule keeps it.
    """

    goes: bool = False
    encoded: bytes | None = attrs.field(default=None, repr=False)
    stays: bool = True
    counts: tuple[tuple[str, int], ...] = ()
    protected: bool = False


STAYS = Answer()


@attrs.frozen
class Place:
    """The answers at one place of the plan: ``fixed`` for any value, with the VR; ``known`` by value."""

    fixed: dict[Name, tuple[str | None, Answer]] = attrs.field(factory=dict)
    known: dict[Key, Answer] = attrs.field(factory=dict)


@attrs.define
class Scope:
    """The answers that hold for like instances, by place."""

    _room: int = ROOM
    _places: dict[Hashable, Place] = attrs.field(factory=dict, repr=False)

    def place(
        self,
        node: Node,
        climate: Climate,
        character_set: str | Sequence[str],
        *flags: bool,
    ) -> Place:
        """Return the answers at a place; ``flags`` are what else tells data sets apart."""
        charset = character_set if isinstance(character_set, str) else tuple(character_set)
        key = (node, climate, charset, flags)
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = Place()
        return place

    def remember(self, place: Place, key: Key, answer: Answer) -> None:
        """Remember an answer about a value."""
        self._room -= OVERHEAD + len(key if isinstance(key, bytes) else key[1])
        self._room -= len(answer.encoded or b"")
        if self._room < 0:
            for one in self._places.values():
                one.known.clear()
            self._room = ROOM
        place.known[key] = answer


@attrs.define
class Recall:
    """The scopes that were met last."""

    _scopes: dict[Hashable, Scope] = attrs.field(factory=dict, repr=False)

    def scope(self, key: Hashable) -> Scope:
        """Return the scope of all instances with an equal key."""
        scope = self._scopes.pop(key, None)
        if scope is None:
            scope = Scope()
            if len(self._scopes) >= MOST_SCOPES:
                del self._scopes[next(iter(self._scopes))]
        self._scopes[key] = scope
        return scope
