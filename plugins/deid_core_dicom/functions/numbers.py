"""Functions that give numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any

from deid_core import Batch, Field, Unresolved
from deid_core_dicom.counting import counts
from deid_core_dicom.functions.arguments import Arguments
from deid_core_dicom.functions.source import source_text

Value = Callable[[Field], Any]
LARGEST = Decimal("1e15")
"""Larger numbers have more digits than a decimal string may (PS3.5 6.2, DS)."""


def compile_round(given: Mapping[str, str], batch: Batch) -> Value:
    """Compile ``round to=5``: the nearest multiple; an age keeps its unit (``047Y``)."""
    del batch
    try:
        step = Decimal(Arguments(given, "to").text("to", "1"))
    except InvalidOperation:
        step = Decimal(0)
    if not step.is_finite() or step <= 0:
        raise ValueError("to= must be a number above 0")

    def rounded(field: Field) -> Any:
        value = field.value
        if isinstance(value, list):
            return [_rounded(str(one), step, field.path.vr) for one in value]
        if value is None:
            raise Unresolved("no number to round")
        return _rounded(str(value), step, field.path.vr)

    return rounded


def _rounded(text: str, step: Decimal, vr: str) -> str:
    unit = text[-1] if vr == "AS" and text[-1:].isalpha() else ""
    try:
        number = Decimal(text.removesuffix(unit))
    except InvalidOperation:
        raise Unresolved("the value is no number") from None
    if not number.is_finite() or abs(number) > LARGEST:
        raise Unresolved("the number is too large")
    multiple = (number / step).to_integral_value(ROUND_HALF_EVEN) * step
    if unit:
        return f"{int(multiple):03}{unit}"
    return str(int(multiple)) if multiple == multiple.to_integral_value() else f"{multiple:f}"


def compile_counter(given: Mapping[str, str], batch: Batch) -> Value:
    """Compile ``counter start=1 width=0 prefix=``: one number for one value, as they are met.

    The numbers depend on the order of the files and hold for one run in one process.
    """
    counts(batch)
    arguments = Arguments(given, "start", "width", "prefix")
    start = arguments.whole("start", 1, 0, 10**9)
    width = arguments.whole("width", 0, 0, 16)
    prefix = arguments.text("prefix", "")
    numbers: dict[str, int] = {}

    def count(field: Field) -> Any:
        number = numbers.setdefault(source_text(field), start + len(numbers))
        return f"{prefix}{number:0{width}}"

    return count
