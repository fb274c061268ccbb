"""Recipe text → `Recipe`. Knows the form of lines, not which actions or fields there are."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from deid_core.errors import Problem, RecipeError
from deid_core.recipe.tree import Recipe, Rule, Where
from deid_core.recipe.words import LineError, Word, split_words, strip_comment, unquote
from deid_core.suggest import nearest

FORMATS = ("dicom",)
DEFAULTS = ("REMOVE", "KEEP", "BLANK")


def parse(text: str, source: str) -> Recipe:
    """Read the text of a recipe. ``source`` is the file or name for messages.

    Raises `RecipeError` with all problems of the text.
    """
    parser = _Parser(source)
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        parser.line(line, number)
    return parser.finish()


@attrs.define
class _Parser:
    source: str
    recipe: Recipe = attrs.field(factory=Recipe)
    section: Callable[[str, Where], None] | None = None
    rules: list[Rule] = attrs.field(factory=list)
    problems: list[Problem] = attrs.field(factory=list)

    def line(self, raw: str, number: int) -> None:
        try:
            line = strip_comment(raw)
        except LineError as error:
            self._complain(str(error), Where(self.source, number, error.column))
            return
        words = split_words(line, 2)
        if not words:
            return
        where = Where(self.source, number, words[0].column)
        rest = words[1] if len(words) > 1 else Word("", len(line) + 2)
        if words[0].text.startswith("%"):
            self._section(line.strip(), where)
            return
        directive = {"FORMAT": self._format, "DEFAULT": self._default, "BASE": self._base}.get(
            words[0].text.upper()
        )
        if directive is not None:
            directive(rest, where)
        elif self.section is None:
            found = f"found {words[0].text!r} before any section; expected FORMAT, DEFAULT, BASE or %header"
            self._complain(found, where, nearest(words[0].text, ("FORMAT", "DEFAULT", "BASE")))
        else:
            self.section(line, where)

    def finish(self) -> Recipe:
        if self.recipe.format is None and not any("FORMAT" in p.message for p in self.problems):
            self._complain("no line FORMAT dicom", Where(self.source))
        if self.problems:
            raise RecipeError(self.problems)
        return attrs.evolve(self.recipe, header=tuple(self.rules), source=self.source)

    def _complain(self, message: str, where: Where, suggestion: str | None = None) -> None:
        self.problems.append(Problem(where.source, where.line, where.column, message, suggestion))

    def _section(self, line: str, where: Where) -> None:
        name, *rest = line[1:].split() or [""]
        sections = {"header": self._action}
        self.section = sections.get(name.lower(), self._swallow)
        if name.lower() not in sections:
            known = ", ".join(f"%{known}" for known in sections)
            near = nearest(name, sections)
            self._complain(
                f"found section %{name}; expected one of: {known}",
                where,
                f"%{near}" if near else None,
            )
        elif rest:
            self._complain(f"found a name after %{name}; expected none", where)

    def _swallow(self, _line: str, _where: Where) -> None:
        """Pass over the lines of a section that was complained about."""

    def _format(self, rest: Word, where: Where) -> None:
        if rest.text.lower() not in FORMATS:
            self._complain(
                f"FORMAT: found {rest.text!r}; expected one of: {', '.join(FORMATS)}",
                attrs.evolve(where, column=rest.column),
                nearest(rest.text, FORMATS),
            )
            return
        self.recipe = attrs.evolve(self.recipe, format=rest.text.lower())

    def _default(self, rest: Word, where: Where) -> None:
        if rest.text.upper() not in DEFAULTS:
            self._complain(
                f"DEFAULT: found {rest.text!r}; expected one of: {', '.join(DEFAULTS)}",
                attrs.evolve(where, column=rest.column),
                nearest(rest.text, DEFAULTS),
            )
            return
        self.recipe = attrs.evolve(self.recipe, default=rest.text.upper())

    def _base(self, rest: Word, where: Where) -> None:
        if not rest.text or len(rest.text.split()) > 1:
            self._complain("BASE: expected the name of a recipe, or none", where)
            return
        self.recipe = attrs.evolve(self.recipe, base=rest.text)

    def _action(self, line: str, where: Where) -> None:
        action, *rest = split_words(line, 3)
        if not rest:
            end = attrs.evolve(where, column=len(line) + 1)
            self._complain(f"{action.text}: expected a field after the action", end)
            return
        value, quoted = unquote(rest[1].text) if len(rest) > 1 else (None, False)
        rule = Rule(
            action=action.text.upper(),
            field=rest[0].text,
            value=value,
            quoted=quoted,
            where=where,
            field_column=rest[0].column,
            value_column=rest[1].column if len(rest) > 1 else len(line) + 1,
        )
        self.rules.append(rule)
