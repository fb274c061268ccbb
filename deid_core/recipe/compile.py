"""Recipes → `Plan`: look up every name once, and complain of all that are not there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import attrs

from deid_core.errors import ActionError, DeidError, FileError, Problem, RecipeError
from deid_core.guard import failure
from deid_core.model import Change, Field, RemoveElement, SetValue
from deid_core.recipe.faults import Fault
from deid_core.recipe.plan import BASE_LAYER, CompiledRule, Plan
from deid_core.recipe.selectors import Selector, compile_selector
from deid_core.recipe.tree import Recipe, Rule
from deid_core.recipe.values import Value, compile_value
from deid_core.records import FieldAction, Takes, Unresolved

if TYPE_CHECKING:
    from deid_core.batch import Batch
    from deid_core.host import PluginHost


def compile_plan(
    base: Iterable[Rule], recipes: Sequence[Recipe], default: str, host: PluginHost, batch: Batch
) -> Plan:
    """Compile the rules beneath all recipes and the recipes, lowest first, into a plan.

    Raises `RecipeError` with every name that no plugin provides.
    """
    compiler = _Compiler(host, batch)
    layers = [base, *(recipe.header for recipe in recipes)]
    rules = [
        compiled
        for layer, content in enumerate(layers, start=BASE_LAYER)
        for rule in content
        if (compiled := compiler.rule(rule, layer)) is not None
    ]
    if compiler.problems:
        raise RecipeError(compiler.problems)
    return Plan(tuple(rules), default)


def rule_value(rule: Rule, host: PluginHost, batch: Batch) -> Value:
    """Compile the value of one rule with what the plugins of ``host`` declare."""
    return compile_value(rule, host.value_functions, batch, host.who)


@attrs.define
class _Compiler:
    host: PluginHost
    batch: Batch
    problems: list[Problem] = attrs.field(factory=list)

    def rule(self, rule: Rule, layer: int) -> CompiledRule | None:
        selector = self._selector(rule)
        action = self._action(rule)
        if action is None or selector is None:
            return None
        apply = self._compile(rule, action)
        if apply is None:
            return None
        return CompiledRule(layer, rule, action.rank, selector, apply)

    def _complain(
        self, rule: Rule, column: int, message: str, suggestion: str | None = None
    ) -> None:
        where = rule.where
        self.problems.append(Problem(where.source, where.line, column, message, suggestion))

    def _selector(self, rule: Rule) -> Selector | None:
        try:
            return compile_selector(rule.field, self.host.expanders)
        except Fault as fault:
            self._complain(rule, rule.field_column, str(fault), fault.suggestion)
            return None

    def _action(self, rule: Rule) -> FieldAction | None:
        actions = self.host.actions
        if rule.action not in actions:
            known = ", ".join(sorted(actions))
            message = f"found action {rule.action!r}; expected one of: {known}"
            self._complain(rule, rule.where.column, message, actions.nearest(rule.action))
            return None
        action = actions[rule.action]
        if action.takes is Takes.VALUE and rule.value is None:
            self._complain(
                rule, rule.value_column, f"{rule.action}: expected a value after the field"
            )
            return None
        if action.takes is Takes.NOTHING and rule.value is not None:
            message = f"{rule.action} takes no value; found one after the field"
            self._complain(rule, rule.value_column, message)
            return None
        return action

    def _compile(self, rule: Rule, action: FieldAction) -> Callable[[Field], Change | None] | None:
        who = self.host.who(self.host.actions.entry(action.name).plugin)
        try:
            apply = action.compile(rule, self.batch)
        except Fault as fault:
            self._complain(rule, rule.value_column, str(fault), fault.suggestion)
        except ValueError as error:
            self._complain(rule, rule.value_column, f"{rule.action}: {error}")
        except DeidError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a plugin raises is named
            raise failure(who, f"action {action.name!r}", error) from None
        else:
            return _guarded(apply, rule, who, strict=self.batch.settings.strict)
        return None


def _guarded(
    apply: Callable[[Field], Change | None], rule: Rule, who: str, *, strict: bool
) -> Callable[[Field], Change | None]:
    """Return ``apply`` such that what has no value is removed, and what fails is named."""

    def guarded(field: Field) -> Change | None:
        try:
            change = apply(field)
        except Unresolved:
            message = f"{rule.action} {field.path.label} not done for {field.context.label}"
            if strict:
                raise ActionError(message) from None
            field.context.warn(message)
            return RemoveElement()
        except FileError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a plugin raises is named
            raise ActionError(str(failure(who, f"action {rule.action!r}", error))) from None
        if change is not None and not isinstance(change, SetValue | RemoveElement):
            raise ActionError(
                f"{who}: action {rule.action!r} returned {type(change).__name__}, not a Change or None"
            )
        return change

    return guarded
