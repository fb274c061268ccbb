"""The parameters of a CTP script, put in the place of ``@NAME``."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from deid_core_importers.expression import Argument, Call, ExpressionError, Nodes, Text, parse
from deid_core_importers.xmlscript import Entry


class Parameters:
    """What ``<p>`` elements say, by name."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._texts = {entry.tag.upper(): entry.text for entry in entries}

    def put_into(self, nodes: Nodes) -> Nodes:
        """Return nodes without parameters. Raises `ExpressionError` for one that is not there."""
        found: list[Text | Call] = []
        for node in nodes:
            if isinstance(node, Text):
                found.append(node)
            elif node.name == "param":
                found += self._spliced(node)
            else:
                found.append(
                    attrs.evolve(
                        node,
                        arguments=tuple(map(self._argument, node.arguments)),
                        branches=tuple(map(self.put_into, node.branches)),
                    )
                )
        return tuple(found)

    def _text(self, name: str) -> str:
        text = self._texts.get(name.removeprefix("@").upper())
        if text is None:
            raise ExpressionError("it names a parameter that the script does not have")
        return text

    def _spliced(self, call: Call) -> Nodes:
        if len(call.arguments) != 1:
            raise ExpressionError("@param() takes the name of one parameter")
        nodes = parse(self._text(call.arguments[0].text))
        if any(isinstance(node, Call) and node.name == "param" for node in nodes):
            raise ExpressionError("a parameter that names another is not supported")
        return self.put_into(nodes)

    def _argument(self, argument: Argument) -> Argument:
        if argument.quoted or not argument.text.startswith("@"):
            return argument
        text = self._text(argument.text)
        if any(isinstance(node, Call) for node in parse(text)):
            raise ExpressionError("a parameter that is a call is not supported as an argument")
        return Argument(text, quoted=True)
