"""Lists of pseudonyms that a user gives: CSV with a header, each patient and pseudonym once."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deid_core import SettingsError
from deid_core_pseudonyms.arguments import fault_of

REQUIRED = ("original", "pseudonym")
OPTIONAL = "issuer"

Key = tuple[str | None, str]
"""Issuer of Patient ID, None where the list has no such column, and Patient ID."""


def read_list(path: Path) -> Mapping[Key, str]:
    """Read a list with the columns ``original``, ``pseudonym`` and perhaps ``issuer``.

    Raises `SettingsError`, which names file and line, for a list that is not complete or says
    anything twice.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.reader(stream, strict=True)
            return _entries(rows, path)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: is not UTF-8") from None


def _entries(rows: Any, path: Path) -> Mapping[Key, str]:
    table: dict[Key, str] = {}
    originals: dict[Key, int] = {}
    pseudonyms: dict[str, int] = {}
    columns: dict[str, int] | None = None
    try:
        for row in rows:
            line = rows.line_num
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if columns is None:
                columns = _columns(cells, f"{path}:{line}")
                continue
            key, pseudonym = _entry(cells, columns, f"{path}:{line}")
            for kind, seen in (
                ("original", originals.get(key)),
                ("pseudonym", pseudonyms.get(pseudonym)),
            ):
                if seen is not None:
                    raise SettingsError(f"{path}:{line}: has the {kind} of line {seen} again")
            originals[key] = pseudonyms[pseudonym] = line
            table[key] = pseudonym
    except csv.Error:
        raise SettingsError(f"{path}:{rows.line_num}: is no CSV") from None
    if not table:
        raise SettingsError(f"{path}: has no entry")
    return table


def _columns(cells: list[str], where: str) -> dict[str, int]:
    for name in REQUIRED:
        if name not in cells:
            raise SettingsError(f"{where}: the header has no column {name!r}")
    if len(set(cells)) != len(cells):
        raise SettingsError(f"{where}: the header has one column twice")
    return {name: number for number, name in enumerate(cells)}


def _entry(cells: list[str], columns: Mapping[str, int], where: str) -> tuple[Key, str]:
    if len(cells) != len(columns):
        raise SettingsError(f"{where}: has {len(cells)} cells, and the header {len(columns)}")
    for name in REQUIRED:
        if not cells[columns[name]]:
            raise SettingsError(f"{where}: the cell of {name!r} is empty")
    pseudonym = cells[columns["pseudonym"]]
    fault = fault_of(pseudonym)
    if fault is not None:
        raise SettingsError(f"{where}: the pseudonym {fault}")
    issuer = cells[columns[OPTIONAL]] if OPTIONAL in columns else None
    return (issuer, cells[columns["original"]]), pseudonym
