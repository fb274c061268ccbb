"""The calls of a CTP script that need nothing but the file: parts of values, dates, initials."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import TypeAlias

from deid_core import Field
from deid_core_importers.days import moved, rebuilt
from deid_core_importers.expression import Call
from deid_core_importers.patterns import replacer
from deid_core_importers.reading import element_texts, path_texts, tag_of

Value: TypeAlias = Callable[[Field], str]

_LETTERS = 26
MARKS = str.maketrans(dict.fromkeys(",'^.=", " "))
"""What stands between the parts of a name counts as a blank."""


def arguments_of(call: Call, least: int, most: int) -> tuple[str, ...]:
    """Return the arguments as text. Raises ``ValueError`` for a wrong number of them."""
    if not least <= len(call.arguments) <= most:
        raise ValueError(f"@{call.name}() has a wrong number of arguments")
    if any(one.text.startswith("@") and not one.quoted for one in call.arguments):
        raise ValueError(f"@{call.name}() names a parameter that is not known")
    return call.texts()


def whole(call: Call, text: str) -> int:
    """Return a whole number. Raises ``ValueError`` if it is none."""
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"@{call.name}() expects a whole number") from None


def source_of(call: Call, argument: str) -> Value:
    """Return what gives the value of an element. Raises ``ValueError`` for one that is not known."""
    tag = tag_of(argument)
    if tag is None:
        raise ValueError(f"@{call.name}() names an element that no dictionary knows")
    return lambda field: "\\".join(element_texts(field, tag)).strip()


def contents(call: Call) -> Value:
    """Compile the value of an element, perhaps with matches of a pattern replaced."""
    arguments = arguments_of(call, 1, 3)
    source = source_of(call, arguments[0])
    if len(arguments) == 1:
        return source
    replace = replacer(arguments[1], arguments[2] if len(arguments) > 2 else "")  # noqa: PLR2004
    return lambda field: replace(source(field))


def _value(call: Call) -> Value:
    arguments = arguments_of(call, 1, 2)
    source, default = source_of(call, arguments[0]), "".join(arguments[1:])
    return lambda field: source(field) or default


def _truncate(call: Call) -> Value:
    name, length = arguments_of(call, 2, 2)
    source, count = source_of(call, name), whole(call, length)
    return lambda field: source(field)[:count] if count >= 0 else source(field)[count:]


def _uppercase(call: Call) -> Value:
    source = source_of(call, *arguments_of(call, 1, 1))
    return lambda field: source(field).upper()


def _lowercase(call: Call) -> Value:
    source = source_of(call, *arguments_of(call, 1, 1))
    return lambda field: source(field).lower()


def _incrementdate(call: Call) -> Value:
    name, days = arguments_of(call, 2, 2)
    source, count = source_of(call, name), whole(call, days)
    return lambda field: moved(source(field), count)


def _modifydate(call: Call) -> Value:
    name, *parts = arguments_of(call, 4, 4)
    source = source_of(call, name)
    wanted = [None if part == "*" else whole(call, part) for part in parts]
    return lambda field: rebuilt(source(field), wanted)


def _date(call: Call) -> Value:
    form = "".join(arguments_of(call, 0, 1)).join(("%Y", "%m", "%d"))
    return lambda _field: datetime.datetime.now(datetime.UTC).strftime(form)


def _time(call: Call) -> Value:
    form = "".join(arguments_of(call, 0, 1)).join(("%H", "%M", "%S"))
    return lambda _field: datetime.datetime.now(datetime.UTC).strftime(form)


def _initials(call: Call) -> Value:
    arguments = arguments_of(call, 1, 2)
    source = source_of(call, arguments[0])
    offset = whole(call, arguments[1]) if len(arguments) > 1 else 0

    def value(field: Field) -> str:
        family, *given = source(field).translate(MARKS).split() or ["X"]
        return "".join(_turned(word[0].upper(), offset) for word in (*given, family))

    return value


def _turned(letter: str, offset: int) -> str:
    if not "A" <= letter <= "Z":
        return letter
    return chr((ord(letter) - ord("A") + offset) % _LETTERS + ord("A"))


def _pathelement(call: Call) -> Value:
    path, default = (*arguments_of(call, 1, 2), "")[:2]
    tags = [tag_of(step) for step in path.split("::")]
    known = [tag for tag in tags if tag]
    if len(known) != len(tags):
        raise ValueError("@pathelement() has a path that cannot be read")
    return lambda field: "\\".join(path_texts(field, known)) or default


PLAIN: Mapping[str, Callable[[Call], Value]] = {
    "contents": contents,
    "date": _date,
    "incrementdate": _incrementdate,
    "initials": _initials,
    "lowercase": _lowercase,
    "modifydate": _modifydate,
    "pathelement": _pathelement,
    "time": _time,
    "truncate": _truncate,
    "uppercase": _uppercase,
    "value": _value,
}
"""What can stand in an expression, and needs neither key nor table."""
