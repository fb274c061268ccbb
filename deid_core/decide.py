"""Plan + verdict + data set → changes. Looks at the untouched data set and changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import attrs
from pydicom.dataset import Dataset

from deid_core import dictionary
from deid_core.batch import FileContext
from deid_core.elements import (
    creator_of,
    is_creator,
    is_sequence,
    items_of,
    plain,
    private_creators,
    read_element,
    stored_vr,
)
from deid_core.model import (
    Change,
    ElementPath,
    Field,
    Parent,
    PrivateDecision,
    PrivateVerdict,
    RemoveElement,
    SetValue,
)
from deid_core.recipe.plan import UNNAMED_LAYER, Decision, Node
from deid_core.recipe.selectors import Step


@attrs.frozen
class Changes:
    """What is to be done to one data set.

    ``elements`` maps tags to changes, ``items`` maps the tags of sequences that stay to the
    changes of their items, ``added`` lists what is new.
    """

    elements: dict[int, Change] = attrs.field(factory=dict)
    items: dict[int, list[Changes]] = attrs.field(factory=dict)
    added: list[tuple[ElementPath, SetValue]] = attrs.field(factory=list, repr=False)


@attrs.frozen
class _Climate:
    """What surrounds a data set: how its elements fare that no rule names.

    ``sheltered`` is inside a sequence that a rule protects: only rules that name an element
    reach it. ``doomed`` is the layer of the rule that removes the sequence around, None
    outside of such: there only what is protected survives.
    """

    default: str
    sheltered: bool = False
    doomed: int | None = None


REMOVE = RemoveElement()

FILE_META_GROUP = 0x0002
ILLEGAL_GROUPS = frozenset({0x0000, FILE_META_GROUP})
"""Groups that no data set may hold (PS3.5 7.1): commands and file meta information."""


@attrs.define
class Decider:
    """Decides about one instance; ``actions`` counts what was decided, by action and field."""

    context: FileContext
    verdict: PrivateVerdict
    actions: Counter[str] = attrs.field(factory=Counter)

    def data_set(self, dataset: Dataset, root: Node, default: str) -> Changes:
        """Decide about the data set of an instance."""
        changes, _ = self._walk(dataset, root, (), _Climate(default))
        self._add(dataset, root, (), changes)
        for tag in dataset.keys():  # noqa: SIM118 - as in elements
            if tag >> 16 in ILLEGAL_GROUPS:
                changes.elements[tag] = REMOVE
        return changes

    def file_meta(self, file_meta: Dataset, root: Node) -> Changes:
        """Decide about the file meta information: what no rule names goes."""
        changes, _ = self._walk(file_meta, root, (), _Climate("REMOVE"))
        self._add(file_meta, root, (), changes, file_meta=True)
        return changes

    def _walk(
        self, dataset: Dataset, node: Node, parents: tuple[Parent, ...], climate: _Climate
    ) -> tuple[Changes, bool]:
        """Return the changes, and whether anything in the data set is left."""
        changes = Changes()
        tags = list(dataset.keys())
        creators = private_creators(dataset) if any(tag >> 16 & 1 for tag in tags) else {}
        left = False
        for tag in tags:
            if is_creator(tag) and climate.doomed is None:
                continue
            creator = creator_of(tag, creators)
            path = ElementPath(tag, stored_vr(dataset, tag), creator, parents)
            change = self._element(dataset, node, path, climate, changes)
            if change is None:
                left = True
            else:
                changes.elements[tag] = change
        self._creators(dataset, parents, creators, climate, changes)
        if parents and climate.doomed is None:
            self._add(dataset, node, parents, changes)
        return changes, left

    def _element(
        self, dataset: Dataset, node: Node, path: ElementPath, climate: _Climate, changes: Changes
    ) -> Change | None:
        """Return the change of one element; a sequence that stays enters ``changes.items``."""
        if self.verdict.found and path.is_private and str(path) in self.verdict.found:
            self._count("SCREEN", path, REMOVE)
            return REMOVE
        decision, fallback = self._judge(node, path, climate)
        if climate.doomed is not None and not (decision.kept and decision.layer >= climate.doomed):
            change: Change | None = REMOVE
        elif decision.steps:
            field = self._field(dataset, path)
            change, name = decision.change(field)
            self._count(name, path, change)
        elif decision.kept or fallback == "KEEP":
            change = None
        else:
            change = REMOVE if fallback == "REMOVE" else SetValue(None)
            self._count(fallback, path, change)
        if not is_sequence(dataset, path.tag):
            return change
        return self._sequence(dataset, node, path, change, decision, climate, changes)

    def _judge(self, node: Node, path: ElementPath, climate: _Climate) -> tuple[Decision, str]:
        """Return what the recipe says, and what goes where it says nothing."""
        fallback = climate.default
        exact = climate.sheltered
        if path.is_private:
            removed = self.verdict.default is PrivateDecision.REMOVE
            exact = exact or removed
            fallback = "REMOVE" if removed else "KEEP"
        decision = node.decision(path.tag, path.vr, path.creator, exact=exact)
        return decision, fallback

    def _sequence(
        self,
        dataset: Dataset,
        node: Node,
        path: ElementPath,
        change: Change | None,
        decision: Decision,
        climate: _Climate,
        changes: Changes,
    ) -> Change | None:
        step = Parent(path.tag, 0, path.creator)
        if change is None:
            default = "KEEP" if decision.kept or path.is_private else climate.default
            inside = _Climate(default, sheltered=climate.sheltered or decision.kept)
        else:
            layer = decision.layer if decision.named else UNNAMED_LAYER
            layer = layer if climate.doomed is None else max(layer, climate.doomed)
            if not node.keeps_below(step, layer):
                return change
            inside = _Climate("REMOVE", doomed=layer)
        items, left = [], False
        for number, item in enumerate(items_of(dataset, path.tag)):
            parent = attrs.evolve(step, item=number)
            inner, kept = self._walk(item, node.child(parent), (*path.parents, parent), inside)
            items.append(inner)
            left = left or kept
        if change is not None and not left:
            return change
        changes.items[path.tag] = items
        return None

    def _creators(
        self,
        dataset: Dataset,
        parents: tuple[Parent, ...],
        creators: Mapping[int, str],
        climate: _Climate,
        changes: Changes,
    ) -> None:
        """Let private creators share the fate of what they reserve."""
        used = {
            tag >> 8
            for tag in dataset.keys()  # noqa: SIM118 - as in elements
            if tag >> 16 & 1 and not is_creator(tag) and not _goes(changes.elements.get(tag))
        }
        keeps = self.verdict.default is PrivateDecision.KEEP and climate.doomed is None
        for block in creators:
            tag = block << 8 & 0xFFFF0000 | block & 0xFF
            path = ElementPath(tag, "LO", None, parents)
            bad = str(path) in self.verdict.found
            if block in used and not bad:
                changes.elements.pop(tag, None)
            elif bad or not keeps:
                changes.elements[tag] = REMOVE
                if bad:
                    self._remove_block(block, used, dataset, changes)

    @staticmethod
    def _remove_block(block: int, used: set[int], dataset: Dataset, changes: Changes) -> None:
        """Remove what a creator reserved that cannot stay itself."""
        if block not in used:
            return
        for tag in dataset.keys():  # noqa: SIM118 - as in elements
            if tag >> 8 == block:
                changes.elements[tag] = REMOVE
                changes.items.pop(tag, None)

    def _add(
        self,
        dataset: Dataset,
        node: Node,
        parents: tuple[Parent, ...],
        changes: Changes,
        *,
        file_meta: bool = False,
    ) -> None:
        """Decide about what rules create and the data set does not have."""
        done: set[int] = set()
        for selector in node.created():
            path = _new_path(selector.steps[-1], private_creators(dataset), parents)
            if path is None or path.tag in dataset or path.tag in done:
                continue
            if (path.tag >> 16 == FILE_META_GROUP) != file_meta:
                continue
            done.add(path.tag)
            decision = node.decision(path.tag, path.vr, path.creator, exact=True)
            change, name = decision.change(Field(path, self.context, present=False))
            if isinstance(change, SetValue):
                self._count(name, path, change)
                changes.added.append((path, change))

    def _field(self, dataset: Dataset, path: ElementPath) -> Field:
        def decode() -> object:
            if is_sequence(dataset, path.tag):
                return items_of(dataset, path.tag)
            return plain(read_element(dataset, path.tag).value)

        return Field(path, self.context, decode=decode)

    def _count(self, name: str, path: ElementPath, change: Change | None) -> None:
        if change is not None:
            self.actions[f"{name} {path.label}"] += 1


def _goes(change: Change | None) -> bool:
    return isinstance(change, RemoveElement)


def _new_path(
    step: Step, creators: Mapping[int, str], parents: tuple[Parent, ...]
) -> ElementPath | None:
    """Return where a created element goes; a private one into its creator's block or a new one."""
    if step.creator is None:
        if step.tag is None:
            return None
        allowed = dictionary.vrs_of(step.tag)
        return ElementPath(step.tag, allowed[0] if allowed else "UN", None, parents)
    if "x" in step.mask[:4]:
        return None
    group, offset = int(step.mask[:4], 16), int(step.mask[6:], 16)
    blocks = {key & 0xFF: name for key, name in creators.items() if key >> 8 == group}
    own = [b for b, name in blocks.items() if name.casefold() == step.creator.casefold()]
    block = own[0] if own else next(b for b in range(0x10, 0x100) if b not in blocks)
    return ElementPath(group << 16 | block << 8 | offset, "LO", step.creator, parents)
