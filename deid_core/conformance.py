"""A conformance statement, made from the plan: what happens to each attribute (PS3.15 E.1.3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydicom.dataset import Dataset

from deid_core import dictionary
from deid_core.engine import Engine
from deid_core.recipe.printing import rule_text
from deid_core.recipe.tree import Recipe


def statement(engine: Engine, layers: Sequence[Recipe]) -> Iterator[str]:
    """Yield the lines of a statement: the recipes, the defaults, and a line for each attribute.

    Attributes of the dictionary that no rule names are left out: the default goes for them.
    """
    settings = engine.batch.settings
    yield f"Recipes, the last on top: {', '.join(layer.source for layer in layers) or 'none'}"
    yield f"De-identification methods: {', '.join(settings.methods) or 'none'}"
    yield f"Attributes that no rule names: {engine.plan.default}"
    yield f"Private elements that no rule names: {'REMOVE' if settings.remove_private else 'KEEP'}"
    yield f"Values of the patient's own in what stays: {settings.sweep}"
    yield ""
    node = engine.plan.root(Dataset(), conditional=False)
    for tag in dictionary.tags():
        decision = node.decision(tag, dictionary.vrs_of(tag)[0], None, exact=False)
        rules = decision.candidates or decision.deciding
        if rules:
            done = "; ".join(rule_text(rule.rule) for rule in rules)
            place = f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
            yield f"{place} {dictionary.name_of(tag)}: {done} [{rules[0].rule.where.source}]"
