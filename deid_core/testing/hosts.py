"""Hosts with the default plugins and those that a test names, whatever else is installed."""

from __future__ import annotations

from collections.abc import Iterable

from deid_core.announced import FoundPlugin, announced_plugins
from deid_core.errors import PluginLoadError
from deid_core.host import PluginHost
from deid_core.loading import import_plugins
from deid_core.settings import PluginSettings
from deid_core.suggest import nearest


def host_with(
    *plugins: str | object, block: Iterable[str] = (), prefer: Iterable[str] = ()
) -> PluginHost:
    """Return a host with the default plugins and the given ones, and no other.

    Text is the name of an entry point: the plugin is installed. Anything else is a plugin itself, a
    module or an object with hooks; the first of these is called ``given-1``. ``block`` leaves plugins
    out, defaults too, and ``prefer`` names those that are called first; the environment has no say.

    Raises `PluginError` where a plugin is at fault, `PluginLoadError` where it is not installed.
    """
    names = tuple(plugin for plugin in plugins if isinstance(plugin, str))
    settings = PluginSettings(allow=names, block=tuple(block), prefer=tuple(prefer))
    found = _found(settings, names)
    objects = [plugin for plugin in plugins if not isinstance(plugin, str)]
    if not objects:
        return PluginHost.of(found, settings)
    # pluggy calls the last registered first.
    modules = {one.name: one.module for one in found if one.module is not None}
    given = {f"given-{number}": plugin for number, plugin in enumerate(objects, start=1)}
    ordered = {**modules, **dict(reversed(given.items()))}
    for name in reversed(settings.prefer):
        ordered[name] = ordered.pop(name)
    return PluginHost(ordered, settings)


def _found(settings: PluginSettings, names: tuple[str, ...]) -> list[FoundPlugin]:
    found = import_plugins(announced_plugins(settings))
    for name in names:
        if not any(one.name == name for one in found):
            near = nearest(name, [one.name for one in found])
            hint = f"did you mean {near!r}? Otherwise " if near else ""
            raise PluginLoadError(
                f"no plugin {name!r} is installed; {hint}install it with: pip install -e ."
            )
    for one in found:
        if one.problem is not None:
            raise one.problem
    return found
