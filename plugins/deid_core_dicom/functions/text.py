"""Functions that give text."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
from typing import Any

from deid_core import Batch, Field, SettingsError, Unresolved
from deid_core_dicom.functions.arguments import Arguments
from deid_core_dicom.functions.source import source_text

Value = Callable[[Field], Any]
KEPT = {"year": 4, "month": 6}
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
HASH_LENGTH = 12


def compile_truncate(given: Mapping[str, str], batch: Batch) -> Value:
    """Compile ``truncate length=4``, or ``truncate to=year``: a date whose rest is 01."""
    del batch
    arguments = Arguments(given, "length", "to")
    if ("to" in arguments) == ("length" in arguments):
        raise ValueError("expected length= or to=year or to=month")
    if "to" in arguments:
        unit = arguments.text("to").lower()
        if unit not in KEPT:
            raise ValueError("to= must be year or month")
        return _each(lambda text: _cut_date(text, KEPT[unit]))
    length = arguments.whole("length", 0, 0, 10**6)
    cut = _each(lambda text: text[:length])
    return lambda field: field.value[:length] if isinstance(field.value, bytes) else cut(field)


def _cut_date(text: str, kept: int) -> str:
    if not re.match(rf"\d{{{kept}}}", text):
        raise Unresolved("the value is no date")
    return (text[:kept] + "0101"[kept - 4 :])[: max(len(text), kept)][:8]


def _each(change: Callable[[str], str]) -> Value:
    def changed(field: Field) -> Any:
        value = field.value
        if value is None:
            return ""
        if isinstance(value, list):
            return [change(str(one)) if one is not None else "" for one in value]
        return change(str(value))

    return changed


def compile_lookup(given: Mapping[str, str], batch: Batch) -> Value:
    """Compile ``lookup table=NAME``: a table of two columns that is given for the run.

    What the table does not have is not resolved. Raises `SettingsError` for a table that
    cannot be read, or that has one value twice.
    """
    name = Arguments(given, "table").text("table")
    path = batch.settings.tables.get(name)
    if path is None:
        known = ", ".join(batch.settings.tables) or "none"
        raise ValueError(f"no table {name!r} was given for this run (given: {known})")
    table = _read_table(path, name)

    def found(field: Field) -> Any:
        value = table.get(source_text(field).strip())
        if value is None:
            raise Unresolved(f"the table {name!r} does not have the value")
        return value

    return found


def _read_table(path: Any, name: str) -> dict[str, str]:
    table: dict[str, str] = {}
    try:
        with open(path, encoding="utf-8-sig", newline="") as stream:  # noqa: PTH123 - any path
            for number, row in enumerate(csv.reader(stream), start=1):
                if not row:
                    continue
                if len(row) != 2 or not row[0].strip():  # noqa: PLR2004 - the two columns
                    raise SettingsError(f"table {name!r}, line {number}: expected two columns")
                if row[0].strip() in table:
                    raise SettingsError(f"table {name!r}, line {number}: a value stands twice")
                table[row[0].strip()] = row[1].strip()
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SettingsError(f"table {name!r} cannot be read ({type(error).__name__})") from None
    return table


def compile_template(given: Mapping[str, str], batch: Batch) -> Value:
    """Compile ``template text=SITE1-{hash}``: ``{hash}`` stands for the value, others for variables."""
    text = Arguments(given, "text").text("text")

    def filled(field: Field) -> Any:
        def fill(match: re.Match[str]) -> str:
            name = match.group(1)
            if name == "hash":
                digest = batch.pseudonym_bytes(field.path.label, source_text(field))
                return digest.hex()[:HASH_LENGTH]
            found = field.context.item.get(name)
            if found is None or callable(found):
                raise Unresolved(f"no variable {name!r}")
            return str(found)

        return _PLACEHOLDER.sub(fill, text)

    return filled
