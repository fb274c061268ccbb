"""Lines of a recipe as mappings, as settings files and dictionaries write them."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from deid_core.errors import Problem, RecipeError
from deid_core.recipe.draft import Draft
from deid_core.recipe.sections import with_parameters
from deid_core.recipe.tree import Condition, Member, Rule, Where
from deid_core.recipe.words import LineError, Word, strip_comment, unquote


def rule_of(entry: object, source: str) -> Rule:
    """Turn a mapping with ``action``, ``field``, perhaps ``value`` and ``condition``, into a rule.

    Raises `RecipeError`.
    """
    words = _words(entry, source, {"value", "condition", "quoted"})
    where = Where(source)
    condition = words.get("condition")
    return Rule(
        action=words["action"].upper(),
        field=words["field"],
        value=words.get("value"),
        quoted="quoted" in words or ("value" in words and _needs_quotes(words["value"])),
        condition=None if condition is None else Condition(condition, where),
        where=where,
    )


def _needs_quotes(value: str) -> bool:
    """Tell whether a value would read as another without quotes; then it is meant literally."""
    try:
        return not value or " IF " in value or unquote(strip_comment(value)) != (value, False)
    except LineError:
        return True


def member_of(entry: object, source: str, *, splits: bool) -> Member:
    """Turn a mapping with ``action`` (FIELD or SPLIT) and ``field`` into a member of a group.

    Raises `RecipeError`.
    """
    words = _words(entry, source, {"value"} if splits else set())
    known = ("FIELD", "SPLIT") if splits else ("FIELD",)
    action = words["action"].upper()
    if action not in known:
        message = f"found {words['action']!r}; expected {' or '.join(known)}"
        raise RecipeError([Problem(source, 0, 0, message)])
    member = Member(words["field"], split=action == "SPLIT", where=Where(source))
    if "value" not in words:
        return member
    draft = Draft(source)
    found = with_parameters(member, Word(words["value"], 0), draft)
    if found is None or not member.split:
        raise RecipeError(
            [attrs.evolve(problem, line=0, column=0) for problem in draft.problems]
            or [Problem(source, 0, 0, "FIELD takes no value")]
        )
    return found


def _words(entry: object, source: str, optional: set[str]) -> dict[str, str]:
    allowed = {"action", "field", *optional}
    if not isinstance(entry, Mapping) or not {"action", "field"} <= set(entry) <= allowed:
        perhaps = " and perhaps value" if "value" in optional else ""
        message = f"expected an object with action, field{perhaps}"
        raise RecipeError([Problem(source, 0, 0, message)])
    return {str(key): str(value) for key, value in entry.items() if value is not None}
