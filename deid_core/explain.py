"""What a plan does to an element, and which lines of which recipe decide."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydicom.dataset import Dataset

from deid_core import dictionary
from deid_core.changes import Changes, OverwriteBytes, RemoveElement, SetValue
from deid_core.elements import walk
from deid_core.engine import Decided, Engine
from deid_core.errors import SettingsError
from deid_core.field import ElementPath, Parent
from deid_core.judge import FILE_META_GROUP
from deid_core.model import FileRef
from deid_core.quiet import quiet_pydicom
from deid_core.recipe.faults import Fault
from deid_core.recipe.places import new_path
from deid_core.recipe.plan import CompiledRule, Decision, Node
from deid_core.recipe.printing import rule_text
from deid_core.recipe.selectors import Step, parse_path


def explain_field(engine: Engine, field: str, file: Path | None = None) -> Iterator[str]:
    """Yield lines that say what happens to a field.

    ``field`` is a keyword, a tag or a path. With a ``file``, each place where the file has it
    is explained as the engine decides about it; without, the rules that are about it.

    Raises `SettingsError` for a field that means nothing, and `FileError` for a file that
    cannot be read.
    """
    try:
        steps = parse_path(field)
    except Fault as fault:
        raise SettingsError(str(fault)) from None
    if file is None:
        yield from _explain_in_general(engine, steps)
        return
    with quiet_pydicom():
        instance = engine.host.read_file(FileRef(file.name, path=file), engine.batch)
        record: dict[str, Decision] = {}
        decided = engine.decide(instance, file.name, record)
        sources = (instance.dataset, instance.dataset.file_meta)
        paths = [path for source in sources for _, path in walk(source)]
    places = [path for path in paths if _is_at(path, steps)]
    if not places:
        yield f"{field} is not in this file"
    for path in places:
        yield f"{path} {_name(path)}: {outcome_of(decided, path)}"
        yield from _lines(engine, record.get(str(path)))


def _explain_in_general(engine: Engine, steps: tuple[Step, ...]) -> Iterator[str]:
    parents = tuple(Parent(step.tag or 0, step.item or 0, step.creator) for step in steps[:-1])
    path = new_path(steps[-1], {}, parents)
    if path is None:
        raise SettingsError("name one tag, or give a file")
    node = _descend(engine.plan.root(Dataset(), conditional=False), parents)
    hidden = path.is_private and engine.batch.settings.remove_private
    decision = node.decision(path.tag, path.vr, path.creator, exact=hidden)
    if decision.candidates:
        found = "depends on its value"
    elif decision.kept:
        found = "kept"
    elif decision.steps:
        found = ", then ".join(step.rule.action for step in decision.steps)
    elif path.is_private and engine.batch.settings.remove_private:
        found = "no rule names it; private elements are removed"
    elif path.is_private:
        found = "no rule names it; private elements are kept"
    else:
        found = f"no rule names it; the default: {engine.plan.default}"
    yield f"{path} {_name(path)}: {found}"
    yield from _lines(engine, decision)
    for rule in engine.plan.rules:
        if rule.condition is not None and rule.selector.matches(path):
            yield _line(engine, rule)


def _name(path: ElementPath) -> str:
    return dictionary.name_of(path.tag) or "unknown or private"


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


def outcome_of(decided: Decided, path: ElementPath) -> str:
    """Return what becomes of an element of the instance that was decided about, in words."""
    is_file_meta = path.tag >> 16 == FILE_META_GROUP and not path.parents
    changes: Changes = decided.file_meta if is_file_meta else decided.data_set
    for parent in path.parents:
        if parent.tag in changes.elements:
            keyword = ElementPath(parent.tag).label
            return f"removed, with {keyword} around it"
        inner = changes.items[parent.tag][parent.item]
        if inner is None:
            return "removed, with the item that holds it"
        changes = inner
    change = changes.elements.get(path.tag)
    if isinstance(change, RemoveElement):
        return "removed"
    if isinstance(change, OverwriteBytes):
        return "overwritten in part"
    if isinstance(change, SetValue):
        return "emptied" if change.value is None else "given a new value"
    return "kept"


def _lines(engine: Engine, decision: Decision | None) -> Iterator[str]:
    """Yield the rules that decide, or none where the default does."""
    if decision is not None:
        for rule in decision.candidates or decision.deciding:
            yield _line(engine, rule)


def _line(engine: Engine, rule: CompiledRule) -> str:
    where = rule.rule.where
    place = f"{where.source}:{where.line}" if where.line else where.source
    summary = engine.host.actions[rule.rule.action].summary
    return f"  {place}: {rule_text(rule.rule)} ({summary})"
