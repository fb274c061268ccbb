"""The recipe that a parser is filling, and the problems it has met."""

from __future__ import annotations

import attrs

from deid_core.errors import Problem
from deid_core.recipe.tree import (
    Condition,
    Coordinates,
    Filter,
    Group,
    Include,
    Label,
    Member,
    Recipe,
    Rule,
    ScreenLine,
    Where,
)


@attrs.define
class Draft:
    """What was read so far. Sections and groups of one name that are opened again go on."""

    source: str
    format: str | None = None
    default: str | None = None
    base: Include | None = None
    sweep: str | None = None
    dates: str | None = None
    methods: list[str] = attrs.field(factory=list)
    includes: list[Include] = attrs.field(factory=list)
    header: list[Rule] = attrs.field(factory=list)
    labels: list[Rule] = attrs.field(factory=list)
    values: dict[str, list[Member]] = attrs.field(factory=dict)
    fields: dict[str, list[Member]] = attrs.field(factory=dict)
    filters: dict[str, list[DraftLabel]] = attrs.field(factory=dict)
    screen: list[ScreenLine] = attrs.field(factory=list)
    problems: list[Problem] = attrs.field(factory=list)

    def complain(self, message: str, where: Where, suggestion: str | None = None) -> None:
        """Note a problem."""
        self.problems.append(Problem(where.source, where.line, where.column, message, suggestion))

    def finished(self) -> Recipe:
        """Return the recipe."""
        return Recipe(
            format=self.format,
            default=self.default,
            base=self.base,
            sweep=self.sweep,
            dates=self.dates,
            methods=tuple(self.methods),
            includes=tuple(self.includes),
            header=tuple(self.header),
            labels=tuple(self.labels),
            values=tuple(Group(name, tuple(found)) for name, found in self.values.items()),
            fields=tuple(Group(name, tuple(found)) for name, found in self.fields.items()),
            filters=tuple(
                Filter(name, tuple(label.finished() for label in found))
                for name, found in self.filters.items()
            ),
            screen=tuple(self.screen),
            source=self.source,
        )


@attrs.define
class DraftLabel:
    """A label of a filter that is being filled."""

    text: str
    lines: list[tuple[str, Condition]] = attrs.field(factory=list)
    coordinates: list[Coordinates] = attrs.field(factory=list)

    def finished(self) -> Label:
        """Return the label."""
        return Label(self.text, tuple(self.lines), tuple(self.coordinates))
