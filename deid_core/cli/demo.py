"""``deid-core demo`` and ``make demo``: the bundled images, before and after."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from pydicom import dcmread
from pydicom.dataset import Dataset
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deid_core.cli.errors import shown_errors
from deid_core.commands import json_option, print_json
from deid_core.data import get_dataset
from deid_core.dicom import get_files, replace_identifiers
from deid_core.elements import plain
from deid_core.quiet import quiet_pydicom

WIDTH = 46


def rows_of(before: Path, after: Path) -> Iterator[tuple[str, str, str]]:
    """Yield each element of two files: what it is, what was there, and what is left."""
    old, new = dcmread(before), dcmread(after)
    for tag in sorted({*old.keys(), *new.keys()}):
        element = old[tag] if tag in old else new[tag]
        yield f"{element.tag} {element.name}", _text(old, tag), _text(new, tag)


def show(before: Path, after: Path, console: Console) -> None:
    """Print the elements of two files side by side."""
    table = Table(title=f"{before.name}: before and after", title_justify="left")
    table.add_column("Attribute")
    table.add_column("What was there", style="red")
    table.add_column("What is left", style="green")
    for row in rows_of(before, after):
        table.add_row(*map(escape, row))
    console.print(table)


def _text(dataset: Dataset, tag: int) -> str:
    if tag not in dataset:
        return ""
    value = plain(dataset[tag].value)
    if isinstance(value, bytes):
        return f"{len(value):,} bytes"
    text = str(value)
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"


def main(*, as_json: bool = False) -> None:
    """De-identify the example data with the default recipe, and show the first image."""
    console = Console(highlight=False)
    files = list(get_files(get_dataset("dicom-cookies")))
    with quiet_pydicom():
        cleaned = replace_identifiers(files)
        before, after = Path(files[0]), Path(cleaned[0])
        if as_json:
            shown = [
                {"attribute": what, "before": old, "after": new}
                for what, old, new in rows_of(before, after)
            ]
            counts = {"files_in": len(files), "files_out": len(cleaned)}
            where = {"output": str(after.parent), "file": before.name}
            print_json({"command": "demo", **counts, **where, "elements": shown})
            return
        show(before, after, console)
    console.print(f"{len(files)} files in, {len(cleaned)} out, in {Path(cleaned[0]).parent}")
    console.print("Without a recipe all goes but what a file needs to be decoded, shown and filed.")
    console.print("Next: deid-core inspect FOLDER, and deid-core run FOLDER --output OUT")


@click.command("demo")
@json_option
def command(*, as_json: bool) -> None:
    """De-identify images that come along, and show what was there and what is left."""
    with shown_errors():
        main(as_json=as_json)


if __name__ == "__main__":
    main()
