"""Private elements that the instance itself declares safe (PS3.15 E.3.10, PS3.3 C.12.1).

The Private Data Element Characteristics Sequence (0008,0300) says of each private block whether
all of it is safe, and if not, which elements are and what is to be done with the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from deid_core import Batch, Instance, RemoveElement, Rule, SetValue
from deid_core.elements import Elements, items_of, plain, read_element, walk
from deid_core.records import Apply
from deid_core_profiles.dummies import dummy_change

CHARACTERISTICS = 0x00080300
GROUP, CREATOR, STATUS, NONIDENTIFYING = 0x00080301, 0x00080302, 0x00080303, 0x00080304
ACTIONS, IDENTIFYING, ACTION = 0x00080305, 0x00080306, 0x00080307

ELEMENT_IN_BLOCK = 0xFF
SAFE = "SAFE"
KEEP = "K"

Place = tuple[int, str, int | None]
"""Group, private creator, and number in the block; None for all that are not named."""


def declared(instance: Instance, batch: Batch) -> dict[str, Apply]:
    """Return what decides about private elements by their path, where the instance says it.

    Actions: D gives a dummy, Z no value, U another UID; K and C leave the element to the sweep;
    X, and what is not known, removes it. Raises `ReadError` if the items cannot be parsed.
    """
    dataset = instance.elements
    if CHARACTERISTICS not in dataset:
        return {}
    said = dict(_said(dataset))
    actions = _actions(batch)
    found: dict[str, Apply] = {}
    for _, path in walk(dataset):
        if path.creator is None:
            continue
        group, creator = path.tag >> 16, path.creator.casefold()
        action = said.get((group, creator, path.tag & ELEMENT_IN_BLOCK))
        action = action or said.get((group, creator, None))
        if action is not None:
            found[str(path)] = actions.get(action, actions["X"])
    return found


def _actions(batch: Batch) -> Mapping[str, Apply]:
    other_uid = batch.value(Rule("REPLACE", "(0008,0307)", "deid_func:hashuid"))
    return {
        "C": lambda _field: None,
        "D": lambda field: dummy_change(field, batch),
        KEEP: lambda _field: None,
        "U": lambda field: SetValue(other_uid(field)),
        "X": lambda _field: RemoveElement(),
        "Z": lambda _field: SetValue(None),
    }


def _said(dataset: Elements) -> Iterator[tuple[Place, str]]:
    for block in items_of(dataset, CHARACTERISTICS):
        group, creator = _value(block, GROUP), str(_value(block, CREATOR) or "").strip().casefold()
        if not isinstance(group, int) or not creator:
            continue
        if _value(block, STATUS) == SAFE:
            yield (group, creator, None), KEEP
        for number in _numbers(block, NONIDENTIFYING):
            yield (group, creator, number), KEEP
        for item in items_of(block, ACTIONS) if ACTIONS in block else ():
            for number in _numbers(item, IDENTIFYING):
                yield (group, creator, number), str(_value(item, ACTION) or "X").strip()


def _numbers(dataset: Elements, tag: int) -> list[int]:
    value = _value(dataset, tag)
    values = value if isinstance(value, list) else [value]
    return [number & ELEMENT_IN_BLOCK for number in values if isinstance(number, int)]


def _value(dataset: Elements, tag: int) -> Any:
    return plain(read_element(dataset, tag).value) if tag in dataset else None
