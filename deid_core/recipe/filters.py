"""``%filter``: which labels an instance meets, and the regions that they are about."""

from __future__ import annotations

from collections.abc import Iterable

import attrs
from pydicom.dataset import Dataset

from deid_core.errors import Problem, RecipeError
from deid_core.recipe.conditions import AND, CompiledCondition, Operators, compile_condition
from deid_core.recipe.faults import Fault
from deid_core.recipe.tree import Condition, Coordinates, Label, Recipe


@attrs.frozen
class FilterMatch:
    """A label whose criteria an instance meets: its filter, its text and its regions."""

    filter: str
    label: str
    coordinates: tuple[Coordinates, ...] = ()


def matching_labels(
    recipes: Iterable[Recipe], dataset: Dataset, operators: Operators
) -> list[FilterMatch]:
    """Return the labels of all filters that an instance meets, in the order of the recipes.

    The criteria of a line are joined first, from left to right; then the lines, by the
    operator before each. A label without criteria is met by every instance. Nothing follows
    from a match: what to do with the regions is for those who ask. Raises
    `RecipeError` for criteria that mean nothing.
    """
    return [
        FilterMatch(found.name, label.text, label.coordinates)
        for recipe in recipes
        for found in recipe.filters
        for label in found.labels
        if meets(label, dataset, operators)
    ]


def meets(label: Label, dataset: Dataset, operators: Operators) -> bool:
    """Tell whether an instance meets the criteria of a label. Raises `RecipeError`."""
    result = True
    for number, (join, condition) in enumerate(label.lines):
        holds = _compiled(condition, operators)(dataset)
        if number == 0:
            result = holds
        elif join in ("", AND):
            result = result and holds
        else:
            result = result or holds
    return result


def _compiled(condition: Condition, operators: Operators) -> CompiledCondition:
    try:
        return compile_condition(condition.text, operators)
    except Fault as fault:
        where = condition.where
        problem = Problem(where.source, where.line, where.column, str(fault), fault.suggestion)
        raise RecipeError([problem]) from None
