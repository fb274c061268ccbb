"""The value of a rule → a function of the field: literal, ``var:``, ``func:``, ``deid_func:``."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from deid_core.errors import ActionError, FileError, PluginContractError
from deid_core.field import Field
from deid_core.guard import Guard, failure
from deid_core.recipe.faults import Fault
from deid_core.recipe.tree import Rule
from deid_core.records import Unresolved, ValueFunction
from deid_core.registry import Registry

if TYPE_CHECKING:
    from deid_core.batch import Batch

Value = Callable[[Field], Any]


def compile_value(rule: Rule, functions: Registry[ValueFunction], batch: Batch) -> Value:
    """Compile the value of ``rule``.

    Raises `Fault` if the value names a function that is not there.
    """
    text = rule.value
    if text is None:
        raise Fault(f"{rule.action} needs a value")
    kind, colon, rest = text.partition(":")
    if rule.quoted or not colon:
        return lambda _field: text
    if kind == "var":
        return _variable(rest)
    if kind == "func":
        return _user_function(rest, text)
    if kind == "deid_func":
        return _declared_function(rest, functions, batch)
    return lambda _field: text


def _variable(name: str) -> Value:
    if not name:
        raise Fault("var: needs the name of a variable")

    def value(field: Field) -> Any:
        found = field.context.item.get(name)
        if found is None or callable(found):
            raise Unresolved(f"no variable {name!r}")
        return found

    return value


def _user_function(name: str, text: str) -> Value:
    if not name:
        raise Fault("func: needs the name of a function")

    def value(field: Field) -> Any:
        function = field.context.item.get(name)
        if not callable(function):
            raise Unresolved(f"no function {name!r}")
        context = field.context
        try:
            found = function(dicom=context.data_set(), value=text, field=field, item=context.item)
        except (FileError, Unresolved):
            raise
        except Exception as error:  # noqa: BLE001 - it is the user's, and may quote a value
            raise ActionError(str(failure(f"func:{name}", "the function", error))) from None
        if found is None:
            raise Unresolved(f"function {name!r} gave no value")
        return found

    return value


def _declared_function(text: str, functions: Registry[ValueFunction], batch: Batch) -> Value:
    try:
        name, *words = shlex.split(text)
    except ValueError:
        raise Fault("deid_func: a quote is not closed, or no function is named") from None
    if name not in functions:
        known = ", ".join(sorted(functions))
        raise Fault(f"found deid_func:{name}; expected one of: {known}", functions.nearest(name))
    arguments = {}
    for word in words:
        key, equals, argument = word.partition("=")
        if not equals or not key:
            raise Fault(f"deid_func:{name}: found {word!r}; expected key=value")
        arguments[key] = argument
    entry = functions.entry(name)
    plugin = functions.who(entry.plugin)
    with Guard(plugin, f"deid_func:{name}", lets=(ValueError,)):
        function = entry.record.compile(arguments, batch)
    depends = entry.record.depends
    if not callable(function):
        raise PluginContractError(f"{plugin}: deid_func:{name} compiled to no function")

    def value(field: Field) -> Any:
        field.context.rely(depends)
        try:
            found = function(field)
        except (FileError, Unresolved):
            raise
        except Exception as error:  # noqa: BLE001 - it is a plugin's, and may quote a value
            raise ActionError(str(failure(plugin, f"deid_func:{name}", error))) from None
        if found is None:
            raise Unresolved(f"deid_func:{name} gave no value")
        return found

    return value
