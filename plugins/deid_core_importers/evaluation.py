"""``deid_func:ctp``: the value of an expression of a CTP script, under the key of the run."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from deid_core import Batch, Field, SettingsError
from deid_core_importers.calls import CALLS, Compiler
from deid_core_importers.expression import Call, ExpressionError, Nodes, Text, parse
from deid_core_importers.plain_calls import PLAIN, Value


def compile_ctp(given: Mapping[str, str], batch: Batch) -> Callable[[Field], Any]:
    """Compile ``ctp script=…``: text and calls, such as ``SITE-@hashptid(12,PatientID)``.

    The calls are those of `deid_core_importers.calls` and ``plain_calls``. Raises ``ValueError`` for a call that is
    none of them, and for one whose arguments cannot be used.
    """
    if set(given) != {"script"}:
        raise ValueError("expected script=, and nothing else")
    try:
        nodes = parse(given["script"])
    except ExpressionError as error:
        raise ValueError(f"script= cannot be read: {error}") from None
    value = _Compiler(batch).value(nodes)

    def found(field: Field) -> Any:
        # Several values have backslashes between them, as they do in CTP.
        parts = value(field).split("\\")
        return parts if len(parts) > 1 else parts[0]

    return found


def complaint_about(nodes: Nodes) -> str | None:
    """Return why `compile_ctp` would refuse nodes, whatever the tables of the run, or None."""
    try:
        _Compiler(None).value(nodes)
    except ValueError as error:
        return str(error)
    return None


class _Compiler(Compiler):
    """Compiles nodes; without a batch it only tells whether they can be."""

    def __init__(self, batch: Batch | None) -> None:
        self.batch = batch

    def value(self, nodes: Nodes) -> Value:
        parts = [self._part(node) for node in nodes]
        if len(parts) == 1:
            return parts[0]
        return lambda field: "".join(part(field) for part in parts)

    def _part(self, node: Text | Call) -> Value:
        if isinstance(node, Text):
            text = node.text
            return lambda _field: text
        if node.name in PLAIN:
            return PLAIN[node.name](node)
        call = CALLS.get(node.name)
        if call is None:
            raise ValueError(f"@{node.name}() has no equal")
        return call(self, node)

    def table(self, name: str) -> Mapping[str, str]:
        if self.batch is None:
            return {}
        path = self.batch.settings.tables.get(name)
        if path is None:
            known = ", ".join(self.batch.settings.tables) or "none"
            raise ValueError(f"no table {name!r} was given for this run (given: {known})")
        try:
            with Path(path).open(encoding="utf-8-sig", newline="") as stream:
                rows = [row for row in csv.reader(stream) if row]
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            kind = type(error).__name__
            raise SettingsError(f"table {name!r} cannot be read ({kind})") from None
        if any(len(row) != 2 for row in rows):  # noqa: PLR2004 - the two columns
            raise SettingsError(f"table {name!r}: expected two columns in each line")
        if len({row[0].strip() for row in rows}) != len(rows):
            raise SettingsError(f"table {name!r}: a value stands twice")
        return {row[0].strip(): row[1].strip() for row in rows}
