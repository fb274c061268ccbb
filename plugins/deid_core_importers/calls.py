"""The calls of a CTP script that need the run: its key, its tables, or other calls."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Protocol

from deid_core import Batch, Field, RefusedError, Unresolved
from deid_core.settings import uid_root
from deid_core_importers.days import moved
from deid_core_importers.expression import Argument, Call, Nodes
from deid_core_importers.plain_calls import (
    MARKS,
    Value,
    arguments_of,
    contents,
    source_of,
    whole,
)
from deid_core_importers.reading import THIS, tag_of
from deid_core_importers.testing import compile_test

MOST_DAYS = 3650
"""By how many days `@hashdate` goes back at most, as in CTP."""


class Compiler(Protocol):
    """What a call is compiled with; without a batch, only to see whether it can be."""

    batch: Batch | None

    def value(self, nodes: Nodes) -> Value:
        """Compile nodes that give a value."""

    def table(self, name: str) -> Mapping[str, str]:
        """Return a table of the run."""


def _needed(call: Call, argument: str) -> Value:
    """Return what gives an element, and has no value where another element than this is empty."""
    source, tag = source_of(call, argument), tag_of(argument)

    def value(field: Field) -> str:
        found = source(field)
        if not found and tag not in (THIS, field.path.tag):
            raise Unresolved("there is no value to make a pseudonym from")
        return found

    return value


def _key(compiler: Compiler) -> Batch:
    if compiler.batch is None:  # pragma: no cover - values are asked for in a run only
        raise ValueError("no run")
    return compiler.batch


def _digits(compiler: Compiler, kind: str, text: str, length: int | None) -> str:
    if not text:
        return ""
    digest = _key(compiler).pseudonym_bytes(f"ctp {kind}", text)
    return f"{int.from_bytes(digest[:16]):039}"[:length]


def _length(call: Call, arguments: tuple[str, ...], at: int) -> int | None:
    length = whole(call, arguments[at]) if len(arguments) > at else None
    if length is not None and length < 1:
        raise ValueError(f"@{call.name}() expects a length above 0")
    return length


def _hash(compiler: Compiler, call: Call) -> Value:
    arguments = arguments_of(call, 1, 2)
    source, length = _needed(call, arguments[0]), _length(call, arguments, 1)
    return lambda field: _digits(compiler, "hash", source(field), length)


def _hashptid(compiler: Compiler, call: Call) -> Value:
    arguments = arguments_of(call, 2, 3)
    site, source = arguments[0], _needed(call, arguments[1])
    length = _length(call, arguments, 2)
    return lambda field: _digits(compiler, f"hashptid {site}", source(field), length)


def _hashname(compiler: Compiler, call: Call) -> Value:
    arguments = arguments_of(call, 2, 3)
    source = _needed(call, arguments[0])
    length, words = _length(call, arguments, 1), _length(call, arguments, 2)

    def value(field: Field) -> str:
        name = "".join(source(field).upper().translate(MARKS).split()[:words])
        return _digits(compiler, "hashname", name, length)

    return value


def _hashuid(compiler: Compiler, call: Call) -> Value:
    root, name = arguments_of(call, 2, 2)
    beneath, source = uid_root(root), _needed(call, name)

    def value(field: Field) -> str:
        uids = (uid.strip(" \0") for uid in source(field).split("\\"))
        batch = _key(compiler)
        return "\\".join(batch.pseudonym_uid("uid", uid, beneath) if uid else "" for uid in uids)

    return value


def _hashdate(compiler: Compiler, call: Call) -> Value:
    date_of, patient_of = arguments_of(call, 2, 2)
    date, patient = source_of(call, date_of), _needed(call, patient_of)
    return lambda field: moved(
        date(field), _key(compiler).shift_days(patient(field).casefold(), MOST_DAYS)
    )


def _lookup(compiler: Compiler, call: Call) -> Value:
    arguments = arguments_of(call, 2, 4)
    source, name = source_of(call, arguments[0]), arguments[1]
    if not re.fullmatch(r"[\w-]{1,40}", name, re.ASCII):
        raise ValueError("@lookup() names a table by a name that no table can have")
    action = arguments[2].lower() if len(arguments) > 2 else "quarantine"  # noqa: PLR2004
    if action not in ("default", "empty", "keep", "quarantine", "remove"):
        raise ValueError(f"@lookup() has no equal for what a value without a row gets: {action!r}")
    default = "".join(arguments[3:])
    table = compiler.table(name)

    def value(field: Field) -> str:
        original = source(field)
        found = table.get(original)
        if found is not None:
            return found
        if action == "quarantine":
            raise RefusedError(f"the table {name!r} does not have a value: add it to the table")
        if action == "remove":
            raise Unresolved(f"the table {name!r} does not have the value")
        return {"default": default, "empty": "", "keep": original}[action]

    return value


def _append(compiler: Compiler, call: Call) -> Value:
    arguments_of(call, 0, 0)
    if len(call.branches) != 1:
        raise ValueError("@append() has no braces")
    added = compiler.value(call.branches[0])
    before = contents(Call("append", (Argument("this"),)))
    return lambda field: "\\".join(filter(None, (before(field), added(field))))


def _if(compiler: Compiler, call: Call) -> Value:
    holds = compile_test(arguments_of(call, 2, 3))
    values = [compiler.value(branch) for branch in (*call.branches, (), ())[:2]]
    return lambda field: values[0 if holds(field) else 1](field)


CALLS: Mapping[str, Callable[[Compiler, Call], Value]] = {
    "append": _append,
    "hash": _hash,
    "hashdate": _hashdate,
    "hashname": _hashname,
    "hashptid": _hashptid,
    "hashuid": _hashuid,
    "if": _if,
    "lookup": _lookup,
}
"""What can stand in an expression besides."""
