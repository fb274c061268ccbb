"""Operators of conditions: ``equals Modality CT``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from deid_core import ConditionOperator, FieldValues
from deid_core.search import pattern, patterns

Test = Callable[[FieldValues], bool]
Tests = Callable[[FieldValues], Iterable[int]]


def compile_contains(text: str) -> Test:
    """Hold where a value, or all of them joined by a backslash, has a match of the pattern."""
    search = pattern(text)
    return lambda found: any(search(value) for value in _each(found))


def compile_equals(text: str) -> Test:
    """Hold where a value, or all of them joined by a backslash, is the text in any case."""
    wanted = text.strip().casefold()
    return lambda found: any(value.strip().casefold() == wanted for value in _each(found))


def all_contain(texts: Sequence[str]) -> Tests:
    """Tell which of many patterns `compile_contains` would find."""
    search = patterns(texts)
    return lambda found: {number for value in _each(found) for number in search(value)}


def all_equal(texts: Sequence[str]) -> Tests:
    """Tell for which of many texts `compile_equals` would hold."""
    numbers: dict[str, list[int]] = {}
    for number, text in enumerate(texts):
        numbers.setdefault(text.strip().casefold(), []).append(number)

    def holding(found: FieldValues) -> set[int]:
        values = {value.strip().casefold() for value in _each(found)}
        return {number for value in values for number in numbers.get(value, ())}

    return holding


def _each(found: FieldValues) -> tuple[str, ...]:
    values = found.values
    return (*values, "\\".join(values)) if len(values) > 1 else values


def _negated(compile_it: Callable[[str], Test]) -> Callable[[str], Test]:
    def compile_negated(text: str) -> Test:
        test = compile_it(text)
        return lambda found: not test(found)

    return compile_negated


OPERATORS = [
    ConditionOperator(
        name="contains",
        compile=compile_contains,
        together=all_contain,
        summary="a value has a match of the pattern",
    ),
    ConditionOperator(
        name="notcontains", compile=_negated(compile_contains), summary="no value has a match"
    ),
    ConditionOperator(
        name="equals", compile=compile_equals, together=all_equal, summary="a value is the text"
    ),
    ConditionOperator(
        name="notequals", compile=_negated(compile_equals), summary="no value is the text"
    ),
    ConditionOperator(
        name="missing",
        compile=lambda _text: lambda found: not found.present,
        takes_value=False,
        summary="the field is not there",
    ),
    ConditionOperator(
        name="present",
        compile=lambda _text: lambda found: found.present,
        takes_value=False,
        summary="the field is there, empty or not",
    ),
    ConditionOperator(
        name="empty",
        compile=lambda _text: lambda found: found.present and not found.values,
        takes_value=False,
        summary="the field is there and has no value",
    ),
]
