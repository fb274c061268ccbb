"""Recipes → `Plan`: look up every name once, and complain of all that are not there."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import attrs

from deid_core.batch import Batch
from deid_core.errors import DeidError, PluginContractError, Problem, RecipeError
from deid_core.field import Field
from deid_core.guard import Guard, failure
from deid_core.host import PluginHost
from deid_core.recipe.conditions import CompiledCondition, compile_condition
from deid_core.recipe.faults import Fault
from deid_core.recipe.find import Foundation
from deid_core.recipe.groups import ValueGroup, merged
from deid_core.recipe.guarded import guarded_apply
from deid_core.recipe.plan import BASE_LAYER, CompiledRule, Plan
from deid_core.recipe.selectors import Names, Selector, compile_selector
from deid_core.recipe.tree import Condition, Group, Member, Recipe, Rule, Where
from deid_core.recipe.valuetest import compile_test
from deid_core.records import Apply, FieldAction, Rank, Takes, Test

T = TypeVar("T")


def compile_plan(
    foundation: Foundation, recipes: Sequence[Recipe], host: PluginHost, batch: Batch
) -> Plan:
    """Compile what lies beneath all recipes and the recipes, lowest first, into a plan.

    Raises `RecipeError` with every name that no plugin and no section provides.
    """
    with _no_collection():
        return _compiled(foundation, recipes, host, batch)


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """Look for no garbage: what compiling makes stays, and looking through it takes most of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _compiled(
    foundation: Foundation, recipes: Sequence[Recipe], host: PluginHost, batch: Batch
) -> Plan:
    everything = (*foundation.base, *recipes)
    names = Names(host.expanders, merged(everything, "values"), merged(everything, "fields"))
    compiler = _Compiler(host, batch, names)
    base = [rule for recipe in foundation.base for rule in recipe.header]
    layers = [base, foundation.settings, *(recipe.header for recipe in recipes)]
    rules = [
        compiled
        for layer, content in enumerate(layers, start=BASE_LAYER)
        for rule in content
        if (compiled := compiler.rule(rule, layer)) is not None
    ]
    groups = {name: compiler.values(group) for name, group in names.values.items()}
    for name in names.fields:
        compiler.fields(names.fields[name])
    for recipe in everything:
        compiler.labels(recipe)
        compiler.filters(recipe)
    if compiler.problems:
        raise RecipeError(compiler.problems)
    return Plan(tuple(rules), foundation.default, groups)


@attrs.define
class _Compiler:
    host: PluginHost
    batch: Batch
    names: Names
    problems: list[Problem] = attrs.field(factory=list)
    conditions: dict[str, CompiledCondition] = attrs.field(factory=dict)

    def rule(self, rule: Rule, layer: int) -> CompiledRule | None:
        """Compile a rule, or complain of all that is wrong with it."""
        selector = self._selector(rule.field, rule.where, rule.field_column)
        condition = self._condition(rule.condition) if rule.condition is not None else None
        action = self._action(rule)
        if action is None or selector is None:
            return None
        if rule.value is not None and not rule.quoted and self._hides_condition(rule.value):
            self._complain(_at_value(rule), "write IF in capitals, or put the value in quotes")
            return None
        if action.rank is Rank.CREATES and not _can_create(selector):
            place = attrs.evolve(rule.where, column=rule.field_column)
            self._complain(place, f"{rule.action}: expected one tag that a data set may hold")
            return None
        test = self._test(rule, action)
        apply = self._compile(rule, action)
        if apply is None:
            return None
        when = _both(selector.when, test)
        return CompiledRule(
            layer,
            rule,
            action.rank,
            selector,
            apply,
            when,
            condition,
            sequences=selector.exact or action.sequences,
        )

    def _hides_condition(self, value: str) -> bool:
        """Tell whether a condition seems to be meant that does not start with IF in capitals."""
        _, found, rest = value.partition(" if ")
        return bool(found) and rest.split()[:1] != [] and rest.split()[0] in self.host.operators

    def values(self, group: Group) -> ValueGroup:
        """Compile a group of values."""
        selectors = [(member, self._member(member)) for member in group.members]
        return ValueGroup(tuple((m, found) for m, found in selectors if found is not None))

    def _member(self, member: Member) -> Selector | None:
        selector = self._selector(member.field, member.where)
        if selector is not None and selector.when is not None:
            self._complain(member.where, "a group of values must not depend on another")
            return None
        return selector

    def labels(self, recipe: Recipe) -> None:
        """Look at the actions of labels, which nothing carries out."""
        for rule in recipe.labels:
            self._action(rule)

    def fields(self, group: Group) -> None:
        """Look at all members of a group of fields, whether a rule uses it or not."""
        for member in group.members:
            self._selector(member.field, member.where)

    def filters(self, recipe: Recipe) -> None:
        """Look at all conditions of filters."""
        for label in (label for found in recipe.filters for label in found.labels):
            for _, condition in label.lines:
                self._condition(condition)
            for region in label.coordinates:
                if region.source is not None:
                    self._selector(region.source, region.where)

    def _complain(self, where: Where, message: str, suggestion: str | None = None) -> None:
        self.problems.append(Problem(where.source, where.line, where.column, message, suggestion))

    def _selector(self, field: str, where: Where, column: int | None = None) -> Selector | None:
        return self._try(where, lambda: compile_selector(field, self.names), column)

    def _condition(self, condition: Condition) -> CompiledCondition | None:
        known = self.conditions.get(condition.text)
        if known is None:
            known = self._try(
                condition.where, lambda: compile_condition(condition.text, self.host.operators)
            )
            if known is not None:
                self.conditions[condition.text] = known
        return known

    def _test(self, rule: Rule, action: FieldAction) -> Test | None:
        own = self._test_of_action(rule, action)
        if action.takes is not Takes.TEST or rule.value is None:
            return own
        stated = self._try(
            rule.where,
            lambda: compile_test(rule, self.host, self.names, self.batch),
            rule.value_column,
        )
        return _both(own, stated)

    def _test_of_action(self, rule: Rule, action: FieldAction) -> Test | None:
        if action.test is None:
            return None
        who = self.host.who(self.host.actions.entry(action.name).plugin)
        what = f"the test of action {action.name!r}"
        with Guard(who, what):
            test = action.test(rule, self.batch)
        if not callable(test):
            raise PluginContractError(f"{who}: {what} compiled to no function")

        def guarded(field: Field) -> bool:
            field.context.rely(action.depends)
            with Guard(who, what):
                return test(field)

        return guarded

    def _try(
        self, where: Where, compile_it: Callable[[], T], column: int | None = None
    ) -> T | None:
        try:
            return compile_it()
        except Fault as fault:
            if column is not None:
                where = attrs.evolve(where, column=column)
            self._complain(where, str(fault), fault.suggestion)
            return None

    def _action(self, rule: Rule) -> FieldAction | None:
        actions = self.host.actions
        if rule.action not in actions:
            known = ", ".join(sorted(actions))
            message = f"found action {rule.action!r}; expected one of: {known}"
            self._complain(rule.where, message, actions.nearest(rule.action))
            return None
        action = actions[rule.action]
        if action.takes is Takes.VALUE and rule.value is None:
            self._complain(_at_value(rule), f"{rule.action}: expected a value after the field")
            return None
        if action.takes is Takes.NOTHING and rule.value is not None:
            self._complain(_at_value(rule), f"{rule.action}: expected nothing after the field")
            return None
        return action

    def _compile(self, rule: Rule, action: FieldAction) -> Apply | None:
        who = self.host.who(self.host.actions.entry(action.name).plugin)
        try:
            apply = action.compile(rule, self.batch)
        except Fault as fault:
            self._complain(_at_value(rule), str(fault), fault.suggestion)
        except ValueError as error:
            self._complain(_at_value(rule), f"{rule.action}: {error}")
        except DeidError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a plugin raises is named
            raise failure(who, f"action {action.name!r}", error) from None
        else:
            if not callable(apply):
                message = f"{who}: action {action.name!r} compiled to no function"
                raise PluginContractError(message)
            return guarded_apply(
                apply, rule, who, action.depends, strict=self.batch.settings.strict
            )
        return None


def _at_value(rule: Rule) -> Where:
    return attrs.evolve(rule.where, column=rule.value_column)


def _can_create(selector: Selector) -> bool:
    """Tell whether a named field is one tag that can be made; a pattern acts on what is there."""
    if not selector.steps:
        return True
    last = selector.steps[-1]
    group = last.mask[:4]
    return (
        "x" not in group
        and int(group, 16) != 0
        and (last.creator is not None or last.tag is not None)
    )


def _both(first: Test | None, second: Test | None) -> Test | None:
    if first is None or second is None:
        return first or second
    return lambda field: first(field) and second(field)
