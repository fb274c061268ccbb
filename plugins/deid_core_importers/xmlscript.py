"""Read the XML of a CTP script. Document types are refused, and with them all entities."""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

import attrs

from deid_core import Problem, RecipeError


@attrs.frozen
class Entry:
    """One entry of a script: its kind (``p``, ``e``, ``k``, ``r``), line, tag, name and text."""

    kind: str
    line: int
    tag: str
    name: str
    text: str
    enabled: bool


def read_script(data: bytes, source: str) -> tuple[Entry, ...]:
    """Return the entries of a script in their order. Raises `RecipeError` if it is none."""
    reader = _Reader(source)
    try:
        reader.parser.Parse(data, True)  # noqa: FBT003 - expat takes no name here
    except expat.ExpatError as error:
        message = expat.errors.messages[error.code]
        raise _refused(source, error.lineno, error.offset + 1, f"no valid XML: {message}") from None
    except (ValueError, LookupError):
        raise _refused(source, 1, 1, "no valid XML: its encoding is not known") from None
    return tuple(reader.entries)


def _refused(source: str, line: int, column: int, message: str) -> RecipeError:
    return RecipeError([Problem(source, line, column, message)])


class _Reader:
    """What expat calls while it reads."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.entries: list[Entry] = []
        self.depth = 0
        self.open: dict[str, Any] | None = None
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def _fail(self, message: str) -> RecipeError:
        parser = self.parser
        return _refused(
            self.source, parser.CurrentLineNumber, parser.CurrentColumnNumber + 1, message
        )

    def _refuse_doctype(self, *_: object) -> None:
        raise self._fail("found a document type, which a script has no need for; remove it")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        expected = ("script",) if self.depth == 1 else ("p", "e", "k", "r")
        if name not in expected or self.open is not None:
            raise self._fail(f"found an element of XML that is not expected: {name[:20]!r}")
        if self.depth > 1:
            self.open = {
                "kind": name,
                "line": self.parser.CurrentLineNumber,
                "tag": attributes.get("t", "").strip(),
                "name": attributes.get("n", "").strip(),
                "enabled": name == "p" or attributes.get("en") == "T",
                "text": "",
            }

    def _characters(self, text: str) -> None:
        if self.open is not None:
            self.open["text"] += text

    def _end(self, _name: str) -> None:
        self.depth -= 1
        if self.open is not None:
            self.entries.append(Entry(**{**self.open, "text": self.open["text"].strip()}))
            self.open = None
