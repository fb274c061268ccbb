"""Split a line of a recipe into words, with quotes, parentheses and comments."""

from __future__ import annotations

import attrs

_QUOTES = "\"'"
_OPENERS = " \t(,:=+"


class LineError(Exception):
    """A line that cannot be split, and the column (from 1) where that shows."""

    def __init__(self, message: str, column: int) -> None:
        self.column = column
        super().__init__(message)


@attrs.frozen
class Word:
    """A word as it stands in the line, and its column from 1."""

    text: str
    column: int


def strip_comment(line: str) -> str:
    """Return ``line`` without the comment at its end: from a ``#`` outside quotes.

    Raises `LineError` for a quote that is not closed.
    """
    quote = ""
    opened = 0
    escaped = False
    for index, char in enumerate(line):
        if quote:
            if escaped:
                escaped = False
            elif char == "\\":
                escaped = True
            elif char == quote:
                quote = ""
        elif char == "#":
            return line[:index].rstrip()
        elif char in _QUOTES and (index == 0 or line[index - 1] in _OPENERS):
            quote, opened = char, index
    if quote:
        raise LineError(f"the quote {quote} is not closed", opened + 1)
    return line.rstrip()


def split_words(line: str, limit: int) -> list[Word]:
    """Split a line without comment at blanks outside quotes and parentheses.

    At most ``limit`` words: the last takes all that is left.
    """
    words: list[Word] = []
    index = 0
    while index < len(line):
        if line[index].isspace():
            index += 1
            continue
        if len(words) == limit - 1:
            words.append(Word(line[index:].rstrip(), index + 1))
            break
        end = _end_of_word(line, index)
        words.append(Word(line[index:end], index + 1))
        index = end
    return words


def _end_of_word(line: str, start: int) -> int:
    quote = ""
    depth = 0
    for index in range(start, len(line)):
        char = line[index]
        if quote:
            if char == quote and line[index - 1] != "\\":
                quote = ""
        elif char in _QUOTES and (index == start or line[index - 1] in _OPENERS):
            quote = char
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
        elif char.isspace() and depth <= 0:
            return index
    return len(line)


def unquote(text: str) -> tuple[str, bool]:
    """Return what a value means, and whether it stood in quotes.

    Inside quotes a backslash before a quote or a backslash is taken away; any other stays,
    since it separates the values of a multi-valued element. Without quotes, runs of blanks
    become one.
    """
    if len(text) >= 2 and text[0] in _QUOTES and text[-1] == text[0] and text[-2] != "\\":  # noqa: PLR2004
        inner, result, index = text[1:-1], [], 0
        while index < len(inner):
            if inner[index] == "\\" and inner[index + 1 : index + 2] in ("\\", '"', "'"):
                index += 1
            result.append(inner[index])
            index += 1
        return "".join(result), True
    return " ".join(text.split()), False


def quote(text: str) -> str:
    """Return ``text`` in quotes, as `unquote` reads it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
