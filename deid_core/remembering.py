"""Decide about an encoded data set with the help of what was decided about equal ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from deid_core.changes import Changes, SetValue
from deid_core.dependence import Depends, Noted
from deid_core.encoded.dataset import EncodedDataSet
from deid_core.encoded.patched import Patched
from deid_core.recall import (
    MOST_BYTES,
    MOST_OF_A_SEQUENCE,
    STAYS,
    Answer,
    Key,
    Name,
    Place,
    Routine,
    Scope,
)
from deid_core.rendering import encoded_addition, encoded_change, sequence_of

if TYPE_CHECKING:
    from deid_core.field import ElementPath
    from deid_core.judge import Walk

PRIVATE = 0x10000
"""The bit that makes a group number odd (PS3.5 7.8)."""
LOWEST_PRIVATE = 0x0100
"""Below it are the private creators of a group."""


def recall_elements(walk: Walk, scope: Scope, dataset: EncodedDataSet) -> bool:
    """Decide about all elements of a data set, and tell whether any is left.

    Where a data set of the same layout was met, with the same elements and creators, what does not
    depend on values is known at once.
    """
    charset = dataset.original_character_set
    place = scope.place(walk.node, walk.climate, charset, dataset.implicit, walk.is_file_meta)
    creators = walk.creators
    if walk.case.alone and not walk.parents:
        return _with_some_alone(walk, place, scope, dataset)
    layout = (dataset.layout, tuple(creators.items())) if creators else dataset.layout
    routine = place.routines.get(layout)
    if routine is None:
        tags = [tag for tag in dataset.spans if not _is_creator(tag, walk)]
        left = _answered(walk, tags, place, scope, dataset)
        walk.private_creators()
        scope.keep(place, layout, _routine(walk, tags, place, dataset))
        return left
    walk.changes.encoded.update(routine.encoded)
    walk.protected.update(routine.protected)
    if routine.counts:
        walk.case.shared.append(routine.counts)
    left = _answered(walk, routine.asked, place, scope, dataset) or routine.stays
    walk.private_creators(routine.open_blocks)
    return left


def recall_addition(walk: Walk, path: ElementPath) -> bool:
    """Add a new element, if what is added here is known; tell whether it is."""
    place = _place(walk)
    answer = place.added.get(path.tag) if place is not None else None
    if answer is None:
        return False
    walk.changes.encoded[path.tag] = answer.encoded
    for action, count in answer.counts:
        walk.case.actions[action] += count
    return True


def remember_addition(
    walk: Walk,
    path: ElementPath,
    change: SetValue,
    counts: tuple[tuple[str, int], ...],
    noted: Noted,
) -> None:
    """Remember a new element, if it is the same in all data sets of this place."""
    place, dataset, context = _place(walk), walk.dataset, walk.case.context
    if place is None or not isinstance(dataset, EncodedDataSet) or path.creator is not None:
        return
    if noted.depends > Depends.PLACE or noted.patient or context.warnings:
        return
    encoded = encoded_addition(path, change, dataset, context)
    if encoded is not None:
        place.added[path.tag] = Answer(encoded=encoded, counts=counts)
    else:
        # It does not fit, which was said: it is not to be tried and said again.
        walk.changes.added.pop()


def _place(walk: Walk) -> Place | None:
    dataset, scope = walk.dataset, walk.case.scope
    if scope is None or not isinstance(dataset, EncodedDataSet):
        return None
    charset = dataset.original_character_set
    return scope.place(walk.node, walk.climate, charset, dataset.implicit, walk.is_file_meta)


def _with_some_alone(walk: Walk, place: Place, scope: Scope, dataset: EncodedDataSet) -> bool:
    """Decide about all elements; about some the verdict has a word that holds for this file only."""
    alone = walk.case.alone
    tags = [tag for tag in dataset.spans if tag not in alone and not _is_creator(tag, walk)]
    left = _answered(walk, tags, place, scope, dataset)
    for tag in alone:
        if tag in dataset.spans and not _is_creator(tag, walk):
            change = walk.element(walk.path(tag))
            if change is None:
                left = True
            else:
                walk.changes.elements[tag] = change
    walk.private_creators()
    return left


def _routine(walk: Walk, tags: Sequence[int], place: Place, dataset: EncodedDataSet) -> Routine:
    """Return what holds for any data set of this layout, after one was decided about."""
    encoded: dict[int, bytes | Patched | None] = {}
    counts: Counter[str] = Counter()
    protected, asked = [], []
    stays = False
    for tag in tags:
        found = place.fixed.get(_name(tag, walk))
        if found is None or found[0] != dataset.spans[tag][0]:
            asked.append(tag)
            continue
        answer = found[1]
        stays = stays or answer.stays
        counts.update(dict(answer.counts))
        if answer.protected:
            protected.append(tag)
        if answer.goes or answer.encoded is not None:
            encoded[tag] = answer.encoded
    open_blocks = walk.asked_blocks | {tag >> 8 for tag in asked if tag & PRIVATE}
    for block in walk.creators.keys() - open_blocks:
        tag = block << 8 & 0xFFFF0000 | block & 0xFF
        if tag in walk.changes.elements:
            encoded[tag] = None
    return Routine(
        encoded,
        dict(counts),
        frozenset(protected),
        stays,
        tuple(asked),
        tuple(sorted(open_blocks & walk.creators.keys())),
    )


def _answered(
    walk: Walk, tags: Iterable[int], place: Place, scope: Scope, dataset: EncodedDataSet
) -> bool:
    """Decide about elements, and tell whether any is left."""
    fixed, common, own = place.fixed, place.common, place.own
    data, limit, spans = dataset.data, len(dataset.data), dataset.spans
    encoded, actions = walk.changes.encoded, walk.case.actions
    left = False
    recalled = False
    for tag in tags:
        vr, start, _, stop = spans[tag]
        name = _name(tag, walk) if tag & PRIVATE else tag
        found = fixed.get(name)
        if found is not None and found[0] == vr:
            answer = found[1]
        elif stop - start > (MOST_OF_A_SEQUENCE if vr == "SQ" else MOST_BYTES):
            answer, noted = _learned(walk, tag, dataset)
            scope.remember_long(place, name, vr, answer, noted)
        else:
            value = data[start:stop] if stop <= limit else dataset.bytes_of(start, stop)
            key: Key = (name, value) if tag & PRIVATE else value
            known = own.get(key)
            recalled = recalled or known is not None
            answer = known or common.get(key) or _new(walk, place, scope, dataset, tag, name, key)
        if answer is STAYS:
            left = True
            continue
        left = answer.stays or left
        if answer.goes or answer.encoded is not None:
            encoded[tag] = answer.encoded
        if answer.protected:
            walk.protected.add(tag)
        for action, count in answer.counts:
            actions[action] += count
    if recalled:
        # What holds all this must not be given to another patient either.
        walk.case.context.rely_on_patient()
    return left


def _new(  # noqa: PLR0913, PLR0917 - what is asked, and where the answer is kept
    walk: Walk,
    place: Place,
    scope: Scope,
    dataset: EncodedDataSet,
    tag: int,
    name: Name,
    key: Key,
) -> Answer:
    """Return the answer about an element with a value that was not met before, and remember it."""
    vr, _, start, stop = dataset.spans[tag]
    sweep, swept = walk.case.sweep, place.swept.get(name)
    if sweep is not None and swept is not None and swept[0] == vr:
        _, path, answer = swept
        value = dataset.bytes_of(start, stop)
        if sweep.is_innocent(path, value, dataset.encodings, answer.protected):
            scope.remember_innocent(place, key, answer)
            walk.case.context.rely_on_patient()
            return answer
    answer, noted = _learned(walk, tag, dataset)
    scope.remember(place, name, vr, key, answer, noted)
    return answer


def _learned(walk: Walk, tag: int, dataset: EncodedDataSet) -> tuple[Answer, Noted]:
    """Decide about an element, and tell what the answer depends on."""
    case, context, changes = walk.case, walk.case.context, walk.changes
    actions, case.actions = case.actions, Counter()
    shared, case.shared = case.shared, []
    before, warned = context.note_anew(), len(context.warnings)
    path = walk.path(tag)
    change = walk.element(path)
    encoded: bytes | Patched | None = None
    if change is not None:
        encoded = encoded_change(path, change, dataset, context)
    elif tag in changes.items:
        items = changes.items.pop(tag)
        if not _all_stay(items):
            encoded = sequence_of(tag, items, dataset, context)
    counts, case.actions = case.actions, actions
    for more in case.shared:
        counts.update(more)
    case.shared = shared
    noted = context.note_anew(before)
    before.add(noted)
    if len(context.warnings) > warned:
        noted.depends = Depends.FILE
    if noted.depends is Depends.TREE and not walk.parents:
        noted.depends = Depends.VALUE
    protected = tag in walk.protected
    if change is None and encoded is None and not counts and not protected:
        return STAYS, noted
    answer = Answer(
        goes=change is not None and encoded is None,
        encoded=encoded,
        stays=change is None,
        counts=tuple(counts.items()),
        protected=protected,
    )
    return answer, noted


def _name(tag: int, walk: Walk) -> Name:
    if not tag & PRIVATE:
        return tag
    return tag, walk.creators.get(tag >> 8 & 0xFFFF00 | tag >> 8 & 0xFF)


def _is_creator(tag: int, walk: Walk) -> bool:
    if not tag & PRIVATE or tag & 0xFFFF >= LOWEST_PRIVATE:
        return False
    return (tag >> 8 & 0xFFFF00 | tag & 0xFF) in walk.creators


def _all_stay(items: Sequence[Changes | None]) -> bool:
    """Tell whether no item changes, and none is taken out."""
    return all(changes is not None and not changes for changes in items)
