"""Recipes in the structure that users of the seed and of pydicom/deid know."""

from __future__ import annotations

import pprint
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydicom.dataset import Dataset

from deid_core.errors import Problem, RecipeError
from deid_core.quiet import quiet_pydicom
from deid_core.recipe.conditions import AND, Operators, parse_criteria
from deid_core.recipe.faults import Fault
from deid_core.recipe.filters import FilterMatch, matching_labels
from deid_core.recipe.groups import merged
from deid_core.recipe.mapping import member_of, rule_of
from deid_core.recipe.syntax import FORMATS
from deid_core.recipe.tree import (
    Condition,
    Coordinates,
    Group,
    Include,
    Label,
    Member,
    Recipe,
    Rule,
    Where,
)
from deid_core.recipe.words import quote

_WORDS = {AND: "and", "||": "or", "": None}


def as_dict(layers: Sequence[Recipe], operators: Operators) -> dict[str, Any]:
    """Return recipes that lie on each other as one dictionary.

    ``format``, and as far as there is any: ``header`` and ``labels`` as lists of actions,
    ``values`` and ``fields`` as lists by name, ``filter`` as lists of labels by name.
    """
    found: dict[str, Any] = {}
    formats = [recipe.format for recipe in layers if recipe.format is not None]
    if formats:
        found["format"] = formats[-1]
    for word in ("default", "base"):
        stated = [getattr(recipe, word) for recipe in layers if getattr(recipe, word) is not None]
        if stated:
            found[word] = stated[-1] if word == "default" else stated[-1].name
    for section in ("header", "labels"):
        rules = [rule.as_dict() for recipe in layers for rule in getattr(recipe, section)]
        if rules or section == "header":
            found[section] = rules
    for kind in ("values", "fields"):
        groups = merged(layers, kind)
        if groups:
            found[kind] = {
                name: list(map(_member, group.members)) for name, group in groups.items()
            }
    filters: dict[str, list[dict[str, Any]]] = {}
    for pixel_filter in (one for recipe in layers for one in recipe.filters):
        labels = [_label(label, operators) for label in pixel_filter.labels]
        filters.setdefault(pixel_filter.name, []).extend(labels)
    if filters:
        found["filter"] = filters
    return found


def from_dict(entry: Mapping[str, Any]) -> Recipe:
    """Return the recipe of a dictionary with ``format``, ``header``, ``values``, ``fields``.

    Raises `RecipeError`.
    """
    unknown = set(entry) - {"format", "default", "base", "header", "labels", "values", "fields"}
    if unknown:
        message = f"a dictionary cannot give {min(unknown)!r}; write a recipe"
        raise RecipeError([Problem("recipe", 0, 0, message)])
    if str(entry.get("format", "dicom")).lower() not in FORMATS:
        raise _refused("format", f"expected one of: {', '.join(FORMATS)}")
    base = entry.get("base")
    return Recipe(
        format=str(entry.get("format", "dicom")),
        default=entry.get("default"),
        base=None if base is None else Include(str(base), Where("base")),
        header=_rules(entry.get("header", ()), "header"),
        labels=_rules(entry.get("labels", ()), "labels"),
        values=_groups(entry.get("values", {}), splits=True),
        fields=_groups(entry.get("fields", {}), splits=False),
    )


def _rules(entries: object, section: str) -> tuple[Rule, ...]:
    return tuple(rule_of(one, f"{section}[{n}]") for n, one in enumerate(_list(entries, section)))


def _groups(entries: object, *, splits: bool) -> tuple[Group, ...]:
    kind = "values" if splits else "fields"
    if not isinstance(entries, Mapping):
        raise _refused(kind, "expected an object with a list for each name")
    return tuple(
        Group(
            str(name),
            tuple(
                member_of(one, f"{kind}[{name!r}][{n}]", splits=splits)
                for n, one in enumerate(_list(members, kind))
            ),
        )
        for name, members in entries.items()
    )


def _list(entries: object, source: str) -> Sequence[object]:
    if not isinstance(entries, Sequence) or isinstance(entries, str | bytes):
        raise _refused(source, "expected a list")
    return entries


def _refused(source: str, message: str) -> RecipeError:
    return RecipeError([Problem(source, 0, 0, message)])


def _member(member: Member) -> dict[str, str]:
    if not member.split:
        return {"action": "FIELD", "field": member.field}
    value = f"by={quote(member.by)};minlength={member.minlength}"
    return {"action": "SPLIT", "field": member.field, "value": value}


def _label(label: Label, operators: Operators) -> dict[str, Any]:
    return {
        "name": label.text,
        "filters": [_filter(join, line, operators) for join, line in label.lines],
        "coordinates": [_coordinates(one) for one in label.coordinates],
    }


def _filter(join: str, line: Condition, operators: Operators) -> dict[str, Any]:
    where = line.where
    try:
        criteria = parse_criteria(line.text, operators)
    except Fault as fault:
        problem = Problem(where.source, where.line, where.column, str(fault), fault.suggestion)
        raise RecipeError([problem]) from None
    return {
        "action": [one.operator for one in criteria],
        "field": [one.field for one in criteria],
        "operator": _WORDS[join],
        "InnerOperators": [_WORDS[one.join] for one in criteria[1:]],
        "value": [one.value for one in criteria],
    }


def _coordinates(one: Coordinates) -> list[Any]:
    if one.source is not None:
        return [int(one.keep), f"from:{one.source}"]
    return [int(one.keep), "all" if one.box is None else ",".join(map(str, one.box))]


class StructuredRecipe(Mapping[str, Any]):
    """A mapping over `as_dict`, with the questions that users of pydicom/deid ask it."""

    def __init__(self, layers: Sequence[Recipe], operators: Operators) -> None:
        self.layers = tuple(layers)
        self._operators = operators

    @property
    def deid(self) -> dict[str, Any]:
        """The whole structure, as a dictionary of its own."""
        return as_dict(self.layers, self._operators)

    def __getitem__(self, key: str) -> Any:
        return self.deid[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.deid)

    def __len__(self) -> int:
        return len(self.deid)

    def __repr__(self) -> str:
        return pprint.pformat(self.deid, sort_dicts=False)

    def get_format(self) -> str | None:
        """Return the format: ``dicom``."""
        return self.deid.get("format")

    def get_actions(
        self, action: str | None = None, field: str | None = None
    ) -> list[dict[str, str]]:
        """Return the actions of the header; those with this action and field, in any case."""
        return [
            entry
            for entry in self.deid["header"]
            if (action is None or entry["action"].casefold() == action.casefold())
            and (field is None or entry["field"].casefold() == field.casefold())
        ]

    def get_filters(self, name: str | None = None) -> Any:
        """Return the filters by name, or the labels of one; None if there is none."""
        return self._section("filter", name)

    def get_values_lists(self, name: str | None = None) -> Any:
        """Return the groups of values by name, or the members of one; None if there is none."""
        return self._section("values", name)

    def get_fields_lists(self, name: str | None = None) -> Any:
        """Return the groups of fields by name, or the members of one; None if there is none."""
        return self._section("fields", name)

    def _section(self, section: str, name: str | None) -> Any:
        found = self.deid.get(section)
        return found if found is None or name is None else found.get(name, [])

    def matches(self, dicom: Dataset) -> list[FilterMatch]:
        """Return the labels of the filters that a data set meets, with their regions.

        Raises `RecipeError` for criteria that mean nothing.
        """
        with quiet_pydicom():
            return matching_labels(self.layers, dicom, self._operators)

    def has_actions(self) -> bool:
        """Tell whether the header has any action."""
        return bool(self.deid["header"])

    def has_values_lists(self) -> bool:
        """Tell whether there is a group of values."""
        return "values" in self.deid

    def has_fields_lists(self) -> bool:
        """Tell whether there is a group of fields."""
        return "fields" in self.deid

    def ls_filters(self) -> list[str]:
        """Return the names of the filters."""
        return self.listof("filter")

    def ls_valuelists(self) -> list[str]:
        """Return the names of the groups of values."""
        return self.listof("values")

    def ls_fieldlists(self) -> list[str]:
        """Return the names of the groups of fields."""
        return self.listof("fields")

    def listof(self, section: str) -> list[str]:
        """Return the names in a section; the fields where it holds actions."""
        found = self.deid.get(section, {})
        return [entry["field"] for entry in found] if isinstance(found, list) else list(found)
