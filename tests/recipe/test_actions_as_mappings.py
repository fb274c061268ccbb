"""A rule as settings files and dictionaries write it: action, field, perhaps value."""

from __future__ import annotations

import pytest

from deid_core import RecipeError
from deid_core.recipe.mapping import rule_of
from deid_core.recipe.tree import Rule


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        ({"action": "keep", "field": "Modality"}, Rule("KEEP", "Modality")),
        ({"action": "REPLACE", "field": "Rows", "value": 5}, Rule("REPLACE", "Rows", "5")),
        ({"action": "REPLACE", "field": "Rows", "value": None}, Rule("REPLACE", "Rows")),
    ],
)
def test_a_mapping_is_a_rule(entry: dict[str, object], rule: Rule) -> None:
    assert rule_of(entry, "here") == rule


@pytest.mark.parametrize(
    "entry",
    [
        "KEEP Modality",
        {"action": "KEEP"},
        {"field": "Modality"},
        {"action": "KEEP", "field": "Modality", "if": "present Modality"},
    ],
)
def test_anything_else_is_refused_with_its_place(entry: object) -> None:
    with pytest.raises(RecipeError) as caught:
        rule_of(entry, "put.actions[1]")
    assert str(caught.value) == (
        "put.actions[1]: expected an object with action, field and perhaps value"
    )
