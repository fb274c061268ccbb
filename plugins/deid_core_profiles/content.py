"""Content items of structured content: what becomes of each, by its concept (table E.3.4-1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import attrs
from pydicom.dataset import Dataset

from deid_core import Batch, Change, Field, RemoveElement, RemoveItems, Rule, SetValue
from deid_core.dependence import Depends
from deid_core.elements import Elements, items_of, plain, read_element
from deid_core.records import Apply
from deid_core_profiles.ages import SUBJECT_AGE, capped_age
from deid_core_profiles.dummies import dummy
from deid_core_profiles.fitting import is_legal, is_misfit
from deid_core_profiles.outline import (
    CONTENT_SEQUENCE,
    REFERENCED_CONTENT_ITEM_IDENTIFIER,
    ROOT,
    Outline,
    as_position,
    outline,
)
from deid_core_profiles.tables import tables

CONCEPT_NAME_CODE_SEQUENCE = 0x0040A043
MEASURED_VALUE_SEQUENCE = 0x0040A300
VALUE_TYPE = 0x0040A040
CODE_VALUES = (0x00080100, 0x00080119, 0x00080120)
CODING_SCHEME_DESIGNATOR = 0x00080102

OUTLINE = "deid_core_profiles: outline"
"""Under which the file's memory has the outline of the document."""

UNLISTED: Mapping[str, Mapping[str, str]] = {
    "DATE": {"basic": "D", "113106": "K", "113107": "C"},
    "DATETIME": {"basic": "D", "113106": "K", "113107": "C"},
    "PNAME": {"basic": "D"},
    "TEXT": {"basic": "D", "113104": "C", "113105": "C"},
    "TIME": {"basic": "D", "113106": "K", "113107": "C"},
    "UIDREF": {"basic": "D", "113110": "K"},
}
"""Codes for concepts that the table does not list, by value type; what others hold has rows."""

VALUES = {
    "Date": "DATE",
    "DateTime": "DATETIME",
    "PersonName": "PNAME",
    "TextValue": "TEXT",
    "Time": "TIME",
    "UID": "UIDREF",
}
"""The attributes that hold the value of a content item, with its value type."""


@attrs.frozen
class _Concepts:
    """What a run does to content items, by concept and value type."""

    methods: tuple[str, ...]

    def code(self, concept: str, value_type: str) -> str:
        """Return the action code: an option's if one of those that are chosen has any."""
        listed = _listed().get(concept, {})
        row = listed.get(value_type) or next(iter(listed.values()), None)
        codes = row if row is not None else UNLISTED.get(value_type, {"basic": "K"})
        chosen = [codes[method] for method in self.methods if method in codes]
        return chosen[-1] if chosen else codes["basic"]


def compile_content(rule: Rule, batch: Batch) -> Apply:
    """Compile CONTENT.

    On a sequence of content items it takes out those with code X, with what is below them. On
    the value of an item it carries the code of the concept out; one without a concept counts as
    not listed. On a reference by position it writes the position after that.
    """
    return _Content(
        batch,
        _Concepts(batch.settings.methods),
        shifted=batch.value(attrs.evolve(rule, value="deid_func:dateshift max=3650")),
        replaced=batch.value(attrs.evolve(rule, value="deid_func:hashuid keep_empty=true")),
    )


@attrs.frozen
class _Content:
    """CONTENT, compiled for a run."""

    batch: Batch
    concepts: _Concepts
    shifted: Callable[[Field], Any]
    replaced: Callable[[Field], Any]

    def __call__(self, field: Field) -> Change | None:
        value_type = VALUES.get(field.path.keyword)
        if value_type is not None:
            return self._value(field, value_type)
        if field.path.tag == REFERENCED_CONTENT_ITEM_IDENTIFIER:
            return self._reference(field)
        if field.path.tag == MEASURED_VALUE_SEQUENCE:
            is_age = _concept(field.beside(CONCEPT_NAME_CODE_SEQUENCE)) == SUBJECT_AGE
            return capped_age(field) if is_age else None
        if is_misfit(field.path):
            return RemoveElement()
        if field.path.tag == CONTENT_SEQUENCE and _is_in_tree(field):
            gone = self._outline(field).gone_below(_position(field))
        else:
            items = field.value if isinstance(field.value, list) else []
            if not all(isinstance(item, Dataset) for item in items):
                # A recipe names what holds no content items.
                return RemoveElement()
            gone = frozenset(number for number, item in enumerate(items) if self._goes(item))
        return RemoveItems(gone) if gone else None

    def _value(self, field: Field, value_type: str) -> Change | None:
        names = field.beside(CONCEPT_NAME_CODE_SEQUENCE)
        code = self.concepts.code(_concept(names), value_type)
        if is_misfit(field.path) or not is_legal(field) or code not in ("C", "K"):
            return SetValue(
                self.replaced(field) if value_type == "UIDREF" else dummy(field, self.batch)
            )
        if code == "C" and value_type in ("DATE", "DATETIME"):
            return SetValue(self.shifted(field))
        return None

    def _reference(self, field: Field) -> Change | None:
        if not _is_in_tree(field) or field.value is None:
            return None
        position = as_position(field.value)
        new = self._outline(field).moved.get(position)
        if new is None:
            return RemoveElement()
        return SetValue(list(new)) if new != position else None

    def _goes(self, item: Elements) -> bool:
        names = items_of(item, CONCEPT_NAME_CODE_SEQUENCE) if _has_name(item) else None
        value_type = str(_value(item, VALUE_TYPE) or "").strip()
        return self.concepts.code(_concept(names), value_type) == "X"

    def _outline(self, field: Field) -> Outline:
        instance = field.context.instance_for(Depends.TREE)
        memory: dict[str, Outline] = field.context.memory
        if OUTLINE not in memory:
            memory[OUTLINE] = outline(instance.elements, self._goes)
        return memory[OUTLINE]


def _is_in_tree(field: Field) -> bool:
    return all(parent.tag == CONTENT_SEQUENCE for parent in field.path.parents)


def _position(field: Field) -> tuple[int, ...]:
    """Return the position of the content item that the element is an attribute of."""
    return (*ROOT, *(parent.item + 1 for parent in field.path.parents))


def _has_name(item: Elements) -> bool:
    return CONCEPT_NAME_CODE_SEQUENCE in item


def _concept(names: Any) -> str:
    if not isinstance(names, list) or not names:
        return ""
    values = (_value(names[0], tag) for tag in CODE_VALUES)
    code = next((str(value).strip() for value in values if value), "")
    return f"{str(_value(names[0], CODING_SCHEME_DESIGNATOR) or '').strip()} {code}"


def _value(item: Elements, tag: int) -> Any:
    return plain(read_element(item, tag).value) if tag in item else None


@lru_cache(maxsize=1)
def _listed() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Return concept → value type → ``basic`` or method → action code."""
    content: Mapping[str, Mapping[str, Mapping[str, str]]] = tables()["content"]
    return content
