"""Split a line of a recipe into words, with quotes, parentheses and comments."""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

_QUOTES = "\"'"
_OPENERS = " \t(,:=+"
_PLAIN = re.compile(r"""[^\s"'()]+(?=\s|\Z)""")
"""A word without anything that needs a closer look."""


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


def _quoted(line: str) -> Iterator[tuple[int, str, int]]:
    """Yield each character with its offset and where the quote around it opened, or -1.

    A quote opens at the start of a word or after punctuation; inside, a backslash hides the
    next character.
    """
    opened, escaped = -1, False
    for index, char in enumerate(line):
        if opened >= 0:
            yield index, char, opened
            if escaped:
                escaped = False
            elif char == "\\":
                escaped = True
            elif char == line[opened]:
                opened = -1
        elif char in _QUOTES and (index == 0 or line[index - 1] in _OPENERS):
            opened = index
            yield index, char, opened
        else:
            yield index, char, -1
    if opened >= 0:
        raise LineError(f"the quote {line[opened]} is not closed", opened + 1)


def _has_quotes(line: str) -> bool:
    return '"' in line or "'" in line


def mask_quoted(line: str) -> str:
    """Return ``line`` with every character inside quotes, and the quotes, turned into ``x``."""
    if not _has_quotes(line):
        return line
    try:
        return "".join("x" if opened >= 0 else char for _, char, opened in _quoted(line))
    except LineError as error:
        return line[: error.column - 1] + "x" * (len(line) - error.column + 1)


def strip_comment(line: str) -> str:
    """Return ``line`` without the comment at its end: from a ``#`` outside quotes.

    Raises `LineError` for a quote that is not closed.
    """
    if not _has_quotes(line):
        return line.partition("#")[0].rstrip()
    for index, char, opened in _quoted(line):
        if char == "#" and opened < 0:
            return line[:index].rstrip()
    return line.rstrip()


def split_words(line: str, limit: int) -> list[Word]:
    """Split a line without comment at blanks outside quotes and parentheses.

    At most ``limit`` words: the last takes all that is left. Raises `LineError` for a quote that is
    not closed.
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
    plain = _PLAIN.match(line, start)
    if plain is not None:
        return plain.end()
    depth = 0
    try:
        for index, char, opened in _quoted(line[start:]):
            if opened >= 0:
                continue
            depth += (char == "(") - (char == ")")
            if char.isspace() and depth <= 0:
                return start + index
    except LineError as error:
        # A quote that only opens if the line is split before it.
        raise LineError(str(error), start + error.column) from None
    return len(line)


def unquote(text: str) -> tuple[str, bool]:
    """Return what a value means, and whether it stood in quotes.

    Inside quotes a backslash before a quote or a backslash is taken away; any other stays,
    since it separates the values of a multi-valued element. Without any quote, runs of
    blanks become one.
    """
    if _is_quoted(text):
        inner, result, index = text[1:-1], [], 0
        while index < len(inner):
            if inner[index] == "\\" and inner[index + 1 : index + 2] in ("\\", '"', "'"):
                index += 1
            result.append(inner[index])
            index += 1
        return "".join(result), True
    return (text if '"' in text else " ".join(text.split())), False


def _is_quoted(text: str) -> bool:
    """Tell whether the quote that opens at the start closes at the end, and not before."""
    if len(text) < 2 or text[0] not in _QUOTES:  # noqa: PLR2004 - a quote at either end
        return False
    try:
        inside = [opened == 0 for _, _, opened in _quoted(text)]
    except LineError:
        return False
    return all(inside)


def quote(text: str) -> str:
    """Return ``text`` in quotes, as `unquote` reads it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
