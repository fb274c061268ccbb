"""Import plugins, and say what is wrong with their hooks."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint
from types import ModuleType
from typing import Any

import attrs

from deid_core import __version__, hookspecs
from deid_core.announced import AnnouncedPlugin, FoundPlugin
from deid_core.contract import OBSERVATIONS, STAGES
from deid_core.errors import PluginContractError, PluginError, PluginLoadError
from deid_core.guard import defined_at, hooks_of
from deid_core.suggest import nearest

PREFIX = "deid_"
OWN = re.compile(r"deid[-_.]core(?![-_.\w])", re.IGNORECASE)
"""How a requirement begins that is about deid_core."""


def import_plugins(announced: Iterable[AnnouncedPlugin]) -> list[FoundPlugin]:
    """Import what is neither blocked nor has a problem; what cannot be imported carries its own."""
    return [
        found
        if found.blocked or found.problem is not None or point is None
        else _import(found, point)
        for found, point in announced
    ]


def _import(found: FoundPlugin, point: EntryPoint) -> FoundPlugin:
    try:
        module = point.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a stranger's import does
        problem: PluginError = PluginLoadError(
            f"{found.who} cannot be imported from {point.value!r}: {_origin(error)}; "
            f"{_version_asked(error, point)}repair or uninstall it, or block it by name"
        )
        return attrs.evolve(found, problem=problem)
    return attrs.evolve(found, module=module, problem=complaint(module, found.who))


def _origin(error: BaseException) -> str:
    # An import sees no patient's data, so the text of its error may be shown.
    return f"{type(error).__name__}: {error}"


def _version_asked(error: BaseException, point: EntryPoint) -> str:
    """Return which deid_core a plugin asks for, where it does not find something in this one."""
    if not isinstance(error, ImportError) or not str(error.name).startswith(hookspecs.PROJECT):
        return ""
    asked = [need for need in (point.dist and point.dist.requires) or () if OWN.match(need)]
    return f"it asks for {asked[0]}, and {__version__} is installed: " if asked else ""


def complaint(plugin: object, who: str) -> PluginError | None:
    """Return what is wrong with the hooks of ``plugin``: a name or an argument not known.

    pluggy would register a misspelled hook in silence and pass nothing to an argument that
    has a default, so both are looked for here.
    """
    for hook, function, marks in hooks_of(plugin):
        spec = getattr(hookspecs, hook, None)
        if spec is None or not hook.startswith(PREFIX):
            near = nearest(hook, _known_hooks())
            hint = f"; did you mean {near!r}?" if near else ""
            place = defined_at(function)
            return PluginContractError(f"{who}: {hook!r} is no hook of deid_core{hint}{place}")
        problem = _about_kind(function, hook, marks) or _about_arguments(function, spec)
        if problem:
            return PluginContractError(f"{who}: hook {hook!r} {problem}{defined_at(function)}")
    return _complaint_about_unmarked(plugin, who)


def _known_hooks() -> list[str]:
    return [name for name in dir(hookspecs) if name.startswith(PREFIX)]


def _complaint_about_unmarked(plugin: object, who: str) -> PluginError | None:
    if not isinstance(plugin, ModuleType):
        return None
    marked = {hook for hook, _, _ in hooks_of(plugin)}
    for name in _known_hooks():
        function = getattr(plugin, name, None)
        own = inspect.isfunction(function) and function.__module__ == plugin.__name__
        if own and name not in marked:
            place = defined_at(function)
            return PluginContractError(f"{who}: {name!r} lacks the mark @hookimpl{place}")
    return None


def _about_kind(function: object, hook: str, marks: Mapping[str, object]) -> str | None:
    if not inspect.isroutine(function) or inspect.iscoroutinefunction(function):
        return "must be a plain function"
    if marks.get("hookwrapper"):
        return "uses hookwrapper; write @hookimpl(wrapper=True)"
    generates = inspect.isgeneratorfunction(function)
    if marks.get("wrapper"):
        if hook not in {*STAGES, *OBSERVATIONS}:
            return "cannot have a wrapper: a declaration stands for its plugin alone"
        return None if generates else "is a wrapper but has no yield"
    if generates and hook in STAGES:
        return "is a generator, which answers always; return one from a plain function, or None"
    return None


def _about_arguments(function: Any, spec: Any) -> str | None:
    allowed = list(inspect.signature(spec).parameters)
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            return f"takes *{parameter.name}; name its arguments, out of {allowed}"
        if parameter.name not in allowed:
            may = f"it may have {allowed}" if allowed else "it has none"
            return f"has an unknown argument {parameter.name!r}; {may}"
        if parameter.default is not parameter.empty:
            return f"gives {parameter.name!r} a default, so that it would never be passed"
    return None
