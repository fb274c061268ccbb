"""Conditions (``%filter``, ``IF``): text → a test of a data set."""

from __future__ import annotations

import re
from collections.abc import Callable

import attrs

from deid_core.elements import (
    Elements,
    creator_of,
    is_sequence,
    items_of,
    private_creators,
    readings_of,
)
from deid_core.errors import PluginContractError
from deid_core.guard import Guard
from deid_core.model import FieldValues
from deid_core.recipe.faults import Fault
from deid_core.recipe.selectors import Step, parse_path
from deid_core.recipe.words import mask_quoted, split_words, unquote
from deid_core.records import ConditionOperator
from deid_core.registry import Registry

Operators = Registry[ConditionOperator]
Test = Callable[[Elements], bool]

AND, OR = "+", "||"


@attrs.frozen
class Criterion:
    """One comparison: ``equals Modality CT``; ``join`` is the operator before it, if any."""

    join: str
    operator: str
    field: str
    value: str | None


def parse_criteria(text: str, operators: Operators) -> list[Criterion]:
    """Split a condition into its criteria.

    ``+`` and ``||`` join criteria only before the name of an operator, so that a value may
    hold them. Raises `Fault`.
    """
    names = "|".join(re.escape(name) for name in sorted(operators, key=len, reverse=True))
    signs = re.finditer(
        rf"\s*(\+|\|\|)\s*(?=(?:{names})(?:\s|$))", mask_quoted(text), flags=re.IGNORECASE
    )
    parts, at = [], 0
    for sign in signs:
        parts += [text[at : sign.start()], sign.group(1)]
        at = sign.end()
    parts.append(text[at:])
    joins = ["", *parts[1::2]]
    return [_criterion(join, part, operators) for join, part in zip(joins, parts[::2], strict=True)]


def _criterion(join: str, text: str, operators: Operators) -> Criterion:
    if not text.strip():
        raise Fault("expected a condition")
    word, *rest = split_words(text, 3)
    if word.text not in operators:
        known = ", ".join(sorted(operators))
        message = f"found {word.text!r}; expected one of: {known}"
        raise Fault(message, operators.nearest(word.text))
    operator = operators[word.text]
    if not rest:
        raise Fault(f"{operator.name}: expected a field")
    value = unquote(rest[1].text)[0] if len(rest) > 1 else None
    if operator.takes_value and value is None:
        raise Fault(f"{operator.name}: expected a value after the field")
    if not operator.takes_value and value is not None:
        raise Fault(f"{operator.name}: expected nothing after the field")
    return Criterion(join, operator.name, rest[0].text, value)


def compile_condition(text: str, operators: Operators) -> Test:
    """Compile a condition into a test of a data set; criteria are joined from left to right.

    Raises `Fault`.
    """
    tests = [
        (criterion.join, _compile(criterion, operators))
        for criterion in parse_criteria(text, operators)
    ]

    def holds(dataset: Elements) -> bool:
        result = tests[0][1](dataset)
        for join, test in tests[1:]:
            result = (result and test(dataset)) if join == AND else (result or test(dataset))
        return result

    return holds


def _compile(criterion: Criterion, operators: Operators) -> Test:
    steps = parse_path(criterion.field)
    test = compile_operator(criterion.operator, criterion.value or "", operators)
    return lambda dataset: test(values_at(dataset, steps))


def compile_operator(name: str, text: str, operators: Operators) -> Callable[[FieldValues], bool]:
    """Compile an operator of a plugin, in its name. Raises `Fault` and `PluginError`."""
    who = operators.who(operators.entry(name).plugin)
    what = f"condition operator {name!r}"
    try:
        with Guard(who, what, lets=(ValueError,)):
            test = operators[name].compile(text)
    except ValueError as error:
        raise Fault(f"{name}: {error}") from None
    if not callable(test):
        raise PluginContractError(f"{who}: {what} compiled to no function")

    def guarded(found: FieldValues) -> bool:
        with Guard(who, what):
            return test(found)

    return guarded


def values_at(dataset: Elements, steps: tuple[Step, ...]) -> FieldValues:
    """Return the values of the field at a path, of all items that the path leads through."""
    step, *rest = steps
    if not rest and int(step.mask[:4].replace("x", "f"), 16) == 2:  # noqa: PLR2004 - file meta information
        dataset = getattr(dataset, "file_meta", dataset)
    tags = list(dataset.keys())
    creators = private_creators(dataset) if any(tag >> 16 & 1 for tag in tags) else {}
    present, values = False, []
    for tag in tags:
        if not step.matches(tag, creator_of(tag, creators)):
            continue
        if rest:
            items = items_of(dataset, tag) if is_sequence(dataset, tag) else []
            wanted = [item for n, item in enumerate(items) if step.item in (None, n)]
            found = [values_at(item, tuple(rest)) for item in wanted]
            present = present or any(one.present for one in found)
            values += [value for one in found for value in one.values]
            continue
        present = True
        if is_sequence(dataset, tag):
            values += [f"item {n}" for n, _ in enumerate(items_of(dataset, tag))]
        else:
            values += readings_of(dataset, tag)
    return FieldValues(present, tuple(values))
