"""Conditions (``%filter``, ``IF``): text → a test of a data set."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

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
from deid_core.field import FieldValues
from deid_core.guard import Guard
from deid_core.recipe.battery import Together
from deid_core.recipe.faults import Fault
from deid_core.recipe.selectors import Step, parse_path
from deid_core.recipe.words import LineError, mask_quoted, split_words, unquote
from deid_core.records import ConditionOperator
from deid_core.registry import Registry

Operators = Registry[ConditionOperator]

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
    try:
        word, *rest = split_words(text, 3)
    except LineError as error:
        raise Fault(str(error)) from None
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


Path = tuple[Step, ...]


@attrs.frozen(eq=False)
class CompiledCondition:
    """A test of a data set: criteria, each with the path of its field, joined from left to right."""

    criteria: tuple[tuple[str, Path, Callable[[FieldValues], bool]], ...] = attrs.field(repr=False)

    def __call__(self, dataset: Elements) -> bool:
        """Tell whether a data set meets the condition."""
        return self.holds(lambda path: values_at(dataset, path))

    def holds(self, values: Callable[[Path], FieldValues]) -> bool:
        """Tell whether the condition is met, asking for the values of a field when they count."""
        _, path, test = self.criteria[0]
        result = test(values(path))
        for join, path, test in self.criteria[1:]:
            if result is (join == AND):
                result = test(values(path))
        return result


def compile_condition(text: str, operators: Operators) -> CompiledCondition:
    """Compile a condition into a test of a data set. Raises `Fault`."""
    return CompiledCondition(
        tuple(
            (
                criterion.join,
                parse_path(criterion.field),
                compile_operator(criterion.operator, criterion.value or "", operators),
            )
            for criterion in parse_criteria(text, operators)
        )
    )


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


def compile_together(name: str, operators: Operators) -> Together:
    """Return what makes one test of many texts for an operator of a plugin, in its name."""
    who = operators.who(operators.entry(name).plugin)
    what = f"condition operator {name!r}"

    def together(texts: Sequence[str]) -> Callable[[FieldValues], Iterable[int]]:
        makes = operators[name].together
        if makes is None:
            tests = [compile_operator(name, text, operators) for text in texts]
            return lambda found: [number for number, test in enumerate(tests) if test(found)]
        with Guard(who, what):
            tests_all = makes(texts)
        if not callable(tests_all):
            raise PluginContractError(f"{who}: {what} compiled to no function")

        def guarded(found: FieldValues) -> list[int]:
            with Guard(who, what):
                return list(tests_all(found))

        return guarded

    return together


def values_at(dataset: Elements, steps: tuple[Step, ...]) -> FieldValues:
    """Return the values of the field at a path, of all items that the path leads through."""
    step, *rest = steps
    if not rest and int(step.mask[:4].replace("x", "f"), 16) == 2:  # noqa: PLR2004 - file meta information
        dataset = getattr(dataset, "file_meta", dataset)
    present, values = False, []
    for tag in _tags_at(dataset, step):
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


def _tags_at(dataset: Elements, step: Step) -> list[int]:
    """Return the tags of a data set that a step means."""
    if step.tag is not None:
        return [step.tag] if step.tag in dataset else []
    tags = list(dataset.keys())
    creators = private_creators(dataset) if any(tag >> 16 & 1 for tag in tags) else {}
    return [tag for tag in tags if step.matches(tag, creator_of(tag, creators))]
