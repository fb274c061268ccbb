"""Values of CTP scripts, as a recipe writes them."""

from __future__ import annotations

from deid_core.settings import uid_root
from deid_core_importers.draft import UnwritableError, quoted
from deid_core_importers.elements import Element, element_of
from deid_core_importers.evaluation import complaint_about
from deid_core_importers.expression import Argument, Call, ExpressionError, Nodes, Text, render

KEYED_DAYS = 3650
"""By how many days dates go back at most, as with ``@hashdate`` of CTP."""

_DATES = ("DA", "DT")
_REASONS = {
    "encrypt": "what is encrypted is in the file; a crosswalk keeps it elsewhere",
    "integer": "CTP keeps these numbers from run to run; --pseudonyms number does, with a crosswalk",
    "dateinterval": "CTP looks dates up; a keyed shift of dates needs no table",
}
_METHODS = "a recipe says by METHOD which methods it carries out, and CTP's are others"


class NoValueError(Exception):
    """Nodes have no equal; the message says why."""


def value_of(nodes: Nodes, element: Element) -> str | tuple[str, str]:
    """Return the value of a rule, or an action that stands for it and its value.

    Raises `NoValueError` where there is none.
    """
    if element.vr == "SQ":
        codes = element.field == "DeidentificationMethodCodeSequence" and not _calls(nodes)
        raise NoValueError(_METHODS if codes else "a sequence has no value")
    try:
        if not _calls(nodes):
            return quoted("".join(node.text for node in nodes if isinstance(node, Text)))
        if len(nodes) == 1 and isinstance(nodes[0], Call):
            plain = _plain(nodes[0], element)
            if plain is not None:
                return plain
        for name, reason in _REASONS.items():
            if any(isinstance(node, Call) and node.name == name for node in nodes):
                raise NoValueError(reason)
        complaint = complaint_about(nodes)
        if complaint:
            raise NoValueError(complaint)
        return f"deid_func:ctp script={quoted(render(nodes))}"
    except UnwritableError:
        raise NoValueError("its text has control characters") from None
    except ExpressionError as error:
        raise NoValueError(str(error)) from None


def _calls(nodes: Nodes) -> bool:
    return any(isinstance(node, Call) for node in nodes)


def _plain(call: Call, element: Element) -> str | tuple[str, str] | None:
    """Return what a call is in plain words of a recipe, or None."""
    arguments = call.texts()
    if call.name == "hashuid" and len(arguments) == 2 and _is_this(arguments[1], element):  # noqa: PLR2004
        try:
            return f"deid_func:hashuid root={uid_root(arguments[0])} keep_empty=true"
        except ValueError:
            return "deid_func:hashuid keep_empty=true"
    if call.name in ("hashdate", "incrementdate") and len(arguments) == 2:  # noqa: PLR2004
        return _days(call, element)
    if call.name == "round" and len(arguments) == 2:  # noqa: PLR2004
        size = arguments[1]
        if not _is_this(arguments[0], element) or not size.isascii() or not size.isdigit():
            raise NoValueError("only the element itself can be rounded, to a whole number")
        if not int(size):
            raise NoValueError("nothing can be rounded to a multiple of 0")
        return f"deid_func:round to={int(size)}"
    return None


def _days(call: Call, element: Element) -> tuple[str, str] | None:
    if element.vr not in _DATES:
        raise NoValueError("the element is no date")
    date, by = call.texts()
    if not _is_this(date, element):
        return None
    if call.name == "incrementdate":
        try:
            return "JITTER", str(int(by))
        except ValueError:
            raise NoValueError("its number of days is none") from None
    of = element_of(by)
    patient = of is not None and of.field == "PatientID"
    return ("JITTER", f"keyed={KEYED_DAYS}") if patient else None


def _is_this(name: str, element: Element) -> bool:
    return name.lower() == "this" or element_of(name) == element


def tables_of(nodes: Nodes) -> set[str]:
    """Return the tables that nodes look up in."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, Call):
            if node.name == "lookup":
                found |= {argument.text for argument in _second(node)}
            found = found.union(*(tables_of(branch) for branch in node.branches))
    return found


def _second(call: Call) -> tuple[Argument, ...]:
    return call.arguments[1:2]
