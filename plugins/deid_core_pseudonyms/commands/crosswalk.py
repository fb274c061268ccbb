"""``deid-core crosswalk``: for those who may see who is who."""

from __future__ import annotations

import csv
import errno
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

import click
from rich.console import Console

from deid_core import SettingsError
from deid_core.commands import (
    PLACE,
    dry_run_option,
    json_option,
    key_options,
    output_option,
    print_json,
    say_dry_run,
)
from deid_core_pseudonyms.attributes import PATIENT
from deid_core_pseudonyms.commands.keys import needed_key
from deid_core_pseudonyms.crosswalk import Crosswalk, Values

COLUMNS = ("pseudonym", "PatientID", "IssuerOfPatientID", "PatientName", "PatientBirthDate")
NOT_FOUND = 1


@click.group("crosswalk")
def command() -> None:
    """Export or search a crosswalk. SHOWS IDENTIFIERS.

    STORE is the SQLite file or the postgresql:// URL that was given to the run.
    """


@command.command("export")
@click.argument("store", type=PLACE)
@key_options
@output_option(
    "a file for its owner's eyes only, JSON if its name ends in .json, else CSV.",
    required=True,
    each_time=True,
)
@dry_run_option
@json_option
def export(store: str, output: Path, *, dry_run: bool, as_json: bool, **key: Any) -> None:
    """Write all patients of a crosswalk, with their pseudonyms, into a file.

    The file holds identifiers in the clear. Keep it where you keep the originals. One that is there
    is not replaced. JSON has all spellings and values, CSV what a spreadsheet shows.
    """
    _refuse_unwritable(output)
    crosswalk = Crosswalk.open(store, needed_key(key), writable=False)
    try:
        rows = list(_rows(crosswalk))
    finally:
        crosswalk.close()
    if not dry_run:
        _write(rows, output)
    if as_json:
        told = {"dry_run": dry_run, "output": str(output), "rows": len(rows)}
        print_json({"command": "crosswalk export", **told})
        return
    if dry_run:
        say_dry_run([output])
        click.echo(f"{len(rows)} rows. THE FILE WOULD HOLD IDENTIFIERS.")
        return
    Console(stderr=True, highlight=False, soft_wrap=True).print(
        f"{len(rows)} rows written to {output}. THE FILE HOLDS IDENTIFIERS.", markup=False
    )


@command.command("lookup")
@click.argument("store", type=PLACE)
@click.argument("pseudonym", required=False)
@click.option(
    "--original",
    metavar="ID",
    allow_from_autoenv=False,
    help="Look for the pseudonyms of a Patient ID instead.",
)
@key_options
@json_option
def lookup(
    store: str, pseudonym: str | None, original: str | None, *, as_json: bool, **key: Any
) -> None:
    """Show who has a pseudonym, which UID a new UID stands for, or who has a Patient ID, as JSON.

    Exit status: 0 if there is an answer, 1 if the crosswalk has none, 2 for wrong usage.
    """
    if (pseudonym is None) == (original is None):
        raise click.UsageError("give either PSEUDONYM or --original ID")
    crosswalk = Crosswalk.open(store, needed_key(key), writable=False)
    try:
        found = _found(crosswalk, pseudonym, original)
    finally:
        crosswalk.close()
    if as_json:
        rows = found if isinstance(found, list) else [found] if found else []
        print_json({"command": "crosswalk lookup", "found": rows})
    elif found:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    if not found:
        click.echo("not in the crosswalk: look whether it is spelled as in the files", err=True)
        raise SystemExit(NOT_FOUND)


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


def _write(rows: list[dict[str, Any]], path: Path) -> None:
    """Write a new file for its owner alone, whole or not at all."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise _there(path) from None
    except OSError as error:
        raise _unwritable(path, error.strerror) from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
            if path.suffix.lower() == ".json":
                json.dump(rows, stream, indent=2, ensure_ascii=False)
                stream.write("\n")
            else:
                _write_csv(rows, stream)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise _unwritable(path, error.strerror) from None


def _refuse_unwritable(path: Path) -> None:
    """Raise `SettingsError` where `_write` would, as far as can be told before."""
    if os.path.lexists(path):
        raise _there(path)
    folder = path.absolute().parent
    if not folder.is_dir():
        raise _unwritable(path, os.strerror(errno.ENOENT))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _unwritable(path, os.strerror(errno.EACCES))


def _there(path: Path) -> SettingsError:
    return SettingsError(f"{path}: is there already, and is not replaced; give another --output")


def _unwritable(path: Path, why: str | None) -> SettingsError:
    return SettingsError(f"{path}: cannot be written ({why}); give another --output")
