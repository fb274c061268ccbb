"""Lookup tables of CTP: a properties file whose keys begin with the name of a table."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from deid_core import ImportedRecipe, Problem, RecipeError, Untranslated

_KEY = re.compile(r"([A-Za-z][\w-]{0,39})/(.+)", re.ASCII)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_LETTERS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


def is_table(data: bytes) -> bool:
    """Tell whether the first line that says something is one of a lookup table."""
    try:
        number, line = next(_lines(data), (0, ""))
    except UnicodeDecodeError:
        return False
    return bool(number) and _split(line) is not None


def translate_table(data: bytes, source: str) -> ImportedRecipe:
    """Return the tables as CSV, for ``--table`` and the function ``ctp``.

    The reasons for lines that cannot be read hold nothing of them: they hold identifiers.
    """
    tables: dict[str, dict[str, str]] = {}
    missed = []
    try:
        lines = list(_lines(data))
    except UnicodeDecodeError:
        raise RecipeError([Problem(source, 1, 1, "the table is no text in UTF-8")]) from None
    for number, line in lines:
        entry = _split(line)
        if entry is None:
            reason = "expected TABLE/KEY = VALUE"
            missed.append(Untranslated(number, "a line", reason, "it has no row in any table"))
            continue
        name, key, value = entry
        rows = tables.setdefault(name, {})
        if rows.get(key, value) != value:
            reason = "its key stands in a line above, with another value"
            missed.append(Untranslated(number, "a line", reason, "this line counts, as in CTP"))
        rows[key] = value
    advice = tuple(f"run with --table {name}={name}.csv" for name in tables)
    return ImportedRecipe("", {n: _csv(rows) for n, rows in tables.items()}, tuple(missed), advice)


def _lines(data: bytes) -> Iterator[tuple[int, str]]:
    """Yield the lines that say something, those that a backslash joins as one."""
    joined, first = "", 0
    for number, raw in enumerate(data.decode("utf-8-sig").splitlines(), start=1):
        line = raw.lstrip()
        if not joined and (not line or line[0] in "#!"):
            continue
        first = first if joined else number
        if (len(line) - len(line.rstrip("\\"))) % 2:
            joined += line[:-1]
            continue
        yield first, joined + line
        joined = ""
    if joined:
        yield first, joined


def _split(line: str) -> tuple[str, str, str] | None:
    """Return table, key and value. A key may hold blanks, and ``=`` behind a backslash."""
    match = re.fullmatch(r"((?:\\.|[^=\\])+)=(.*)", line)
    if not match:
        return None
    key, value = (_unescaped(part.strip()).strip() for part in match.groups())
    parts = _KEY.fullmatch(key)
    return (parts.group(1), parts.group(2).strip(), value) if parts else None


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(
        lambda m: chr(int(m[1], 16)) if m[1] else _LETTERS.get(m[2], m[2]),
        text,
    )


def _csv(rows: dict[str, str]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows.items())
    return stream.getvalue()
