"""A recipe that is being written, with the list of what could not be translated."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from deid_core import ImportedRecipe, Untranslated


class UnwritableError(Exception):
    """The text cannot stand in a line of a recipe."""


def quoted(text: str) -> str:
    """Return text in quotes, as a recipe has it. Raises `UnwritableError` for control characters."""
    if not text.isprintable():
        raise UnwritableError
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def shown(text: str, most: int = 100) -> str:
    """Return text for a comment or a message: one line, of so many characters at most."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


@attrs.define
class Draft:
    """Lines of a recipe in their order."""

    title: str
    head: list[str] = attrs.Factory(list)
    groups: list[str] = attrs.Factory(list)
    rules: list[str] = attrs.Factory(list)
    untranslated: list[Untranslated] = attrs.Factory(list)
    advice: list[str] = attrs.Factory(list)

    def rule(self, action: str, field: str, value: str = "", when: Iterable[str] = ()) -> None:
        """Add a rule; ``when`` are criteria that must all hold."""
        condition = " + ".join(when)
        words = (action, field, value, f"IF {condition}" if condition else "")
        self.rules.append(" ".join(word for word in words if word))

    def miss(self, line: int, what: str, reason: str, instead: str) -> None:
        """List something that has no equal."""
        self.untranslated.append(Untranslated(line, shown(what), shown(reason, 200), instead))

    def advise(self, text: str) -> None:
        """Add a piece of advice, once."""
        line = shown(text, 300)
        if line not in self.advice:
            self.advice.append(line)

    def finished(self) -> ImportedRecipe:
        """Return what has come out."""
        listed = sorted(self.untranslated, key=lambda one: one.line)
        comments = [f"# {self.title}"]
        if listed:
            comments.append("#\n# Not translated:")
            comments += [
                f"#   line {one.line}: {one.what}: {one.reason}; instead: {one.instead}"
                for one in listed
            ]
        if self.advice:
            comments.append("#\n# To know:")
            comments += [f"#   {one}" for one in self.advice]
        parts = ["\n".join([*comments, "FORMAT dicom", *self.head])]
        if self.groups:
            parts.append("\n".join(self.groups))
        parts.append("\n".join(["%header", "", *self.rules]))
        text = "\n\n".join(parts) + "\n"
        return ImportedRecipe(text, {}, tuple(listed), tuple(self.advice))
