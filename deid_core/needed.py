"""What a text must hold where a regular expression matches: one of some literals.

So one search for the literals of many patterns tells which of them can match at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LEAST = 3
"""Characters of a literal that is worth a search."""

_GROUP = re.compile(r"\((?!\?|\*)|\(\?(?:[:=!>]|<[=!]|P?<\w+>|P=\w+\))", re.ASCII)
_CLASSES = frozenset("dDsSwWbBAZmMntrfva")
"""What a backslash makes of a letter: a class, an assertion or a control character."""


class _Unknown(Exception):
    """The pattern says something that is not understood here."""


def needed(pattern: str) -> frozenset[str]:
    """Return literals of which each text holds one that ``pattern`` matches, as `folded` has it.

    None at all where nobody knows: what is not understood here may match anything.
    """
    try:
        found = [max(runs, key=len, default="") for runs in _branches(pattern)]
    except _Unknown:
        return frozenset()
    return frozenset(found) if min(map(len, found)) >= LEAST else frozenset()


def folded(text: str) -> str:
    """Return text such that what a search in any case finds as letters of ASCII is these."""
    # The others, a long s and the sign of Kelvin, are known to casefold.
    return text.lower() if text.isascii() else text.replace("\u0130", "i").casefold()


def _branches(pattern: str) -> list[list[str]]:
    """Return, for each alternative, the runs of literal characters that it needs."""
    branches: list[list[str]] = [[]]
    run: list[str] = []

    def end() -> None:
        branches[-1].append("".join(run))
        run.clear()

    for kind, sign in _tokens(pattern):
        if kind == "literal":
            run.append(sign.lower())
            continue
        if kind == "repeat":
            del run[-1:]
        end()
        if kind == "or":
            branches.append([])
    end()
    return branches


def _tokens(pattern: str) -> Iterator[tuple[str, str]]:
    """Yield what stands at the top level: literals, repeats, ``or``, and all else as ``other``."""
    at = 0
    while at < len(pattern):
        sign = pattern[at]
        kind = "literal" if sign.isascii() else "other"
        if sign == "\\":
            at += 1
            kind, sign = _escaped(pattern[at : at + 1])
        elif sign == "(":
            kind, at = "other", _end_of_group(pattern, at)
        elif sign == "[":
            kind, at = "other", _end_of_set(pattern, at)
        elif sign == "{":
            kind, at = "repeat", _find(pattern, "}", at)
        elif sign in "?*+":
            kind = "repeat"
        elif sign == "|":
            kind = "or"
        elif sign in ".^$":
            kind = "other"
        elif sign == ")":
            raise _Unknown
        yield kind, sign
        at += 1


def _escaped(sign: str) -> tuple[str, str]:
    if sign in _CLASSES and sign:
        return "other", sign
    if not sign or sign.isalnum():
        raise _Unknown
    return ("literal" if sign.isascii() else "other"), sign


def _end_of_group(pattern: str, at: int) -> int:
    """Return where a group ends; what is in it does not count."""
    depth = 0
    while at < len(pattern):
        sign = pattern[at]
        if sign == "\\":
            at += 1
        elif sign == "(":
            start = _GROUP.match(pattern, at)
            if start is None:
                raise _Unknown
            depth += 1
            at = start.end() - 1
        if pattern[at : at + 1] == "[" and sign != "\\":
            at = _end_of_set(pattern, at)
        elif pattern[at : at + 1] == ")" and sign != "\\":
            depth -= 1
            if not depth:
                return at
        at += 1
    raise _Unknown


def _end_of_set(pattern: str, at: int) -> int:
    """Return where a set of characters ends, if it is a plain one."""
    at += 2 if pattern[at + 1 : at + 2] == "^" else 1
    if pattern[at : at + 1] in ("", "]"):
        raise _Unknown
    while at < len(pattern) and pattern[at] != "]":
        if pattern[at] == "[":
            raise _Unknown
        at += 2 if pattern[at] == "\\" else 1
    if at >= len(pattern):
        raise _Unknown
    return at


def _find(pattern: str, sign: str, at: int) -> int:
    found = pattern.find(sign, at)
    if found < 0:
        raise _Unknown
    return found
