"""Find plugins by their entry points and import those that may load, in a fixed order."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any

import attrs

from deid_core import hookspecs
from deid_core.contract import OBSERVATIONS, STAGES
from deid_core.errors import PluginConflictError, PluginContractError, PluginError, PluginLoadError
from deid_core.guard import hooks_of
from deid_core.settings import PluginSettings
from deid_core.suggest import nearest

OWN_DISTRIBUTION = "deid-core"
PREFIX = "deid_"


@attrs.frozen
class FoundPlugin:
    """A plugin that an entry point announces, imported or not."""

    name: str
    distribution: str
    version: str
    module: object | None = None
    problem: PluginError | None = None
    blocked: bool = False

    @property
    def who(self) -> str:
        """The plugin as messages name it."""
        return f"plugin {self.name!r} (distribution {self.distribution} {self.version})"

    @property
    def is_own(self) -> bool:
        """Whether the plugin comes with deid_core itself."""
        return self.distribution == OWN_DISTRIBUTION


def find_plugins(settings: PluginSettings) -> list[FoundPlugin]:
    """Return all plugins that are installed, in the order in which they are registered.

    pluggy calls the last registered first: our own come first here, then third parties from
    Z to A, then the preferred ones, so that they are called in the opposite order. What is
    blocked or not allowed is listed but not imported. A plugin that cannot be imported
    carries its problem.
    """
    known: dict[int, tuple[str, str]] = {}
    announced = [_describe(point, known) for point in entry_points(group=hookspecs.PROJECT)]
    own = sorted((found for found in announced if found[0].is_own), key=lambda f: f[0].name)
    others = [found for found in announced if not found[0].is_own]
    others.sort(key=lambda found: (found[0].name, found[0].distribution), reverse=True)
    preferred = {name: rank for rank, name in enumerate(settings.prefer)}
    ordered = [*own, *others]
    ordered.sort(key=lambda found: -preferred.get(found[0].name, len(preferred)))
    taken: dict[str, FoundPlugin] = {}
    result = []
    for found, point in ordered:
        if _is_blocked(found, settings):
            result.append(attrs.evolve(found, blocked=True))
            continue
        rival = taken.setdefault(found.name, found)
        if rival is not found:
            problem: PluginError = PluginConflictError(
                f"{found.who} and {rival.who} have the same name: uninstall one of them"
            )
            result.append(attrs.evolve(found, problem=problem))
            continue
        result.append(_import(found, point))
    return result


def _describe(
    point: EntryPoint, known: dict[int, tuple[str, str]]
) -> tuple[FoundPlugin, EntryPoint]:
    """Describe a plugin; ``known`` keeps what was read of distributions, which takes its time."""
    if point.dist is None:
        return FoundPlugin(point.name, "unknown", "0"), point
    if id(point.dist) not in known:
        metadata = point.dist.metadata
        name = re.sub(r"[-_.]+", "-", metadata["Name"]).lower()
        known[id(point.dist)] = name, metadata["Version"]
    return FoundPlugin(point.name, *known[id(point.dist)]), point


def _is_blocked(found: FoundPlugin, settings: PluginSettings) -> bool:
    if found.name in settings.block:
        return True
    return settings.allow is not None and not found.is_own and found.name not in settings.allow


def _import(found: FoundPlugin, point: EntryPoint) -> FoundPlugin:
    try:
        module = point.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a stranger's import does
        problem: PluginError = PluginLoadError(
            f"{found.who} cannot be imported from {point.value!r}: {_origin(error)}; "
            "repair or uninstall it, or block it by name"
        )
        return attrs.evolve(found, problem=problem)
    return attrs.evolve(found, module=module, problem=complaint(module, found.who))


def _origin(error: BaseException) -> str:
    # An import sees no patient's data, so the text of its error may be shown.
    return f"{type(error).__name__}: {error}"


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
            return PluginContractError(f"{who}: {hook!r} is no hook of deid_core{hint}")
        problem = _about_kind(function, hook, marks) or _about_arguments(function, spec)
        if problem:
            return PluginContractError(f"{who}: hook {hook!r} {problem}")
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
            return PluginContractError(f"{who}: {name!r} lacks the mark @hookimpl")
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
            return f"has an unknown argument {parameter.name!r}; it may have {allowed}"
        if parameter.default is not parameter.empty:
            return f"gives {parameter.name!r} a default, so that it would never be passed"
    return None
