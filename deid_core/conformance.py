"""A conformance statement, made from the plan: what happens to each attribute (PS3.15 E.1.3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydicom.dataset import Dataset

from deid_core import dictionary
from deid_core.engine import Engine
from deid_core.recipe.plan import CompiledRule
from deid_core.recipe.printing import rule_text
from deid_core.recipe.tree import Recipe


def statement(engine: Engine, layers: Sequence[Recipe]) -> Iterator[str]:
    """Yield the lines of a statement: recipes, defaults, and a line for each attribute.

    Attributes of the dictionary that no rule names are left out: the default goes for them.
    """
    settings = engine.batch.settings
    yield "Recipes, the last on top:"
    for layer in layers:
        yield f"  {layer.source}: {layer.title}".rstrip(": ")
    yield f"De-identification methods (CID 7050): {', '.join(settings.methods) or 'none'}"
    yield f"Attributes that no rule names: {engine.plan.default}"
    yield f"Private elements that no rule names: {'REMOVE' if settings.remove_private else 'KEEP'}"
    yield f"Values of the patient's own in what stays: {settings.sweep}"
    yield f"Dates in texts that are cleaned: {settings.dates}"
    yield f"New UIDs begin with: {settings.uid_root}"
    yield from ("", "Attributes of the dictionary:")
    yield from _attributes(engine)
    yield from ("", "Rules for repeating groups, private elements, and what is found by a pattern:")
    yield from _wide(engine)


def _attributes(engine: Engine) -> Iterator[str]:
    node = engine.plan.root(Dataset(), conditional=False)
    for tag in dictionary.tags():
        decision = node.decision(tag, dictionary.vrs_of(tag)[0], None, exact=False)
        rules = decision.candidates or decision.deciding
        if rules:
            place = f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
            yield f"{place} {dictionary.name_of(tag)}: {_text(rules)}"
    for rule in engine.plan.rules:
        if rule.condition is not None:
            yield f"{rule.rule.field}, depending on the instance: {_text([rule])}"


def _wide(engine: Engine) -> Iterator[str]:
    """Yield the rules that are about no single tag."""
    for rule in engine.plan.rules:
        steps = rule.selector.steps
        if not steps or steps[-1].tag is None or steps[-1].creator is not None:
            yield _text([rule])


def _text(rules: Sequence[CompiledRule]) -> str:
    done = "; ".join(rule_text(rule.rule) for rule in rules)
    return f"{done} [{rules[0].rule.where.source}]"
