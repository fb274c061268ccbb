"""``%screen``: the screening rules of a recipe."""

from __future__ import annotations

from collections.abc import Iterable

from deid_core.errors import Problem, RecipeError
from deid_core.recipe.tree import Recipe, ScreenLine
from deid_core.screening import ScreenRule, complaint_about


def screen_rules(recipes: Iterable[Recipe]) -> tuple[ScreenRule, ...]:
    """Return the screening rules of all recipes. Raises `RecipeError` with all bad ones."""
    rules, problems = [], []
    for line in (line for recipe in recipes for line in recipe.screen):
        rule = _rule(line)
        complaint = complaint_about(rule)
        if complaint:
            where = line.where
            problems.append(Problem(where.source, where.line, where.column, complaint))
        rules.append(rule)
    if problems:
        raise RecipeError(problems)
    return tuple(rules)


def _rule(line: ScreenLine) -> ScreenRule:
    if line.kind == "PATTERN":
        return ScreenRule(type="pattern", pattern=line.what)
    return ScreenRule(
        type="value",
        tag=line.what,
        split=line.split is not None,
        separator=line.split,
        minvaluelen=line.minlength,
    )
