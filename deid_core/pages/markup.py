"""Small pieces of HTML; all text that comes in is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

import attrs

SEPARATOR = "\N{NARROW NO-BREAK SPACE}"


@attrs.frozen
class Raw:
    """What is HTML already."""

    html: str


Cell = str | int | Raw


def number(count: int) -> str:
    """Return a number with its digits in groups."""
    return f"{count:,}".replace(",", SEPARATOR)


def files(count: int) -> str:
    """Return how many files there are, in words."""
    return f"{number(count)} {'file' if count == 1 else 'files'}"


def code(text: str) -> Raw:
    """Return what is meant letter by letter."""
    return Raw(f"<code>{escape(text)}</code>")


def html(cell: Cell) -> str:
    """Return the HTML of a piece of text, a number, or what is HTML already."""
    if isinstance(cell, Raw):
        return cell.html
    return number(cell) if isinstance(cell, int) else escape(cell)


def table(
    caption: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]], note: str = ""
) -> str:
    """Return a table that scrolls by itself; the first cell of a row is its heading.

    Columns of numbers are those whose cell in the first row is one.
    """
    made = [list(row) for row in rows]
    if not made:
        return f'<p class="none">{escape(note or "None.")}</p>'
    numeric = [False, *(isinstance(cell, int) for cell in made[0][1:])]
    head = "".join(
        f'<th scope="col"{_class(is_number=is_number)}>{escape(name)}</th>'
        for name, is_number in zip(heads, numeric, strict=True)
    )
    body = "\n".join(_row(row) for row in made)
    label = escape(caption, quote=True)
    return (
        f'<div class="scroll" role="group" aria-label="Table: {label}" tabindex="0">\n'
        f"<table><caption>{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def _row(row: Sequence[Cell]) -> str:
    cells = "".join(_cell(cell) for cell in row[1:])
    first = row[0]
    return f'<tr><th scope="row"{_key(first)}>{html(first)}</th>{cells}</tr>'


def _cell(cell: Cell) -> str:
    return f"<td{_class(is_number=isinstance(cell, int))}{_key(cell)}>{html(cell)}</td>"


def _key(cell: Cell) -> str:
    """Return by what a cell is sorted, where its text would not do."""
    return f' data-key="{cell}"' if isinstance(cell, int) else ""


def _class(*, is_number: bool) -> str:
    return ' class="number"' if is_number else ""


def definitions(pairs: Iterable[tuple[str, Cell]]) -> str:
    """Return a list of terms and what they are."""
    rows = "\n".join(
        f"<div><dt>{escape(term)}</dt><dd>{html(cell)}</dd></div>" for term, cell in pairs
    )
    return f"<dl>\n{rows}\n</dl>"
