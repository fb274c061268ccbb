"""Selectors that stand for many fields."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from deid_core import ElementPath, FieldExpander, dictionary
from deid_core.needed import folded, needed
from deid_core.search import pattern

Test = Callable[[ElementPath], bool]


def names_of(path: ElementPath) -> tuple[str, ...]:
    """Return all the names a pattern may find an element by: keywords, tag, name, creator."""
    digits = f"{path.tag:08x}"
    keyword = path.keyword
    nested = "__".join([*(dictionary.keyword_of(p.tag) for p in path.parents), keyword])
    names = [nested, path.tag_text, digits, dictionary.name_of(path.tag), keyword]
    if path.creator is not None:
        private = f'{digits[:4]},"{path.creator}",{digits[6:]}'
        names += [f"({private})", private]
    return tuple(name for name in names if name)


@lru_cache(maxsize=1024)
def _searched(path: ElementPath) -> tuple[tuple[str, ...], str]:
    """Return the names of an element, and all of them in small letters as one text."""
    names = names_of(path)
    return names, folded("\n".join(names))


def _search(text: str) -> Test:
    search = pattern(text)
    literals = needed(text)

    def found(path: ElementPath) -> bool:
        names, joined = _searched(path)
        # Hundreds of rules ask for each element, and nearly all are done with here.
        if literals and not any(literal in joined for literal in literals):
            return False
        return any(search(name) for name in names)

    return found


def compile_contains(argument: str) -> Test:
    """Match what has the pattern in one of its names."""
    return _search(argument)


def compile_startswith(argument: str) -> Test:
    """Match what has a name that starts with the pattern."""
    return _search(f"^(?:{argument})")


def compile_endswith(argument: str) -> Test:
    """Match what has a name that ends with the pattern."""
    return _search(f"(?:{argument})$")


def compile_except(argument: str) -> Test:
    """Match what has the pattern in none of its names."""
    found = _search(argument)
    return lambda path: not found(path)


def compile_all(argument: str) -> Test:
    """Match everything."""
    if argument:
        raise ValueError("takes no argument")
    return lambda _path: True


def compile_select(argument: str) -> Test:
    """Match a VR (``VR:DA``), stored or of the dictionary, or a group (``group:0010``)."""
    kind, _, what = argument.partition(":")
    if kind.lower() == "vr" and re.fullmatch("[A-Za-z]{2}", what):
        vr = what.upper()
        return lambda path: path.vr == vr or vr in dictionary.vrs_of(path.tag)
    if kind.lower() == "group":
        try:
            group = int(what, 16)
        except ValueError:
            raise ValueError("expected a group of four hexadecimal digits") from None
        return lambda path: path.tag >> 16 == group
    raise ValueError("expected VR:XX or group:GGGG")


EXPANDERS = [
    FieldExpander(name="all", compile=compile_all, summary="every element"),
    FieldExpander(
        name="allexcept", compile=compile_except, summary="names in which the pattern is not found"
    ),
    FieldExpander(
        name="contains", compile=compile_contains, summary="names in which the pattern is found"
    ),
    FieldExpander(
        name="endswith", compile=compile_endswith, summary="names that end with the pattern"
    ),
    FieldExpander(
        name="except", compile=compile_except, summary="names in which the pattern is not found"
    ),
    FieldExpander(name="select", compile=compile_select, summary="a VR or a group"),
    FieldExpander(
        name="startswith", compile=compile_startswith, summary="names that start with the pattern"
    ),
]
