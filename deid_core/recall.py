"""What was decided about elements of like instances, for as long as it holds."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import attrs

from deid_core.climate import Climate
from deid_core.dependence import Depends, Noted
from deid_core.encoded.patched import Patched
from deid_core.field import ElementPath
from deid_core.recipe.plan import Node

MOST_SCOPES = 256
"""Scopes that are remembered: as many series or patients may take turns without loss."""
MOST_BYTES, MOST_OF_A_SEQUENCE = 1 << 14, 1 << 17
"""Bytes of the longest element that is remembered by its value, and of the longest sequence."""
ROOM, OWN_ROOM = 1 << 22, 3 << 16
"""Bytes that the answers of one likeness, and those of one patient, may take together."""
MOST_LIKENESSES = 32
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
    encoded: bytes | Patched | None = attrs.field(default=None, repr=False)
    stays: bool = True
    counts: tuple[tuple[str, int], ...] = ()
    protected: bool = False


STAYS = Answer()


def _size(answer: Answer) -> int:
    return len(answer.encoded) if isinstance(answer.encoded, bytes) else 0


@attrs.frozen
class Routine:
    """What becomes of the data sets of one layout, whatever their values.

    ``asked`` are the tags of the elements whose values have a say; ``open_blocks`` are the private
    blocks whose creators must be looked at each time.
    """

    encoded: dict[int, bytes | Patched | None] = attrs.field(repr=False)
    counts: dict[str, int]
    protected: frozenset[int]
    stays: bool
    asked: tuple[int, ...]
    open_blocks: tuple[int, ...]


@attrs.frozen
class Place:
    """The answers at one place of the plan.

    ``fixed`` are those for any value, by name, with the VR, and ``routines`` those by layout;
    ``swept`` are those that only a sweep can change, ``added`` new elements. ``common`` are those for a value, of whatever
    patient; ``own`` those for a value of one patient.
    """

    fixed: dict[Name, tuple[str | None, Answer]]
    swept: dict[Name, tuple[str | None, ElementPath, Answer]]
    routines: dict[Hashable, Routine]
    added: dict[int, Answer]
    common: dict[Key, Answer]
    own: dict[Key, Answer]

    def clear(self, *, common: bool) -> None:
        """Forget what is common to all patients, or what is one's own."""
        if common:
            self.fixed.clear()
            self.swept.clear()
            self.routines.clear()
            self.added.clear()
            self.common.clear()
        else:
            self.own.clear()


@attrs.define
class _Answers:
    """Answers by place, that begin anew when they take too much room."""

    are_common: bool
    most: int
    places: dict[Hashable, Place] = attrs.field(factory=dict)
    room: int = attrs.field(default=attrs.Factory(lambda self: self.most, takes_self=True))

    def take(self, size: int) -> None:
        """Make room for what has so many bytes."""
        self.room -= OVERHEAD + size
        if self.room < 0:
            for place in self.places.values():
                place.clear(common=self.are_common)
            self.room = self.most


@attrs.frozen
class Scope:
    """The answers that hold for like instances of one patient, by place."""

    _common: _Answers = attrs.field(repr=False)
    _own: _Answers = attrs.field(
        factory=lambda: _Answers(are_common=False, most=OWN_ROOM), repr=False
    )

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
        place = self._own.places.get(key)
        if place is None:
            like = self._common.places.get(key)
            if like is None:
                like = self._common.places[key] = Place({}, {}, {}, {}, {}, {})
            place = self._own.places[key] = Place(
                like.fixed, like.swept, like.routines, like.added, like.common, {}
            )
        return place

    def remember(  # noqa: PLR0913, PLR0917 - what is asked, and what the answer depends on
        self, place: Place, name: Name, vr: str | None, key: Key, answer: Answer, noted: Noted
    ) -> None:
        """Remember an answer for as long as what it depends on is the same."""
        if noted.depends > Depends.VALUE or isinstance(answer.encoded, Patched):
            return
        size = len(key if isinstance(key, bytes) else key[1]) + _size(answer)
        if noted.patient:
            self._own.take(size)
            place.own[key] = answer
            if noted.swept is not None:
                self._common.take(0)
                place.swept[name] = vr, noted.swept, answer
        elif noted.depends is Depends.PLACE:
            self._common.take(size)
            place.fixed[name] = vr, answer
        else:
            self._common.take(size)
            place.common[key] = answer

    def remember_innocent(self, place: Place, key: Key, answer: Answer) -> None:
        """Remember that a sweep finds nothing in a value of the patient's."""
        self._own.take(len(key if isinstance(key, bytes) else key[1]))
        place.own[key] = answer

    def remember_long(
        self, place: Place, name: Name, vr: str | None, answer: Answer, noted: Noted
    ) -> None:
        """Remember an answer about a long value, if it does not depend on the value."""
        if (
            noted.depends is Depends.PLACE
            and not noted.patient
            and not isinstance(answer.encoded, Patched)
        ):
            self._common.take(_size(answer))
            place.fixed[name] = vr, answer

    def keep(self, place: Place, layout: Hashable, routine: Routine) -> None:
        """Remember what becomes of the data sets of a layout."""
        self._common.take(OVERHEAD * (len(routine.encoded) + len(routine.asked)))
        place.routines[layout] = routine


@attrs.define
class Recall:
    """The scopes that were met last."""

    _common: dict[Hashable, _Answers] = attrs.field(factory=dict, repr=False)
    _scopes: dict[Hashable, Scope] = attrs.field(factory=dict, repr=False)

    def scope(self, likeness: Hashable, patient: Hashable) -> Scope:
        """Return what was answered about instances of this likeness, and of this patient's."""
        key = (likeness, patient)
        scope = self._scopes.pop(key, None)
        if scope is None:
            if len(self._common) >= MOST_LIKENESSES and likeness not in self._common:
                self._common.clear()
                self._scopes.clear()
            scope = Scope(self._common.setdefault(likeness, _Answers(are_common=True, most=ROOM)))
            if len(self._scopes) >= MOST_SCOPES:
                del self._scopes[next(iter(self._scopes))]
        self._scopes[key] = scope
        return scope
