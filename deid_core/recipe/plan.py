"""The plan: for every place where an element can stand, what is to be done there.

Decisions are remembered for each data set node, so that an element met again, in this file
or the next, costs one look-up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import attrs

from deid_core.changes import Change
from deid_core.elements import Elements
from deid_core.model import ElementPath, Field, Parent
from deid_core.recipe.groups import ValueGroup
from deid_core.recipe.selectors import Selector
from deid_core.recipe.tree import Rule
from deid_core.records import Rank

BASE_LAYER = 0
"""The rules of the base recipe; those of a settings file and of recipes lie above."""

UNNAMED_LAYER = -1

LOUD = (Rank.PROTECTS, Rank.REFUSES)
"""Ranks of rules that the base recipe gives way to, by whatever they find an element."""

OTHER_ITEM = -1
"""Stands for all items that no rule tells apart, so that they share their decisions."""


@attrs.frozen
class CompiledRule:
    """A rule whose field and action have become functions; ``layer`` counts recipes upwards.

    ``when``, if there is one, tests the element's value, and ``condition`` the instance:
    where one fails the rule does not count. ``sequences`` says whether it acts on sequences.
    """

    layer: int
    rule: Rule
    rank: Rank
    selector: Selector
    apply: Callable[[Field], Change | None] = attrs.field(repr=False)
    when: Callable[[Field], bool] | None = attrs.field(default=None, repr=False)
    condition: Callable[[Elements], bool] | None = attrs.field(default=None, repr=False)
    sequences: bool = True


@attrs.frozen
class Decision:
    """What the recipe says about an element.

    ``steps`` are the rules to carry out, in order; ``kept`` says that the element is
    protected. With neither, no rule names the element. ``layer`` is that of the recipe that
    decided, and ``deciding`` are its rules about the element. Where a rule depends on the value
    of the element, ``candidates`` are all that may apply, and `settled` gives the decision.
    """

    layer: int = UNNAMED_LAYER
    steps: tuple[CompiledRule, ...] = ()
    kept: bool = False
    deciding: tuple[CompiledRule, ...] = ()
    candidates: tuple[CompiledRule, ...] = ()

    @property
    def named(self) -> bool:
        """Whether any rule names the element."""
        return self.kept or bool(self.steps)

    @property
    def protected(self) -> bool:
        """Whether a rule wants what the element holds to stay, even if it is the patient's own."""
        return self.kept or any(step.rank is Rank.RETAINS for step in self.steps)

    def settled(self, field: Field) -> Decision:
        """Return the decision about ``field``, with the rules that its value calls for."""
        return settle([rule for rule in self.candidates if rule.when is None or rule.when(field)])

    def change(self, field: Field) -> tuple[Change | None, str]:
        """Carry out the steps on ``field``: the change that results, and the action's name."""
        result: Change | None = None
        name = ""
        for step in self.steps:
            if not field.present and step.rank is not Rank.CREATES:
                continue
            change = step.apply(field)
            if change is not None:
                result, name = change, step.rule.action
                field = field.after(change)
        return result, name


UNNAMED = Decision()


@attrs.frozen
class Plan:
    """The rules of all recipes, lowest layer first, and the action for what none names.

    ``groups`` are the groups of values that its rules may ask an instance for.
    """

    rules: tuple[CompiledRule, ...]
    default: str
    groups: Mapping[str, ValueGroup] = attrs.field(factory=dict)
    _roots: dict[tuple[bool, ...], Node] = attrs.field(factory=dict, init=False, repr=False)

    def root(self, dataset: Elements, *, conditional: bool = True) -> Node:
        """Return the node of the top level, with the rules whose conditions hold.

        There is one for each combination of conditions that was met. With ``conditional``
        False, no condition is taken to hold.
        """
        holds = tuple(
            conditional and rule.condition(dataset)
            for rule in self.rules
            if rule.condition is not None
        )
        root = self._roots.get(holds)
        if root is None:
            left = iter(holds)
            rules = [rule for rule in self.rules if rule.condition is None or next(left)]
            root = self._roots[holds] = Node(rules, (), _Index.of(rules))
        return root


@attrs.frozen
class _Index:
    """Which rules can be about a tag at all, by their number.

    ``item_numbers`` are the numbers of items that rules tell apart; None if it may be any.
    """

    by_tag: dict[int, list[int]]
    wide: list[int]
    item_numbers: frozenset[int] | None

    @classmethod
    def of(cls, rules: Sequence[CompiledRule]) -> _Index:
        by_tag: dict[int, list[int]] = {}
        wide: list[int] = []
        for number, rule in enumerate(rules):
            tag = rule.selector.steps[-1].tag if rule.selector.steps else None
            if tag is None or rule.selector.steps[-1].creator is not None:
                wide.append(number)
            else:
                by_tag.setdefault(tag, []).append(number)
        return cls(by_tag, wide, _item_numbers(rules))


def _item_numbers(rules: Sequence[CompiledRule]) -> frozenset[int] | None:
    numbers: set[int] = set()
    for rule in rules:
        if rule.selector.numbered and not rule.selector.steps:
            return None
        numbers.update(step.item for step in rule.selector.steps if step.item is not None)
    return frozenset(numbers)


class Node:
    """The decisions for the data sets at one place: the top level, or the items of a sequence."""

    __slots__ = ("_children", "_decisions", "_index", "_keeps", "_rules", "parents")

    def __init__(
        self, rules: Sequence[CompiledRule], parents: tuple[Parent, ...], index: _Index
    ) -> None:
        self.parents = parents
        self._rules = rules
        self._index = index
        self._decisions: dict[tuple[int, str, str | None, bool], Decision] = {}
        self._children: dict[tuple[int, int, str | None], Node] = {}
        self._keeps: dict[tuple[int, str | None, int, bool], bool] = {}

    def child(self, parent: Parent) -> Node:
        """Return the node of the items below ``parent``."""
        numbers = self._index.item_numbers
        item = parent.item if numbers is None or parent.item in numbers else OTHER_ITEM
        key = (parent.tag, item, parent.creator)
        node = self._children.get(key)
        if node is None:
            parents = (*self.parents, attrs.evolve(parent, item=item))
            node = Node(self._rules, parents, self._index)
            self._children[key] = node
        return node

    def decision(self, tag: int, vr: str, creator: str | None, *, exact: bool) -> Decision:
        """Return what the recipe says about an element here.

        With ``exact``, only rules that name it count, not those that find it by a pattern.
        """
        key = (tag, vr, creator, exact)
        decision = self._decisions.get(key)
        if decision is None:
            decision = self._decide(ElementPath(tag, vr, creator, self.parents), exact=exact)
            self._decisions[key] = decision
        return decision

    def _decide(self, path: ElementPath, *, exact: bool) -> Decision:
        numbers = sorted([*self._index.by_tag.get(path.tag, ()), *self._index.wide])
        rules = [self._rules[number] for number in numbers]
        matching = [
            rule
            for rule in rules
            if (rule.selector.exact or not exact)
            and (rule.sequences or path.vr != "SQ")
            and rule.selector.matches(path)
            and (rule.rank is not Rank.CREATES or self._creates(rule.selector))
        ]
        if any(rule.when is not None for rule in matching):
            return Decision(candidates=tuple(matching))
        return settle(matching)

    def _creates(self, selector: Selector) -> bool:
        # What creates acts where it says only; at other depths nothing asked for it.
        return not selector.steps or selector.names_data_set(self.parents)

    def keeps_below(self, parent: Parent, layer: int, *, named: bool = False) -> bool:
        """Tell whether a rule of ``layer`` or above may protect something below ``parent``.

        With ``named``, only a rule counts that names the way through ``parent``.
        """
        key = (parent.tag, parent.creator, layer, named)
        keeps = self._keeps.get(key)
        if keeps is None:
            parents = (*self.parents, parent)
            keeps = self._keeps[key] = any(
                rule.rank is Rank.PROTECTS
                and rule.layer >= layer
                and (not named or (rule.selector.anchored and len(rule.selector.steps) > 1))
                and rule.selector.may_match_below(parents)
                for rule in self._rules
            )
        return keeps

    def created(self) -> list[Selector]:
        """Return the selectors of what rules may create in the data sets here."""
        return [
            rule.selector
            for rule in self._rules
            if rule.rank is Rank.CREATES and rule.selector.names_data_set(self.parents)
        ]


def settle(rules: Sequence[CompiledRule]) -> Decision:
    """Decide between rules that all match one element, given in their order.

    The highest recipe that speaks decides. The base recipe's named elements, which a file
    needs to be shown at all, give way only to rules that name them too, or that protect.
    """
    if not rules:
        return UNNAMED
    layer = max(rule.layer for rule in rules)
    if layer > BASE_LAYER and any(r.layer == BASE_LAYER and r.selector.exact for r in rules):
        above = [rule for rule in rules if rule.layer > BASE_LAYER]
        if not any(_speaks(rule) for rule in above):
            layer = BASE_LAYER
    return _fold([rule for rule in rules if rule.layer == layer], layer)


def _speaks(rule: CompiledRule) -> bool:
    """Tell whether a rule means this very element: by its name or value, or to protect or refuse."""
    return rule.selector.exact or rule.when is not None or rule.rank in LOUD


def _fold(rules: list[CompiledRule], layer: int) -> Decision:
    deciding = tuple(rules)
    refusing = tuple(rule for rule in rules if rule.rank is Rank.REFUSES)
    if refusing:
        return Decision(layer, refusing, deciding=deciding)
    kept = any(rule.rank is Rank.PROTECTS for rule in rules)
    if kept:
        created = [rule.rank is Rank.CREATES for rule in rules]
        first = created.index(True) if any(created) else len(rules)
        rules = [rule for rule in rules[first:] if rule.rank is not Rank.PROTECTS]
    if any(rule.rank is Rank.CHANGES for rule in rules):
        rules = [rule for rule in rules if rule.rank is not Rank.REMOVES]
    return Decision(layer, tuple(rules), kept=kept and not rules, deciding=deciding)
