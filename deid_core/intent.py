"""What a recipe wants of the elements of one instance: asked of a few, after it was carried out."""

from __future__ import annotations

import enum
from collections.abc import Hashable

import attrs

from deid_core.climate import Climate
from deid_core.field import ElementPath, Field
from deid_core.model import PrivateDecision
from deid_core.recipe.plan import CompiledRule, Decision, Node
from deid_core.records import Rank

FILE_META_GROUP = 0x0002


class Wish(enum.Enum):
    """Whether what an element holds is there on purpose."""

    NONE = "nobody asked for it"
    OPEN = "no rule names it, and all that no rule names stays"
    PRIVATE = "no rule names it, and all that no rule names stays but what is private"
    COMPUTED = "a rule names it, whose action or function made its value"
    NAMED = "a rule names it and keeps it, or gives it a value of the recipe or the user"


@attrs.frozen
class Intent:
    """The rules of a recipe that hold for one instance, for those who ask what was wanted.

    ``likeness`` is equal for instances that are treated by equal rules. ``is_open`` tells that what
    no rule names stays and nobody looks what it holds: the default is KEEP, or a rule keeps ``ALL``,
    and there is no sweep. ``shortest`` is how many characters a word has that counts, where the recipe
    collects words of values (``minlength``).
    """

    _root: Node = attrs.field(repr=False, alias="root")
    _default: str = attrs.field(repr=False, alias="default")
    _private: PrivateDecision = attrs.field(repr=False, alias="private")
    _is_swept: bool = attrs.field(repr=False, alias="is_swept")
    shortest: int = 0

    @property
    def likeness(self) -> Hashable:
        """What tells instances apart that other rules are about."""
        return self._root, self._default, self._private.value, self._is_swept

    @property
    def is_open(self) -> bool:
        """Whether there may be elements whose `Wish` is OPEN."""
        return not self._is_swept and (self._default == "KEEP" or self._root.keeps_all)

    def wish(self, path: ElementPath, field: Field | None = None) -> Wish:
        """Return what is wanted of an element that stays.

        Where rules test its value and no ``field`` is given, only what all of them say counts.
        """
        is_file_meta = path.tag >> 16 == FILE_META_GROUP and not path.parents
        node, climate = self._root, Climate("REMOVE" if is_file_meta else self._default)
        around = Wish.NONE
        for parent in path.parents:
            decision = node.decision(parent.tag, "SQ", parent.creator, exact=climate.sheltered)
            if decision.kept:
                around = _of(decision)
            climate = climate.below(kept=decision.kept)
            node = node.child(parent)
        exact = climate.sheltered or is_file_meta
        exact = exact or (path.is_private and self._private is PrivateDecision.REMOVE)
        decision = node.decision(path.tag, path.vr, path.creator, exact=exact)
        if decision.candidates and field is not None:
            decision = decision.settled(field)
        if decision.named:
            found = _of(decision)
            return Wish.NONE if found is Wish.OPEN and self._is_swept else found
        if around is Wish.NAMED or decision.candidates:
            return around
        return self._of_unnamed(path, climate)

    def _of_unnamed(self, path: ElementPath, climate: Climate) -> Wish:
        stays = climate.default == "KEEP"
        if not stays or self._is_swept:
            return Wish.NONE
        is_private = path.is_private or any(parent.tag >> 16 & 1 for parent in path.parents)
        goes = is_private and self._private is PrivateDecision.REMOVE
        return Wish.PRIVATE if goes else Wish.OPEN


def _of(decision: Decision) -> Wish:
    rules = decision.deciding
    exact = [rule for rule in rules if rule.selector.exact]
    if any(rule.rank in (Rank.PROTECTS, Rank.RETAINS) for rule in exact) and decision.protected:
        return Wish.NAMED
    given = [rule for rule in decision.steps if rule.rank in (Rank.CHANGES, Rank.CREATES)]
    given = [rule for rule in given if rule.selector.exact]
    if any(_is_given(rule) for rule in given):
        return Wish.NAMED
    if given:
        return Wish.COMPUTED
    everything = any(rule.rule.field.casefold() == "all" for rule in rules)
    return Wish.OPEN if decision.kept and everything else Wish.NONE


def _is_given(rule: CompiledRule) -> bool:
    """Tell whether the value of a rule stands in the recipe, or comes from the user."""
    value = rule.rule.value
    return (
        value is not None
        and rule.rule.action in ("ADD", "REPLACE")
        and (rule.rule.quoted or not value.startswith("deid_func:"))
    )
