"""A dictionary of dicom-anonymizer, as a recipe on top of the basic profile."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

from deid_core import ImportedRecipe, Problem, RecipeError
from deid_core_importers.draft import Draft, UnwritableError, quoted
from deid_core_importers.elements import Element
from deid_core_importers.functions import compile_substitute

BASE = "deid.dicom.basic"

ACTIONS = {
    "replace": ("DUMMY", ""),
    "empty": ("BLANK", ""),
    "delete": ("REMOVE", ""),
    "replace_UID": ("REPLACE", "deid_func:hashuid keep_empty=true"),
    "empty_or_replace": ("DUMMY", ""),
    "delete_or_empty": ("BLANK", ""),
    "delete_or_replace": ("DUMMY", ""),
    "delete_or_empty_or_replace": ("DUMMY", ""),
    "keep": ("KEEP", ""),
}
"""What its actions without arguments are here."""

UID_OR_EMPTY = "delete_or_empty_or_replace_UID"
ARGUMENTS = {"regexp": {"find", "replace"}, "replace_with_value": {"value"}}

_TAG = re.compile(
    r"[\[(]\s*(?:0[xX][0-9a-fA-F]+|\d+)(?:\s*,\s*(?:0[xX][0-9a-fA-F]+|\d+))+\s*,?\s*[\])]"
)
_KEY_LINE = re.compile(r'"((?:[^"\\]|\\.)*)"\s*:')
_LARGEST = 0xFFFF
_PAIR, _MASKED = 2, 4


def _pairs(data: bytes) -> list[tuple[str, Any]]:
    """Return the entries in their order, those that stand twice as well. Raises ``ValueError``."""
    text = data.decode("utf-8-sig")
    try:
        found = json.loads(text, object_pairs_hook=_Pairs)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(found, _Pairs):
        raise ValueError("it is no object")  # noqa: TRY004 - of the text, not of the program
    return list(found)


class _Pairs(list[tuple[str, Any]]):
    """The entries of an object of JSON."""


def is_dictionary(data: bytes) -> bool:
    """Tell whether data are an object of JSON whose first key is a tag."""
    if not data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return False
    try:
        pairs = _pairs(data)
    except ValueError:
        return False
    return bool(pairs) and _TAG.fullmatch(pairs[0][0].strip()) is not None


def translate_dictionary(data: bytes, source: str) -> ImportedRecipe:
    """Return the dictionary as a recipe. Raises `RecipeError` for what is none.

    dicom-anonymizer lays it on the actions of the basic profile, and so does the recipe. A pair of
    group and element means the top level; with masks it means every level.
    """
    try:
        pairs = _pairs(data)
    except json.JSONDecodeError as error:
        problem = Problem(source, error.lineno, error.colno, f"no valid JSON: {error.msg}")
        raise RecipeError([problem]) from None
    except ValueError as error:
        what = "no text in UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        raise RecipeError([Problem(source, 1, 1, f"no dictionary: {what}")]) from None
    draft = Draft("Made from a dictionary of dicom-anonymizer by deid-core recipe import.")
    draft.head.append(f"INCLUDE {BASE}")
    lines = _lines(data.decode("utf-8-sig"), pairs)
    last = {key: number for number, (key, _) in enumerate(pairs)}
    for number, (key, value) in enumerate(pairs):
        if last[key] != number:
            draft.advise(
                f"line {lines[number]}: the same key stands below, and counts, as in dicom-anonymizer"
            )
            continue
        _Entry(draft, lines[number], key, value).add()
    draft.advise(
        f"what it does not name is treated by {BASE}, in sequences as well, into which "
        "dicom-anonymizer does not look"
    )
    draft.advise(
        "UIDs are made with the key of the run; give --key-file for the same ones in each run"
    )
    return draft.finished()


def _lines(text: str, pairs: list[tuple[str, Any]]) -> list[int]:
    """Return the line of each key, as far as the keys can be found one after the other."""
    found, at = [], 0
    for key, _ in pairs:
        match = next(
            (
                m
                for m in _KEY_LINE.finditer(text, at)
                if json.loads(f'"{m.group(1)}"', strict=False) == key
            ),
            None,
        )
        at = match.end() if match else at
        found.append(text.count("\n", 0, match.start()) + 1 if match else 0)
    return found


class _Entry:
    """One key with its action."""

    def __init__(self, draft: Draft, line: int, key: str, value: Any) -> None:
        self.draft, self.line, self.key, self.value = draft, line, key, value

    def add(self) -> None:
        """Add the rules for the entry."""
        numbers = _numbers(self.key)
        field = _field(numbers)
        if field is None:
            self._miss(
                "it is no tag that a recipe can name",
                "every file is refused, until this rule is replaced",
            )
            self.draft.rule("REFUSE", "all")
            return
        element = Element(numbers[0] << 16 | numbers[1])
        action = self.value
        arguments: dict[str, Any] = {}
        if isinstance(action, _Pairs):
            arguments = dict(action)
            action = arguments.pop("action", None)
        if not isinstance(action, str) or set(arguments) != ARGUMENTS.get(action, set()):
            self._remove(field, "it has no action, or not the arguments that it takes")
        elif element.is_private and action not in ("delete", "empty"):
            self._remove(field, "a private element stays only if a rule names its private creator")
        elif action == "regexp":
            self._substitute(field, element, arguments)
        elif action == "replace_with_value":
            self._replace(field, element, arguments["value"])
        elif action == UID_OR_EMPTY:
            uid = element.vr == "UI"
            self._plain(field, element, "replace_UID" if uid else "empty")
        elif action in ACTIONS:
            self._plain(field, element, action)
        else:
            self._remove(field, "it has an action that dicom-anonymizer 2.1 does not have")

    def _miss(self, reason: str, instead: str) -> None:
        value = dict(self.value) if isinstance(self.value, _Pairs) else self.value
        self.draft.miss(self.line, f"{self.key}: {value}", reason, instead)

    def _remove(self, field: str, reason: str) -> None:
        self._miss(reason, "the element is removed")
        self.draft.rule("REMOVE", field)

    def _plain(self, field: str, element: Element, action: str) -> None:
        word, value = ACTIONS[action]
        if element.vr == "SQ" and word in ("DUMMY", "BLANK"):
            # It gives each element in the items a dummy; none of them stays here.
            word = "BLANK"
        if word == "REPLACE" and element.vr not in ("UI", ""):
            self._remove(field, "the element has no UID")
            return
        self.draft.rule(word, field, value)

    def _substitute(self, field: str, element: Element, arguments: dict[str, Any]) -> None:
        find, replace = arguments["find"], arguments["replace"]
        if not isinstance(find, str) or not isinstance(replace, str) or element.vr == "SQ":
            self._remove(field, "it needs text, and an element with text")
            return
        try:
            compile_substitute({"find": find, "replace": replace}, None)  # type: ignore[arg-type]
            value = f"deid_func:substitute find={quoted(find)} replace={quoted(replace)}"
        except ValueError as error:
            self._remove(field, str(error))
        except UnwritableError:
            self._remove(field, "its text has control characters")
        else:
            self.draft.rule("REPLACE", field, value)

    def _replace(self, field: str, element: Element, value: Any) -> None:
        values = value if isinstance(value, list) else [value]
        if element.vr == "SQ" or not all(isinstance(v, str | int | float) for v in values):
            self._remove(field, "a recipe gives an element text or numbers only")
            return
        try:
            self.draft.rule("REPLACE", field, quoted("\\".join(map(str, values))))
        except UnwritableError:
            self._remove(field, "its text has control characters")


def _numbers(key: str) -> list[int]:
    """Return the numbers of a key, group and element and perhaps their masks; else none."""
    if not _TAG.fullmatch(key.strip()):
        return []
    try:
        numbers = list(ast.literal_eval(key.strip()))
    except (ValueError, SyntaxError):
        return []
    return numbers if all(0 <= number <= _LARGEST for number in numbers) else []


def _field(numbers: list[int]) -> str | None:
    """Return how a recipe names the element of a key, None if it cannot."""
    if len(numbers) == _PAIR:
        return f"toplevel:{Element(numbers[0] << 16 | numbers[1]).field}"
    if len(numbers) != _MASKED:
        return None
    halves = []
    for number, mask in zip(numbers[:2], numbers[2:], strict=True):
        digits = [
            {"F": digit, "0": "x"}.get(masked)
            for digit, masked in zip(f"{number:04X}", f"{mask:04X}", strict=True)
        ]
        if None in digits:
            return None
        halves.append("".join(map(str, digits)))
    return f"({halves[0]},{halves[1]})"
