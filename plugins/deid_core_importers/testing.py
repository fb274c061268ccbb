"""The tests of ``@if`` within an expression."""

from __future__ import annotations

from collections.abc import Callable

from deid_core import Field, Unresolved
from deid_core_importers.patterns import matcher
from deid_core_importers.reading import element_texts, is_there, tag_of

Test = Callable[[Field], bool]


def compile_test(arguments: tuple[str, ...]) -> Test:
    """Compile ``ElementName,test[,text]``. Raises ``ValueError`` for what is none.

    Where upper and lower case decide, the test raises `Unresolved`: CTP compares in other ways in
    other versions.
    """
    name, kind, text = (*arguments, "")[:3]
    tag = tag_of(name)
    if tag is None:
        raise ValueError("@if() names an element that no dictionary knows")
    kind = kind.lower()
    if kind == "exists":
        return lambda field: is_there(field, tag)
    test = _of_text(kind, text)
    return lambda field: test("\\".join(element_texts(field, tag)).strip())


def _of_text(kind: str, text: str) -> Callable[[str], bool]:
    if kind == "isblank":
        return lambda value: not value
    if kind == "equals":
        return lambda value: _same(value == text, value.casefold() == text.casefold())
    if kind == "contains":
        return lambda value: _same(text in value, text.casefold() in value.casefold())
    if kind == "matches":
        return matcher(text)
    if kind == "greaterthan":
        limit = _number(text)
        if limit is None:
            raise ValueError("@if(…,greaterthan,…) expects a number")
        return lambda value: _above(_number(value), limit)
    raise ValueError(f"@if() has a test that has no equal: {kind!r}")


def _same(exact: bool, folded: bool) -> bool:  # noqa: FBT001 - both are what a test says
    if exact != folded:
        raise Unresolved("a test depends on upper and lower case")
    return exact


def _above(number: float | None, limit: float) -> bool:
    if number is None:
        raise Unresolved("a test compares what is no number")
    return number > limit


def _number(text: str) -> float | None:
    """Return the number in a text, as CTP reads it: digits, and perhaps a decimal point."""
    digits = "".join(char for char in text if char in "0123456789.-")
    try:
        return float(digits)
    except ValueError:
        return None
