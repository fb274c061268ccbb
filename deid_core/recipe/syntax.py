"""Recipe text → `Recipe`. Knows the form of lines, not which actions or fields there are."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import attrs

from deid_core.errors import RecipeError
from deid_core.recipe.draft import Draft
from deid_core.recipe.sections import (
    read_filter_line,
    read_member,
    read_rule,
    read_screen_line,
)
from deid_core.recipe.tree import Include, Recipe, Rule, Where
from deid_core.recipe.words import LineError, Word, split_words, strip_comment, unquote
from deid_core.settings import DATES, DEFAULTS, SWEEPS, shifted_dates
from deid_core.suggest import nearest

FORMATS = ("dicom",)
SECTIONS = {
    "header": False,
    "labels": False,
    "filter": True,
    "values": True,
    "fields": True,
    "screen": False,
}
"""The sections of a recipe, and whether they have a name."""

Line = Callable[[str, Where], None]
T = TypeVar("T")


def lines_of(text: str) -> list[str]:
    """Return the lines that an editor shows: no other character can end a comment."""
    return re.split(r"\r\n|\n|\r", text)


def parse(text: str, source: str) -> Recipe:
    """Read the text of a recipe. ``source`` is the file or name for messages.

    Raises `RecipeError` with all problems of the text.
    """
    parser = _Parser(Draft(source))
    for number, line in enumerate(lines_of(text.removeprefix("\ufeff")), start=1):
        parser.line(line, Where(source, number))
    if parser.draft.format is None and not parser.saw_format:
        parser.draft.complain("no line FORMAT dicom", Where(source))
    if parser.draft.problems:
        raise RecipeError(parser.draft.problems)
    return parser.draft.finished()


@attrs.define
class _Parser:
    draft: Draft
    section: Line | None = None
    saw_format: bool = False

    def line(self, raw: str, where: Where) -> None:
        try:
            self._line(strip_comment(raw), where)
        except LineError as error:
            self.draft.complain(str(error), attrs.evolve(where, column=error.column))

    def _line(self, line: str, where: Where) -> None:
        words = split_words(line, 2)
        if not words:
            return
        where = attrs.evolve(where, column=words[0].column)
        rest = words[1] if len(words) > 1 else Word("", len(line) + 2)
        first = words[0].text
        if first.startswith("%"):
            self._open(line.strip(), where)
        elif first.upper() in DIRECTIVES:
            DIRECTIVES[first.upper()](self, rest, where)
        elif self.section is None:
            expected = f"{', '.join(DIRECTIVES)} or a section"
            message = f"found {first!r} before any section; expected {expected}"
            self.draft.complain(message, where, nearest(first, DIRECTIVES))
        else:
            self.section(line, where)

    def _open(self, line: str, where: Where) -> None:
        word, *words = line[1:].split() or [""]
        kind, name = word.lower(), " ".join(words)
        self.section = _swallow
        if kind not in SECTIONS:
            known = ", ".join(f"%{section}" for section in SECTIONS)
            near = nearest(kind, SECTIONS)
            message = f"found section %{word}; expected one of: {known}"
            self.draft.complain(message, where, f"%{near}" if near else None)
        elif SECTIONS[kind] and not name:
            self.draft.complain(f"%{kind}: expected a name", where)
        elif name and not SECTIONS[kind]:
            self.draft.complain(f"%{kind}: found a name; expected none", where)
        else:
            self.section = self._reader(kind, name)

    def _reader(self, kind: str, name: str) -> Line:
        """Return what reads the lines of a section."""
        draft = self.draft
        if kind == "filter":
            labels = draft.filters.setdefault(name, [])
            return lambda line, where: read_filter_line(line, where, draft, labels)
        if kind == "screen":
            return lambda line, where: _append(draft.screen, read_screen_line(line, where, draft))
        if kind in ("values", "fields"):
            groups = draft.values if kind == "values" else draft.fields
            members = groups.setdefault(name, [])
            read = partial(read_member, draft=draft, splits=kind == "values")
            return lambda line, where: _append(members, read(line, where))
        rules: list[Rule] = draft.header if kind == "header" else draft.labels
        return lambda line, where: _append(rules, read_rule(line, where, draft))

    def format(self, rest: Word, where: Where) -> None:
        self.saw_format = True
        self.draft.format = self._choice("FORMAT", rest, where, FORMATS, str.lower)

    def default(self, rest: Word, where: Where) -> None:
        self.draft.default = self._choice("DEFAULT", rest, where, DEFAULTS, str.upper)

    def sweep(self, rest: Word, where: Where) -> None:
        self.draft.sweep = self._choice("SWEEP", rest, where, SWEEPS, str.lower)

    def dates(self, rest: Word, where: Where) -> None:
        word = rest.text.lower()
        try:
            shifted = shifted_dates(word) is not None
        except ValueError as error:
            place = attrs.evolve(where, column=rest.column)
            self.draft.complain(f"DATES: {error}", place)
            return
        self.draft.dates = word if shifted else self._choice("DATES", rest, where, DATES, str.lower)

    def method(self, rest: Word, where: Where) -> None:
        if rest.text and len(rest.text.split()) == 1:
            self.draft.methods.append(rest.text)
            return
        place = attrs.evolve(where, column=rest.column)
        self.draft.complain("METHOD: expected the code of a de-identification method", place)

    def base(self, rest: Word, where: Where) -> None:
        self.draft.base = self._recipe("BASE", rest, where)

    def include(self, rest: Word, where: Where) -> None:
        include = self._recipe("INCLUDE", rest, where)
        if include is not None:
            self.draft.includes.append(include)

    def _choice(
        self,
        word: str,
        rest: Word,
        where: Where,
        known: tuple[str, ...],
        fold: Callable[[str], str],
    ) -> str | None:
        if fold(rest.text) in known:
            return fold(rest.text)
        message = f"{word}: found {rest.text!r}; expected one of: {', '.join(known)}"
        place = attrs.evolve(where, column=rest.column)
        self.draft.complain(message, place, nearest(rest.text, known))
        return None

    def _recipe(self, word: str, rest: Word, where: Where) -> Include | None:
        name, quoted = unquote(rest.text) if rest.text else ("", False)
        place = attrs.evolve(where, column=rest.column)
        if name and (quoted or len(name.split()) == 1):
            return Include(name, place)
        self.draft.complain(f"{word}: expected the name or path of a recipe", place)
        return None


DIRECTIVES: dict[str, Callable[[_Parser, Word, Where], None]] = {
    "FORMAT": _Parser.format,
    "DEFAULT": _Parser.default,
    "BASE": _Parser.base,
    "SWEEP": _Parser.sweep,
    "DATES": _Parser.dates,
    "METHOD": _Parser.method,
    "INCLUDE": _Parser.include,
}


def _append(found: list[T], new: T | None) -> None:
    if new is not None:
        found.append(new)


def _swallow(_line: str, _where: Where) -> None:
    """Pass over the lines of a section that was complained about."""
