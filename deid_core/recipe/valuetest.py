"""Tests of an element's value: what stands after the field of REMOVE."""

from __future__ import annotations

from collections.abc import Callable

from deid_core.batch import Batch
from deid_core.field import Field
from deid_core.host import PluginHost
from deid_core.recipe.battery import OperatorTest
from deid_core.recipe.conditions import compile_operator, compile_together
from deid_core.recipe.faults import Fault
from deid_core.recipe.selectors import Names, compile_selector
from deid_core.recipe.tree import Rule
from deid_core.records import Unresolved

FUNCTIONS = ("var", "func", "deid_func")


def compile_test(
    rule: Rule, host: PluginHost, names: Names, batch: Batch
) -> Callable[[Field], bool]:
    r"""Compile the test of a rule, such as ``contains:\d{7}``, ``values:NAME`` or ``func:NAME``.

    A function or variable that gives nothing does not hold. Raises `Fault`.
    """
    kind, colon, rest = (rule.value or "").partition(":")
    if colon and kind in FUNCTIONS:
        return _truth(batch.value(rule))
    if colon and kind.lower() == "values":
        selector = compile_selector(rule.value or "", names)
        when = selector.when
        return lambda field: field.path.vr != "SQ" and when is not None and when(field)
    operator = host.operators.get(kind)
    if operator is None or bool(colon) != operator.takes_value:
        known = sorted(
            f"{name}:" if host.operators[name].takes_value else name for name in host.operators
        )
        expected = ", ".join((*known, "values:", *(f"{function}:" for function in FUNCTIONS)))
        message = f"{rule.action}: found {rule.value!r}; expected one of: {expected}"
        raise Fault(message, host.operators.nearest(kind))
    test = compile_operator(operator.name, rest, host.operators)
    return OperatorTest(operator.name, rest, test, compile_together(operator.name, host.operators))


def _truth(value: Callable[[Field], object]) -> Callable[[Field], bool]:
    def holds(field: Field) -> bool:
        try:
            return bool(value(field))
        except Unresolved:
            return False

    return holds
