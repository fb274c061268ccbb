"""What a recipe says, as data. Nothing here decides anything."""

from __future__ import annotations

import attrs


@attrs.frozen
class Where:
    """A place in the text of a recipe; line and columns count from 1."""

    source: str
    line: int = 0
    column: int = 0


@attrs.frozen
class Rule:
    """One action line: ``REPLACE PatientID var:id``.

    ``field`` and ``value`` are as written; ``quoted`` says that the value stood in quotes
    and is meant literally. ``where`` is the place of the action, ``field_column`` and
    ``value_column`` those of the other words; they do not count when rules are compared.
    """

    action: str
    field: str
    value: str | None = None
    quoted: bool = False
    where: Where = attrs.field(default=Where("rule"), eq=False)
    field_column: int = attrs.field(default=0, eq=False)
    value_column: int = attrs.field(default=0, eq=False)

    def as_dict(self) -> dict[str, str]:
        """Return the rule in the form of a settings file: action, field, perhaps value."""
        entry = {"action": self.action, "field": self.field}
        return entry if self.value is None else {**entry, "value": self.value}


@attrs.frozen
class Recipe:
    """A recipe as it was written.

    ``header`` holds the rules of ``%header`` in their order. ``default`` is the action for
    what no rule names and ``base`` the recipe that lies beneath; None where the recipe does
    not say.
    """

    format: str | None = None
    header: tuple[Rule, ...] = ()
    default: str | None = None
    base: str | None = None
    source: str = attrs.field(default="recipe", eq=False)
