"""The plan: for every place where an element can stand, what is to be done there.

Decisions are remembered for each data set node, so that an element met again, in this file
or the next, costs one look-up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import attrs

from deid_core.changes import Change
from deid_core.elements import Elements
from deid_core.field import ElementPath, Field, Parent
from deid_core.recipe.choice import Choice
from deid_core.recipe.conditions import CompiledCondition
from deid_core.recipe.groups import ValueGroup
from deid_core.recipe.index import Index
from deid_core.recipe.met import Conditions
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

MOST_ROOTS, MOST_REMEMBERED = 64, 200_000
"""Combinations of conditions, and decisions under each, that are remembered; a run that meets
more starts to remember anew."""


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
    condition: CompiledCondition | None = attrs.field(default=None, repr=False)
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
    _choice: _Settling | None = attrs.field(default=None, repr=False, eq=False)

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
        return self if self._choice is None else self._choice.decision(field)

    def asked(self, field: Field) -> Sequence[CompiledRule]:
        """Return the rules about ``field`` that its value calls for, whoever gives way to whom."""
        return self.deciding if self._choice is None else self._choice.rules(field)

    def change(self, field: Field) -> tuple[Change | None, Rule | None]:
        """Carry out the steps on ``field``: the change that results, and the rule that made it."""
        result: Change | None = None
        rule: Rule | None = None
        if len(self.steps) == 1 and field.present:
            step = self.steps[0]
            result = step.apply(field)
            return result, step.rule if result is not None else None
        for step in self.steps:
            if not field.present and step.rank is not Rank.CREATES:
                continue
            change = step.apply(field)
            if change is not None:
                result, rule = change, step.rule
                field = field.after(change)
        return result, rule


UNNAMED = Decision()


class _Settling:
    """Decides by its value about an element that rules with tests are about."""

    __slots__ = ("_choice", "_decisions", "_index", "_rules")

    def __init__(self, rules: Sequence[CompiledRule], choice: Choice, index: Index) -> None:
        self._rules = rules
        self._choice = choice
        self._index = index
        self._decisions: dict[tuple[int, ...], Decision] = {}

    def rules(self, field: Field) -> list[CompiledRule]:
        """Return the rules that count for a value."""
        return [self._rules[number] for number in self._choice.numbers(field)]

    def decision(self, field: Field) -> Decision:
        """Return the decision about a value."""
        numbers = tuple(self._choice.numbers(field))
        decision = self._decisions.get(numbers)
        if decision is None:
            decision = settle([self._rules[number] for number in numbers])
            self._decisions[numbers] = decision
            self._index.remembered += 1
        return decision


@attrs.frozen
class Plan:
    """The rules of all recipes, lowest layer first, and the action for what none names.

    ``groups`` are the groups of values that its rules may ask an instance for.
    """

    rules: tuple[CompiledRule, ...]
    default: str
    groups: Mapping[str, ValueGroup] = attrs.field(factory=dict)
    _conditions: Conditions = attrs.field(init=False, repr=False, eq=False)
    _roots: dict[tuple[bool, ...], Node] = attrs.field(
        factory=dict, init=False, repr=False, eq=False
    )

    @_conditions.default
    def _of_all_rules(self) -> Conditions:
        return Conditions(rule.condition for rule in self.rules if rule.condition is not None)

    @property
    def shortest(self) -> int:
        """How many characters a word must have that the groups of values take in."""
        members = (member for group in self.groups.values() for member, _ in group.members)
        return max((member.minlength for member in members if member.split), default=0)

    def root(self, dataset: Elements, *, conditional: bool = True) -> Node:
        """Return the node of the top level, with the rules whose conditions hold.

        There is one for each combination of conditions that was met. With ``conditional``
        False, no condition is taken to hold.
        """
        conditions = self._conditions.all
        met = self._conditions.met(dataset) if conditional else (False,) * len(conditions)
        root = self._roots.get(met)
        if root is None or root.is_full:
            if len(self._roots) >= MOST_ROOTS:
                self._roots.clear()
            holds = dict(zip(conditions, met, strict=True))
            rules = [one for one in self.rules if one.condition is None or holds[one.condition]]
            root = self._roots[met] = Node(rules, (), Index.of(rules))
        return root


class Node:
    """The decisions for the data sets at one place: the top level, or the items of a sequence."""

    __slots__ = ("_children", "_created", "_decisions", "_index", "_keeps", "_rules", "parents")

    def __init__(
        self, rules: Sequence[CompiledRule], parents: tuple[Parent, ...], index: Index
    ) -> None:
        self.parents = parents
        self._rules = rules
        self._index = index
        self._decisions: dict[tuple[int, str, str | None, bool], Decision] = {}
        self._children: dict[tuple[int, int, str | None], Node] = {}
        self._keeps: dict[tuple[int, str | None, int, bool], bool] = {}
        self._created: tuple[Selector, ...] | None = None

    @property
    def is_full(self) -> bool:
        """Whether so much is remembered here and below that it is time to start anew."""
        return self._index.remembered >= MOST_REMEMBERED

    @property
    def keeps_all(self) -> bool:
        """Whether a rule keeps whatever no other rule names."""
        return self._index.keeps_all

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
            self._index.remembered += 1
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
            self._index.remembered += 1
        return decision

    def _decide(self, path: ElementPath, *, exact: bool) -> Decision:
        matching: dict[int, CompiledRule] = {}
        for number in self._index.about(path.tag, path.creator):
            rule = self._rules[number]
            if (
                (rule.selector.exact or not exact)
                and (rule.sequences or path.vr != "SQ")
                and rule.selector.matches(path)
                and (rule.rank is not Rank.CREATES or self._creates(rule.selector))
            ):
                matching[number] = rule
        rules = tuple(matching.values())
        if all(rule.when is None for rule in rules):
            return settle(rules)
        tests = {number: (rule.rule.field, rule.when) for number, rule in matching.items()}
        choice = Choice(tests, self._index.batteries, sequence=path.vr == "SQ")
        return Decision(candidates=rules, choice=_Settling(self._rules, choice, self._index))

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
            self._index.remembered += 1
            keeps = self._keeps[key] = any(
                rule.layer >= layer
                and (not named or (rule.selector.anchored and len(rule.selector.steps) > 1))
                and rule.selector.may_match_below(parents)
                for rule in self._index.protecting
            )
        return keeps

    def created(self) -> tuple[Selector, ...]:
        """Return the selectors of what rules may create in the data sets here."""
        if self._created is None:
            self._created = tuple(
                rule.selector
                for rule in self._index.creating
                if rule.selector.names_data_set(self.parents)
            )
        return self._created


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
