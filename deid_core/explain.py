"""What a plan does to an element, and which lines of which recipe decide."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydicom.dataset import Dataset

from deid_core import dictionary
from deid_core.decide import new_path
from deid_core.elements import walk
from deid_core.engine import Engine
from deid_core.errors import SettingsError
from deid_core.model import ElementPath, FileRef, Parent, PrivateDecision
from deid_core.quiet import quiet_pydicom
from deid_core.recipe.faults import Fault
from deid_core.recipe.plan import CompiledRule, Decision, Node
from deid_core.recipe.printing import rule_text
from deid_core.recipe.selectors import Step, parse_path


def explain_field(engine: Engine, field: str, file: Path | None = None) -> Iterator[str]:
    """Yield lines that say what happens to a field.

    ``field`` is a keyword, a tag or a path. With a ``file``, each place where the file has it
    is explained, with the rules whose conditions hold there; without, the field as such.

    Raises `SettingsError` for a field that means nothing.
    """
    try:
        steps = parse_path(field)
    except Fault as fault:
        raise SettingsError(str(fault)) from None
    if file is None:
        yield from _explain_in_general(engine, steps)
        return
    with quiet_pydicom():
        dataset = engine.host.read_file(FileRef(file.name, path=file), engine.batch).dataset
        places = [path for _, path in walk(dataset) if _is_at(path, steps)]
        root = engine.plan.root(dataset)
    if not places:
        yield f"{field} is not in this file"
    for path in places:
        yield from _explain(engine, _descend(root, path.parents), path)


def _explain_in_general(engine: Engine, steps: tuple[Step, ...]) -> Iterator[str]:
    conditional = [rule for rule in engine.plan.rules if rule.condition is not None]
    parents = tuple(Parent(step.tag or 0, step.item or 0, step.creator) for step in steps[:-1])
    path = new_path(steps[-1], {}, parents)
    if path is None:
        raise SettingsError("name one tag, or give a file")
    root = engine.plan.root(Dataset())
    yield from _explain(engine, _descend(root, parents), path)
    for rule in conditional:
        if rule.selector.matches(path):
            yield f"  where {rule.rule.condition.text if rule.rule.condition else ''}:{_line(engine, rule)}"


def _is_at(path: ElementPath, steps: tuple[Step, ...]) -> bool:
    if not steps[-1].matches(path.tag, path.creator):
        return False
    if len(steps) == 1:
        return True
    return len(path.parents) == len(steps) - 1 and all(
        step.matches(parent.tag, parent.creator) and step.item in (None, parent.item)
        for step, parent in zip(steps, path.parents, strict=False)
    )


def _descend(node: Node, parents: tuple[Parent, ...]) -> Node:
    for parent in parents:
        node = node.child(parent)
    return node


def _explain(engine: Engine, node: Node, path: ElementPath) -> Iterator[str]:
    name = dictionary.name_of(path.tag) or "unknown or private"
    decision = node.decision(path.tag, path.vr, path.creator, exact=False)
    yield f"{path} {name}: {_outcome(engine, decision, path)}"
    for rule in decision.candidates or decision.steps or decision.deciding:
        yield _line(engine, rule)


def _outcome(engine: Engine, decision: Decision, path: ElementPath) -> str:
    if decision.candidates:
        return "depends on its value"
    if decision.kept:
        return "kept"
    if decision.steps:
        return ", then ".join(step.rule.action for step in decision.steps)
    if path.is_private:
        removed = engine.batch.settings.remove_private
        verdict = PrivateDecision.REMOVE if removed else PrivateDecision.KEEP
        return f"no rule names it; as a private element: {verdict.value}"
    return f"no rule names it; the default: {engine.plan.default}"


def _line(engine: Engine, rule: CompiledRule) -> str:
    where = rule.rule.where
    place = f"{where.source}:{where.line}" if where.line else where.source
    summary = engine.host.actions[rule.rule.action].summary
    return f"  {place}: {rule_text(rule.rule)} ({summary})"
