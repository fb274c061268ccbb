"""`Recipe` → text that reads as the same recipe."""

from __future__ import annotations

from collections.abc import Iterator

from deid_core.recipe.tree import Coordinates, Filter, Group, Recipe, Rule, ScreenLine
from deid_core.recipe.words import quote


def to_text(recipe: Recipe) -> str:
    """Return the text of a recipe. Comments and spacing of its source are lost."""
    return "\n".join(_lines(recipe)) + "\n"


def _lines(recipe: Recipe) -> Iterator[str]:
    yield from _directives(recipe)
    for section, rules in (("header", recipe.header), ("labels", recipe.labels)):
        if rules:
            yield from ("", f"%{section}", "", *map(rule_text, rules))
    for kind, groups in (("values", recipe.values), ("fields", recipe.fields)):
        for group in groups:
            yield from ("", f"%{kind} {group.name}", "", *_members(group))
    for found in recipe.filters:
        yield from ("", f"%filter {found.name}", "", *_labels(found))
    if recipe.screen:
        yield from ("", "%screen", "", *map(_screen_line, recipe.screen))


def _directives(recipe: Recipe) -> Iterator[str]:
    if recipe.format is not None:
        yield f"FORMAT {recipe.format}"
    if recipe.default is not None:
        yield f"DEFAULT {recipe.default}"
    if recipe.base is not None:
        yield f"BASE {_name(recipe.base.name)}"
    if recipe.sweep is not None:
        yield f"SWEEP {recipe.sweep}"
    if recipe.dates is not None:
        yield f"DATES {recipe.dates}"
    yield from (f"METHOD {method}" for method in recipe.methods)
    for include in recipe.includes:
        yield f"INCLUDE {_name(include.name)}"


def _name(name: str) -> str:
    plain = name.replace(".", "").replace("/", "").replace("_", "").replace("-", "").isalnum()
    return name if plain else quote(name)


def rule_text(rule: Rule) -> str:
    """Return the line of a rule."""
    words = [rule.action, rule.field]
    if rule.value is not None:
        words.append(quote(rule.value) if rule.quoted else rule.value)
    if rule.condition is not None:
        words += ["IF", rule.condition.text]
    return " ".join(words)


def _members(group: Group) -> Iterator[str]:
    for member in group.members:
        if member.split:
            yield f"SPLIT {member.field} by={_separator(member.by)};minlength={member.minlength}"
        else:
            yield f"FIELD {member.field}"


def _separator(text: str) -> str:
    return quote(text)


def _labels(found: Filter) -> Iterator[str]:
    for label in found.labels:
        yield f"LABEL {label.text}".rstrip()
        for operator, condition in label.lines:
            yield f"{operator} {condition.text}".strip()
        for coordinates in label.coordinates:
            yield _coordinates(coordinates)


def _coordinates(coordinates: Coordinates) -> str:
    word = "keepcoordinates" if coordinates.keep else "coordinates"
    if coordinates.source is not None:
        return f"{word} from:{coordinates.source}"
    if coordinates.box is None:
        return f"{word} all"
    return f"{word} {','.join(map(str, coordinates.box))}"


def _screen_line(line: ScreenLine) -> str:
    if line.kind == "PATTERN":
        return f"PATTERN {quote(line.what)}"
    words = ["VALUE", line.what]
    if line.split is not None:
        words.append(f"split={quote(line.split)}")
    if line.minlength is not None:
        words.append(f"minlength={line.minlength}")
    return " ".join(words)
