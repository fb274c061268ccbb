"""What becomes of each element: the one place where rules, climate, verdict and sweep meet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import attrs

from deid_core.case import Case, field_of
from deid_core.changes import UNDONE, Change, Changes, RemoveElement, RemoveItems, SetValue
from deid_core.climate import Climate
from deid_core.dependence import Depends
from deid_core.elements import (
    Elements,
    creator_of,
    is_creator,
    is_sequence,
    items_of,
    private_creators,
    stored_vr,
)
from deid_core.encoded.dataset import EncodedDataSet
from deid_core.errors import ReadError
from deid_core.field import ElementPath, Field, Parent
from deid_core.model import PrivateDecision
from deid_core.recipe.places import new_path
from deid_core.recipe.plan import UNNAMED_LAYER, Decision, Node, settle
from deid_core.remembering import recall_addition, recall_elements, remember_addition
from deid_core.structure import MAX_DEPTH
from deid_core.tally import rule_key

REMOVE = RemoveElement()
PRIVATE = 0x10000
"""The bit that makes a group number odd (PS3.5 7.8)."""

FILE_META_GROUP = 0x0002
ILLEGAL_GROUPS = frozenset({0x0000, FILE_META_GROUP})
"""Groups that no data set may hold (PS3.5 7.1): commands and file meta information."""


@attrs.define
class Walk:
    """The way through one data set; through its items go walks of their own."""

    case: Case
    dataset: Elements
    node: Node
    parents: tuple[Parent, ...]
    climate: Climate
    is_file_meta: bool = False
    changes: Changes = attrs.field(factory=Changes)
    protected: set[int] = attrs.field(factory=set)
    asked_blocks: set[int] = attrs.field(factory=set)
    tags: list[int] = attrs.field(init=False)
    creators: Mapping[int, str] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        if len(self.parents) > MAX_DEPTH:
            raise ReadError(f"sequences are nested deeper than {MAX_DEPTH}")
        self.tags = list(self.dataset.keys())
        self.creators = private_creators(self.dataset)

    def elements(self) -> bool:
        """Decide about all elements, and tell whether any is left."""
        dataset, scope = self.dataset, self.case.scope
        if scope is None or not isinstance(dataset, EncodedDataSet) or self._is_alone:
            left = self._all()
            self.private_creators()
        else:
            left = recall_elements(self, scope, dataset)
        if self.parents and self.climate.doomed is None:
            self.add()
        return left

    @property
    def _is_alone(self) -> bool:
        """Whether the verdict has its own word about something around or in here."""
        return bool(self.parents) and self.parents[0].tag in self.case.alone

    def _all(self) -> bool:
        left = False
        for tag in self.tags:
            if self._is_creator(tag):
                continue
            change = self.element(self.path(tag))
            if change is None:
                left = True
            else:
                self.changes.elements[tag] = change
        return left

    def path(self, tag: int) -> ElementPath:
        """Return where an element stands."""
        vr = stored_vr(self.dataset, tag)
        return ElementPath(tag, vr, creator_of(tag, self.creators), self.parents)

    def element(self, path: ElementPath) -> Change | None:
        """Return the change of one element; a sequence that stays enters ``changes.items``."""
        if path.tag >> 16 in ILLEGAL_GROUPS and not self.is_file_meta:
            return REMOVE
        if self._is_found(path):
            self._count(_with_effect("SCREEN", REMOVE), path)
            return REMOVE
        decision, fallback = self._judge(path)
        if decision.kept:
            self.protected.add(path.tag)
        if self.case.record is not None:
            self.case.record[str(path)] = decision
        doomed = self.climate.doomed
        if doomed is not None and not (decision.kept and decision.layer >= doomed):
            change: Change | None = REMOVE
        elif decision.steps:
            change = self._ruled(path, decision)
        else:
            change = None if decision.kept else self._unnamed(path, fallback)
        if self._goes_whole(path, decision, change):
            return change
        if path.vr == "UN":
            # Whether it is a sequence, its value tells.
            self.case.context.rely(Depends.VALUE)
        if is_sequence(self.dataset, path.tag):
            return self._sequence(path, decision, change)
        return change if change is not None else self._swept(path, protected=decision.protected)

    def _ruled(self, path: ElementPath, decision: Decision) -> Change | None:
        """Carry out the rules about an element."""
        change, rule = decision.change(field_of(self.dataset, path, self.case.context))
        if change is not None and rule is not None:
            name = f"{rule.action} not done" if change is UNDONE else rule.action
            self._count(_with_effect(name, change), path)
            self.case.actions[rule_key(rule)] += 1
        return change

    def _unnamed(self, path: ElementPath, fallback: str) -> Change | None:
        """Decide about an element that no rule names."""
        declared = self.case.verdict.declared if path.is_private else {}
        if declared and str(path) in declared:
            self.case.context.rely(Depends.FILE)
            change, name = (
                declared[str(path)](field_of(self.dataset, path, self.case.context)),
                "SCREEN",
            )
        elif fallback == "KEEP":
            return None
        else:
            change, name = REMOVE if fallback == "REMOVE" else SetValue(None), fallback
        if change is not None:
            self._count(_with_effect(name, change), path)
        return change

    def _swept(self, path: ElementPath, *, protected: bool) -> Change | None:
        """Look for the patient's own values in an element that would stay."""
        sweep, context = self.case.sweep, self.case.context
        if sweep is None or sweep.passes_over(path):
            return None
        field = field_of(self.dataset, path, self.case.context)
        before = context.note_anew()
        change = sweep.about(field, protected)
        looks_beside = sweep.scope is not None and sweep.looks_beside(field)
        # What a sweep looks at on its way is its own affair: it says what its answers depend on.
        context.note_anew(before)
        if change is None and before.depends is Depends.PLACE and not before.patient:
            before.swept = path
        before.patient = True
        if sweep.scope is None:
            context.rely(Depends.FILE)
        else:
            context.rely(Depends.ITEM if looks_beside else Depends.VALUE)
        if change is not None:
            self._count(_with_effect("SWEEP", change), path)
        return change

    def _judge(self, path: ElementPath) -> tuple[Decision, str]:
        """Return what the recipe says, and what goes where it says nothing."""
        fallback = self.climate.default
        # A pattern is not meant for the file's own bookkeeping.
        exact = self.climate.sheltered or self.is_file_meta
        if path.is_private:
            removed = self.case.verdict.default is PrivateDecision.REMOVE
            exact = exact or removed
            fallback = "REMOVE" if removed else "KEEP"
        decision = self.node.decision(path.tag, path.vr, path.creator, exact=exact)
        if decision.candidates:
            decision = decision.settled(field_of(self.dataset, path, self.case.context))
        return decision, fallback

    def _sequence(
        self, path: ElementPath, decision: Decision, change: Change | None
    ) -> Change | None:
        """Decide about what a sequence holds: it stays if it does, or if anything in it does."""
        step = Parent(path.tag, 0, path.creator)
        gone: frozenset[int] = frozenset()
        if isinstance(change, RemoveItems):
            gone, change = change.numbers, None
        if change is None:
            inside = self.climate.below(kept=decision.kept)
        else:
            inside = Climate("REMOVE", doomed=self._layer(decision))
        found = self._items(path, kept=decision.kept, goes=change is not None)
        if found is None:
            return change or REMOVE
        context = self.case.context
        around = context.note_anew()
        items: list[Changes | None] = []
        left = False
        for number, item in enumerate(found):
            if number in gone:
                items.append(None)
                continue
            parent = attrs.evolve(step, item=number)
            walk = Walk(self.case, item, self.node.child(parent), (*self.parents, parent), inside)
            left = walk.elements() or left
            items.append(walk.changes)
        # What depends on other elements of an item depends on the bytes of the sequence.
        below = context.note_anew(around)
        if below.depends < Depends.TREE:
            below.depends = Depends.VALUE
        around.add(below)
        if change is not None and not left:
            return change
        if gone and all(item is None for item in items):
            return REMOVE
        self.changes.items[path.tag] = items
        return None

    def _layer(self, decision: Decision) -> int:
        """Return the layer that a rule must have to save something of what a decision removes."""
        return self.climate.layer(decision.layer if decision.named else UNNAMED_LAYER)

    def _goes_whole(self, path: ElementPath, decision: Decision, change: Change | None) -> bool:
        """Tell whether an element goes, or is given a value, with all that it may hold."""
        if change is None or isinstance(change, RemoveItems):
            return False
        step = Parent(path.tag, 0, path.creator)
        hidden = path.is_private and self.case.verdict.default is PrivateDecision.REMOVE
        return not self.node.keeps_below(step, self._layer(decision), named=hidden)

    def _items(self, path: ElementPath, *, kept: bool, goes: bool) -> Sequence[Elements] | None:
        """Return the items of a sequence; None where nobody can say what they are, so it goes."""
        try:
            return items_of(self.dataset, path.tag)
        except ReadError:
            if kept:
                raise
        if not goes and not path.is_private:
            label = self.case.context.label
            self.case.context.warn(f"{path.label} removed from {label}: it cannot be parsed")
        return None

    def _is_creator(self, tag: int) -> bool:
        return is_creator(tag) and tag >> 8 & 0xFFFF00 | tag & 0xFF in self.creators

    def private_creators(self, among: Iterable[int] | None = None) -> None:
        """Let private creators share the fate of what they reserve, or those of some blocks.

        A creator that a rule or a finding removes takes its block along.
        """
        chosen = self.creators if among is None else among
        blocks: dict[int, list[int]] = {block: [] for block in chosen}
        if not blocks:
            return
        for tag in self.tags:
            if tag & PRIVATE and tag >> 8 in blocks:
                blocks[tag >> 8].append(tag)
        kept = self.case.verdict.default is PrivateDecision.KEEP and self.climate.doomed is None
        for block, members in blocks.items():
            tag = block << 8 & 0xFFFF0000 | block & 0xFF
            stays = any(not self._goes(member) for member in members)
            if not stays and (members or not kept):
                self._remove([tag])
            elif self._creator_goes(tag, members):
                self._remove([tag, *members])

    def _creator_goes(self, tag: int, members: list[int]) -> bool:
        """Tell whether a creator must go: it was found, or a rule by name or value removes it.

        A rule that protects something in its block protects the creator from rules as well.
        """
        self.asked_blocks.add(tag >> 8 & 0xFFFF00 | tag & 0xFF)
        path = ElementPath(tag, stored_vr(self.dataset, tag), None, self.parents)
        if self._is_found(path) or self._swept(path, protected=False) is not None:
            return True
        if not self.protected.isdisjoint(members):
            return False
        decision = self.node.decision(tag, path.vr, None, exact=False)
        field = field_of(self.dataset, path, self.case.context)
        asked = decision.asked(field)
        rules = [rule for rule in asked if rule.selector.exact or rule.when is not None]
        change, _ = settle(rules).change(field)
        return isinstance(change, RemoveElement)

    def _goes(self, tag: int) -> bool:
        encoded = self.changes.encoded
        return (tag in encoded and encoded[tag] is None) or isinstance(
            self.changes.elements.get(tag), RemoveElement
        )

    def _remove(self, tags: Iterable[int]) -> None:
        for tag in tags:
            self.changes.elements[tag] = REMOVE
            self.changes.items.pop(tag, None)
            self.changes.encoded.pop(tag, None)

    def add(self) -> None:
        """Decide about what rules create and the data set does not have."""
        done: set[int] = set()
        creators = dict(self.creators)
        for selector in self.node.created():
            path = new_path(selector.steps[-1], creators, self.parents)
            if path is None or path.tag in self.dataset or path.tag in done:
                continue
            if (path.tag >> 16 == FILE_META_GROUP) != self.is_file_meta:
                continue
            done.add(path.tag)
            if path.creator is not None:
                creators[path.tag >> 8] = path.creator
            if recall_addition(self, path):
                continue
            decision = self.node.decision(path.tag, path.vr, path.creator, exact=True)
            field = Field(path, self.case.context, present=False)
            before = self.case.context.note_anew()
            if decision.candidates:
                decision = decision.settled(field)
            change, rule = decision.change(field)
            noted = self.case.context.note_anew(before)
            before.add(noted)
            if isinstance(change, SetValue) and rule is not None:
                counts = ((f"{rule.action} {path.label}", 1), (rule_key(rule), 1))
                self.case.actions.update(dict(counts))
                self.changes.added.append((path, change))
                remember_addition(self, path, change, counts, noted)

    def _is_found(self, path: ElementPath) -> bool:
        found = self.case.verdict.found
        return bool(found) and str(path) in found

    def _count(self, name: str, path: ElementPath) -> None:
        self.case.actions[f"{name} {path.label}"] += 1


def _with_effect(name: str, change: Change) -> str:
    """Return the name of an action, and where it does not say so itself, that it removes or empties."""
    effect = ""
    if isinstance(change, RemoveElement):
        effect = "REMOVE"
    elif isinstance(change, SetValue) and change.value is None:
        effect = "BLANK"
    return name if effect in {"", name} else f"{name}, {effect}"
