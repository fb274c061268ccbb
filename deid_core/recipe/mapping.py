"""A rule as a mapping, as settings files and dictionaries write it."""

from __future__ import annotations

from collections.abc import Mapping

from deid_core.errors import Problem, RecipeError
from deid_core.recipe.tree import Rule, Where


def rule_of(entry: object, source: str) -> Rule:
    """Turn an action, a mapping with ``action``, ``field`` and perhaps ``value``, into a rule.

    Raises `RecipeError`.
    """
    if not isinstance(entry, Mapping) or not {"action", "field"} <= set(entry) <= {
        "action",
        "field",
        "value",
    }:
        message = "expected an object with action, field and perhaps value"
        raise RecipeError([Problem(source, 0, 0, message)])
    value = entry.get("value")
    return Rule(
        action=str(entry["action"]).upper(),
        field=str(entry["field"]),
        value=None if value is None else str(value),
        where=Where(source),
    )
