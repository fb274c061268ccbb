"""What a recipe says, as data. Nothing here decides anything."""

from __future__ import annotations

import attrs


@attrs.frozen
class Where:
    """A place in the text of a recipe; line and columns count from 1."""

    source: str
    line: int = 0
    column: int = 0


NOWHERE = Where("recipe")


@attrs.frozen
class Condition:
    """A condition as written: criteria joined by ``+`` and ``||``."""

    text: str
    where: Where = attrs.field(default=NOWHERE, eq=False)


@attrs.frozen
class Rule:
    """One action line: ``REPLACE PatientID var:id IF equals Modality CT``.

    ``field`` and ``value`` are as written; ``quoted`` says that the value stood in quotes
    and is meant literally. ``where`` is the place of the action, ``field_column`` and
    ``value_column`` those of the other words; they do not count when rules are compared.
    """

    action: str
    field: str
    value: str | None = None
    quoted: bool = False
    condition: Condition | None = None
    where: Where = attrs.field(default=NOWHERE, eq=False)
    field_column: int = attrs.field(default=0, eq=False)
    value_column: int = attrs.field(default=0, eq=False)

    def as_dict(self) -> dict[str, str]:
        """Return the rule in the form of a settings file: action, field, perhaps value and condition.

        ``quoted`` says that a value with a colon is meant literally.
        """
        entry = {"action": self.action, "field": self.field}
        if self.value is not None:
            entry["value"] = self.value
        if self.condition is not None:
            entry["condition"] = self.condition.text
        if self.quoted and ":" in (self.value or ""):
            entry["quoted"] = "true"
        return entry


@attrs.frozen
class Member:
    """A line of a group: the field it takes in.

    With ``split``, a group of values takes the parts between the separators ``by`` that have
    at least ``minlength`` characters.
    """

    field: str
    split: bool = False
    by: str = " "
    minlength: int = 1
    where: Where = attrs.field(default=NOWHERE, eq=False)


@attrs.frozen
class Group:
    """A named group: of values (``%values NAME``) or of fields (``%fields NAME``)."""

    name: str
    members: tuple[Member, ...] = ()


@attrs.frozen
class Coordinates:
    """A region of the image: to be cleaned, or kept.

    ``box`` is ``(x0, y0, x1, y1)`` in pixels from the top left corner, x1 and y1 exclusive;
    None stands for the whole frame, or for the regions in the sequence ``source``.
    """

    keep: bool
    box: tuple[int, int, int, int] | None = None
    source: str | None = None
    where: Where = attrs.field(default=NOWHERE, eq=False)


@attrs.frozen
class Label:
    """One label of a filter: its text, its lines of criteria, and the regions it is about.

    The criteria of a line belong together; the operator before a line (``+`` or ``||``,
    ``+`` where none stands) joins it to those above.
    """

    text: str
    lines: tuple[tuple[str, Condition], ...] = ()
    coordinates: tuple[Coordinates, ...] = ()


@attrs.frozen
class Filter:
    """A named filter of pixels: ``%filter NAME``."""

    name: str
    labels: tuple[Label, ...] = ()


@attrs.frozen
class ScreenLine:
    """A line of ``%screen``: VALUE with a keyword, or PATTERN with a regular expression."""

    kind: str
    what: str
    split: str | None = None
    minlength: int | None = None
    where: Where = attrs.field(default=NOWHERE, eq=False)


@attrs.frozen
class Include:
    """Another recipe that lies beneath this one."""

    name: str
    where: Where = attrs.field(default=NOWHERE, eq=False)


@attrs.frozen
class Recipe:
    """A recipe as it was written.

    ``header`` holds the rules of ``%header`` in their order, ``labels`` those of
    ``%labels``. ``default`` is the action for what no rule names and ``base`` the recipe that
    lies beneath all that are used together; ``sweep`` is what becomes of a value that stays
    and holds one of the patient's own, and ``dates`` of a date in a text that is cleaned; None
    where the recipe does not say. ``methods`` are the codes of the de-identification methods that
    it carries out. ``title`` says what it is, where a plugin brought it.
    """

    format: str | None = None
    default: str | None = None
    base: Include | None = None
    sweep: str | None = None
    methods: tuple[str, ...] = ()
    includes: tuple[Include, ...] = ()
    header: tuple[Rule, ...] = ()
    labels: tuple[Rule, ...] = ()
    values: tuple[Group, ...] = ()
    fields: tuple[Group, ...] = ()
    filters: tuple[Filter, ...] = ()
    screen: tuple[ScreenLine, ...] = ()
    source: str = attrs.field(default="recipe", eq=False)
    title: str = attrs.field(default="", eq=False)
    dates: str | None = None
