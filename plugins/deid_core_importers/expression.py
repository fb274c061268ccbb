"""What a CTP script says of one element: text, and calls such as ``@hash(PatientID,16)``."""

from __future__ import annotations

import re
from typing import TypeAlias

import attrs

BRANCHES = {"append": 1, "if": 2, "select": 2}
"""How many ``{…}`` may follow a call of these."""

_CALL = re.compile(r"@([A-Za-z]\w*)\(")
_BARE = re.compile(r"[@\w.*+\\-]+", re.ASCII)
_DEEPEST = 50


class ExpressionError(Exception):
    """The text is no expression; the message says why, and holds nothing of it."""


@attrs.frozen
class Text:
    """Text that stands for itself."""

    text: str


@attrs.frozen
class Argument:
    """An argument of a call. ``quoted`` tells text in quotes from a name or a number."""

    text: str
    quoted: bool = attrs.field(default=False, eq=False)


@attrs.frozen
class Call:
    """A call: its name in small letters, its arguments, and what stands in braces after it."""

    name: str
    arguments: tuple[Argument, ...] = ()
    branches: tuple[Nodes, ...] = ()

    def texts(self) -> tuple[str, ...]:
        """Return the arguments as text, without their quotes."""
        return tuple(argument.text for argument in self.arguments)


Nodes: TypeAlias = "tuple[Text | Call, ...]"


def parse(text: str) -> Nodes:
    """Return what a script says. Raises `ExpressionError` for what cannot be read."""
    nodes, end = _nodes(text.strip(), 0, 0)
    if end != len(text.strip()):
        raise ExpressionError("a brace is closed that was not opened")
    return nodes


def _nodes(text: str, at: int, depth: int) -> tuple[Nodes, int]:
    """Return the nodes from ``at`` to the end, or in braces to the one that closes them."""
    if depth > _DEEPEST:
        raise ExpressionError("calls are nested too deeply")
    nodes: list[Text | Call] = []
    plain = ""
    while at < len(text):
        match = _CALL.match(text, at)
        if match:
            if plain:
                nodes.append(Text(plain))
                plain = ""
            call, at = _call(text, match, depth)
            nodes.append(call)
        elif depth and text[at] == "}":
            break
        else:
            plain += text[at]
            at += 1
    if plain and (plain.strip() or not depth):
        nodes.append(Text(plain.strip() if depth else plain))
    return tuple(nodes), at


def _call(text: str, match: re.Match[str], depth: int) -> tuple[Call, int]:
    name = match.group(1).lower()
    arguments, at = _arguments(text, match.end())
    branches: list[Nodes] = []
    while len(branches) < BRANCHES.get(name, 0):
        opens = re.compile(r"\s*\{").match(text, at)
        if not opens:
            break
        branch, at = _nodes(text, opens.end(), depth + 1)
        if at >= len(text):
            raise ExpressionError("a brace is not closed")
        branches.append(branch)
        at += 1
    return Call(name, arguments, tuple(branches)), at


def _arguments(text: str, at: int) -> tuple[tuple[Argument, ...], int]:
    """Return the arguments from behind the parenthesis, and where what follows them begins."""
    found: list[Argument] = []
    current, quoted, depth = "", False, 0
    while at < len(text):
        char = text[at]
        if char == '"' and not current.strip():
            current, at = _quoted(text, at + 1)
            quoted = True
            continue
        if char in ",)" and not depth:
            word = current if quoted else current.strip()
            if char == "," or found or word or quoted:
                found.append(Argument(word, quoted))
            if char == ")":
                return tuple(found), at + 1
            current, quoted = "", False
        elif not (quoted and char.isspace()):
            depth += (char == "(") - (char == ")")
            current += char
        at += 1
    raise ExpressionError("a parenthesis is not closed")


def _quoted(text: str, at: int) -> tuple[str, int]:
    """Return the text in quotes, and where what follows them begins.

    A backslash hides the quote; before anything else it stays, since patterns need it.
    """
    value = ""
    while at < len(text):
        if text[at] == "\\" and text[at + 1 : at + 2] == '"':
            value += '"'
            at += 2
        elif text[at] == '"':
            return value, at + 1
        else:
            value += text[at]
            at += 1
    raise ExpressionError("a quote is not closed")


def render(nodes: Nodes) -> str:
    """Return the text of nodes, of which `parse` gives the same again.

    Raises `ExpressionError` where there is no such text.
    """
    text = _rendered(nodes)
    if parse(text) != _joined(nodes):
        raise ExpressionError("it has braces or quotes that cannot be told apart")
    return text


def _joined(nodes: Nodes) -> Nodes:
    """Return the same nodes, with texts that follow each other as one."""
    found: list[Text | Call] = []
    for node in nodes:
        last = found[-1] if found else None
        if isinstance(node, Call):
            found.append(attrs.evolve(node, branches=tuple(map(_joined, node.branches))))
        elif isinstance(last, Text):
            found[-1] = Text(last.text + node.text)
        else:
            found.append(node)
    return tuple(found)


def _rendered(nodes: Nodes) -> str:
    return "".join(node.text if isinstance(node, Text) else _render(node) for node in nodes)


def _render(call: Call) -> str:
    arguments = ",".join(
        one.text if _BARE.fullmatch(one.text) else '"{}"'.format(one.text.replace('"', '\\"'))
        for one in call.arguments
    )
    branches = "".join(f"{{{_rendered(branch)}}}" for branch in call.branches)
    return f"@{call.name}({arguments}){branches}"
