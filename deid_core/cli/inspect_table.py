"""What ``deid-core inspect`` has found, as a table, and what to make of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import attrs
from rich import box
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from deid_core.inspection import Found, Inspection, Place

MASK = "•••"
"""Stands for any value: not a character of it shows, nor how long it is."""

TITLES = {
    "data set": "Attributes",
    "nested": "Inside of sequences",
    "private": "Private attributes, by who has created them",
    "file meta": "File meta information",
}
STYLES = {"kept": "bold yellow", "refused": "red"}
MOST_KEPT = 8
"""How many attributes that would stay are named in the sum."""


@attrs.define
class _Row:
    """An attribute, or several of one creator; ``files`` then is that of the commonest."""

    where: str
    name: str
    kinds: set[str]
    count: int = 0
    files: int = 0
    values: int = 0
    would_be: Counter[str] = attrs.field(factory=Counter)

    def add(self, found: Found) -> None:
        self.count += 1
        self.kinds.add(found.kind)
        self.files = max(self.files, found.files)
        self.values += found.values
        self.would_be += found.would_be


def table_of(inspection: Inspection, *, each_private: bool) -> Table:
    """Return a line for each attribute; private ones have one for each creator unless each is asked."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("What identifies", overflow="fold")
    table.add_column("Files", justify="right")
    table.add_column("Values", justify="right")
    table.add_column("Example", no_wrap=True)
    table.add_column("Would be")
    part = ""
    for row in _rows(inspection, each_private=each_private):
        if row.where != part:
            part = row.where
            table.add_row(f"[bold]{TITLES[part]}[/]")
        kind = row.kinds.pop() if len(row.kinds) == 1 else "mixed"
        name = row.name if row.count == 1 else f"{row.name}, {counted(row.count, 'attributes')}"
        cells = (str(row.files), str(row.values), f"{kind} {MASK}", _words(row.would_be))
        table.add_row(name, *cells)
    return table


def _rows(inspection: Inspection, *, each_private: bool) -> Iterator[_Row]:
    creators: dict[str, _Row] = {}
    for place, found in inspection.places():
        if place.where == "private" and not each_private:
            creator = place.known_creator or "Others"
            row = creators.setdefault(creator, _Row(place.where, escape(creator), set()))
            row.add(found)
            continue
        yield from _taken(creators)
        row = _Row(place.where, _name(place), set())
        row.add(found)
        yield row
    yield from _taken(creators)


def _taken(creators: dict[str, _Row]) -> Iterator[_Row]:
    while creators:
        yield creators.pop(next(iter(creators)))


def _name(place: Place) -> str:
    creator = f" [{place.known_creator}]" if place.known_creator else ""
    # A text counts only where it holds the patient's own values, which is worth saying.
    why = " (holds an own value)" if place.reason == "own value" else ""
    return f"{escape(place.name + creator)}[bright_black]{why}[/]"


def _words(would_be: Counter[str]) -> str:
    several = len(would_be) > 1
    words = []
    for word, count in would_be.most_common():
        style = STYLES.get(word, "green")
        words.append(f"[{style}]{word}{f' {count}x' if several else ''}[/]")
    return ", ".join(words)


def sum_of(inspection: Inspection) -> dict[str, Any]:
    """Return how much there is, and the paths of what a run would let stay somewhere."""
    places = list(inspection.places())
    return {
        "attributes": len(places),
        "values": sum(found.values for _, found in places),
        "kept": [place.path for place, found in places if found.would_be["kept"]],
    }


def conclusion(inspection: Inspection, *, has_plan: bool) -> Iterator[str]:
    """Say in three lines what was found, and what to do next; ``has_plan`` if options say what for."""
    found = sum_of(inspection)
    attributes = counted(found["attributes"], "attributes")
    yield f"[bold]In all: {attributes} with {counted(found['values'], 'values')} may identify.[/]"
    kept = [place.name for place, one in inspection.places() if one.would_be["kept"]]
    if kept:
        names = ", ".join(kept[:MOST_KEPT]) + (", …" if len(kept) > MOST_KEPT else "")
        yield f"[yellow]{len(kept)} would stay: {escape(names)}.[/]"
    else:
        yield "None of them would stay."
    if has_plan:
        yield "Next: deid-core run SOURCE --output OUT with the same options; --dry-run tries it."
    else:
        yield (
            "Next: deid-core run SOURCE --output OUT --profile basic; --dry-run tries it, and "
            "--interactive asks what you want."
        )


def counted(count: int, name: str) -> str:
    """Return a number with what there are so many of."""
    one = {"studies": "study", "series": "series"}.get(name, name.removesuffix("s"))
    return f"{count} {one if count == 1 else name}"
