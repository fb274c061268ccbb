"""The tests of ``@if`` as conditions of rules."""

from __future__ import annotations

import attrs
import regex

from deid_core_importers.draft import UnwritableError, quoted
from deid_core_importers.elements import Element, element_of
from deid_core_importers.expression import Call

SEVERAL = r"\x5c"
"""Finds a backslash: several values are also tried joined by it."""


class NoConditionError(Exception):
    """A test has no condition that says the same."""


@attrs.frozen
class Sides:
    """Conditions for both outcomes of a test.

    ``true`` and ``false`` are criteria that must all hold; where a test cannot be sure, neither
    does. ``maybe_true`` and ``maybe_false`` are criteria of which one is enough: some of them
    holds wherever the outcome is not certainly the other.
    """

    true: tuple[str, ...]
    false: tuple[str, ...]
    maybe_true: tuple[str, ...]
    maybe_false: tuple[str, ...]


def sides_of(call: Call, this: Element, most: int) -> Sides:
    """Return the conditions for a call of ``@if``. Raises `NoConditionError`.

    ``most`` is how many tests may still be nested.
    """
    if most <= 0:
        raise NoConditionError("tests are nested too deeply")
    if not 2 <= len(call.arguments) <= 3:  # noqa: PLR2004 - element, test, text
        raise NoConditionError("@if() has a wrong number of arguments")
    name, kind, text = (*call.texts(), "")[:3]
    element = this if name.lower() == "this" else element_of(name)
    if element is None:
        raise NoConditionError("@if() names an element that no dictionary knows")
    if element.vr == "SQ" and kind.lower() != "exists":
        raise NoConditionError("a sequence has no value to be tested")
    field = element.field
    if kind.lower() == "exists":
        return _plain(f"present {field}", f"missing {field}")
    if kind.lower() == "isblank":
        return _plain(f'notcontains {field} "\\\\S"', f'contains {field} "\\\\S"')
    try:
        return _of_text(kind.lower(), field, text)
    except UnwritableError:
        raise NoConditionError("a text of @if() has control characters") from None


def _plain(true: str, false: str) -> Sides:
    return Sides((true,), (false,), (true,), (false,))


def _of_text(kind: str, field: str, text: str) -> Sides:
    if kind == "contains" and text:
        found = regex.escape(text, special_only=True, literal_spaces=True)
        return _patterns(field, f"(?-i:{found})", found)
    if kind == "equals" and text:
        found = regex.escape(text, special_only=True, literal_spaces=True)
        return _whole(field, f"^\\s*(?-i:{found})\\s*$", f"^\\s*{found}\\s*$", "\\" in text)
    if kind == "matches":
        try:
            regex.compile(text)
        except (regex.error, OverflowError, RecursionError):
            raise NoConditionError("a pattern of @if() is no valid regular expression") from None
        return _whole(field, f"^(?-i:{text})$", f"^(?:{text})$", several=False)
    raise NoConditionError(f"@if() has a test that has no condition: {kind!r}")


def _patterns(field: str, strict: str, wide: str) -> Sides:
    found, in_any_case = quoted(strict), quoted(wide)
    return Sides(
        true=(f"contains {field} {found}",),
        false=(f"notcontains {field} {in_any_case}",),
        maybe_true=(f"contains {field} {in_any_case}",),
        maybe_false=(f"notcontains {field} {found}",),
    )


def _whole(field: str, strict: str, wide: str, several: bool) -> Sides:  # noqa: FBT001 - see above
    """Return the same for what must be all of a value: one of several values is not."""
    sides = _patterns(field, strict, wide)
    if several:
        return sides
    return attrs.evolve(
        sides,
        true=(*sides.true, f"notcontains {field} {SEVERAL}"),
        maybe_false=(*sides.maybe_false, f"contains {field} {SEVERAL}"),
    )
