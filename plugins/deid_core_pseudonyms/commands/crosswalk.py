"""``deid-core crosswalk``: for those who may see who is who."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

import click
from rich.console import Console

from deid_core import SettingsError
from deid_core_pseudonyms.attributes import PATIENT
from deid_core_pseudonyms.commands.keys import key_of, key_options
from deid_core_pseudonyms.crosswalk import Crosswalk, Values

COLUMNS = ("pseudonym", "PatientID", "IssuerOfPatientID", "PatientName", "PatientBirthDate")
NOT_FOUND = 1


@click.group("crosswalk")
def command() -> None:
    """Export or search a crosswalk. SHOWS IDENTIFIERS.

    STORE is the SQLite file or the postgresql:// URL that was given to the run.
    """


@command.command("export")
@click.argument("store")
@key_options
@click.option(
    "--output",
    "-o",
    required=True,
    type=click.Path(path_type=Path),
    help="The file to make, for its owner's eyes only; one that is there is not replaced.",
)
@click.option("--json", "as_json", is_flag=True, help="All spellings and values, as JSON.")
def export(store: str, output: Path, *, as_json: bool, **key: Any) -> None:
    """Write all patients of a crosswalk, with their pseudonyms, into a file.

    The file holds identifiers in the clear. Keep it where you keep the originals.
    """
    crosswalk = Crosswalk.open(store, key_of(key), writable=False)
    try:
        rows = list(_rows(crosswalk))
    finally:
        crosswalk.close()
    with _new_file(output) as stream:
        if as_json:
            json.dump(rows, stream, indent=2, ensure_ascii=False)
            stream.write("\n")
        else:
            _write_csv(rows, stream)
    Console(stderr=True, highlight=False, soft_wrap=True).print(
        f"{len(rows)} rows written to {output}. THE FILE HOLDS IDENTIFIERS.", markup=False
    )


@command.command("lookup")
@click.argument("store")
@click.argument("pseudonym", required=False)
@click.option("--original", metavar="ID", help="Look for the pseudonyms of a Patient ID instead.")
@key_options
def lookup(store: str, pseudonym: str | None, original: str | None, **key: Any) -> None:
    """Show who has a pseudonym, which UID a new UID stands for, or who has a Patient ID.

    Exit status: 0 if there is an answer, 1 if the crosswalk has none, 2 for wrong usage.
    """
    if (pseudonym is None) == (original is None):
        raise click.UsageError("give either PSEUDONYM or --original ID")
    crosswalk = Crosswalk.open(store, key_of(key), writable=False)
    try:
        found = _found(crosswalk, pseudonym, original)
    finally:
        crosswalk.close()
    if not found:
        click.echo("not in the crosswalk", err=True)
        raise SystemExit(NOT_FOUND)
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))


def _found(crosswalk: Crosswalk, pseudonym: str | None, original: str | None) -> Any:
    if pseudonym is None:
        return [row for row in _rows(crosswalk) if original in row.get("PatientID", ())]
    owner = crosswalk.owner_of(pseudonym)
    if owner is not None:
        return {"pseudonym": pseudonym, **crosswalk.patient(owner)}
    uid = crosswalk.original_uid(pseudonym)
    return {"uid": pseudonym, "original": uid} if uid is not None else None


def _rows(crosswalk: Crosswalk) -> Iterator[dict[str, Any]]:
    """Yield a row for each pseudonym, and one for each patient without any."""
    patients: dict[str, Values] = dict(crosswalk.patients())
    named = set()
    for pseudonym, owner in sorted(crosswalk.pseudonyms()):
        named.add(owner)
        yield {"pseudonym": pseudonym, **patients.get(owner, {})}
    for owner, values in patients.items():
        if owner not in named:
            yield {"pseudonym": "", **values}


def _write_csv(rows: Iterable[dict[str, Any]], stream: TextIO) -> None:
    writer = csv.writer(stream)
    columns = (*COLUMNS, *(keyword for keyword in PATIENT if keyword not in COLUMNS))
    writer.writerow(columns)
    for row in rows:
        writer.writerow(_cell(row.get(column, "")) for column in columns)


def _cell(value: Any) -> str:
    """Return the values of a cell; a spreadsheet must not take one for a formula."""
    values = value if isinstance(value, list) else [value]
    texts = ["\\".join(map(str, one)) if isinstance(one, list) else str(one) for one in values]
    cell = " | ".join(texts)
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t")) else cell


def _new_file(path: Path) -> TextIO:
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise SettingsError(f"{path}: is there already, and is not replaced") from None
    except OSError as error:
        raise SettingsError(f"{path}: cannot be made ({error.strerror})") from None
    return os.fdopen(descriptor, "w", encoding="utf-8", newline="")
