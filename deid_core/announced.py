"""Which plugins are installed, by their entry points, and which of them may load; imports none."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points

import attrs

from deid_core import hookspecs
from deid_core.errors import PluginConflictError, PluginError, PluginLoadError, PluginLockError
from deid_core.locking import OWN_DISTRIBUTION, digest_of, name_of, version_of
from deid_core.settings import PluginSettings
from deid_core.suggest import nearest


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


AnnouncedPlugin = tuple[FoundPlugin, EntryPoint | None]
"""A plugin, and what it is imported from; None where something asks for it and it is not there."""


def announced_plugins(settings: PluginSettings) -> list[AnnouncedPlugin]:
    """Return all plugins that are installed, in the order in which they are registered.

    pluggy calls the last registered first: our own come first here, then third parties from
    Z to A, then the preferred ones, so that they are called in the opposite order. What is
    blocked or not allowed is marked. What must not be loaded carries its problem, and so does
    what is asked for but not there.
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
    lock_problem = _lock_problem(settings, announced)
    result: list[AnnouncedPlugin] = [(found, None) for found in _missing(settings, announced)]
    for found, point in ordered:
        if _is_blocked(found, settings):
            result.append((attrs.evolve(found, blocked=True), point))
            continue
        problem = lock_problem(found)
        rival = taken.setdefault(found.name, found)
        if rival is not found:
            problem = PluginConflictError(
                f"{found.who} and {rival.who} have the same name: uninstall one of them"
            )
        result.append((attrs.evolve(found, problem=problem), point))
    return result


def _describe(
    point: EntryPoint, known: dict[int, tuple[str, str]]
) -> tuple[FoundPlugin, EntryPoint]:
    """Describe a plugin; ``known`` keeps what was read of distributions, which takes its time."""
    if id(point.dist) not in known:
        known[id(point.dist)] = name_of(point.dist), version_of(point.dist)
    return FoundPlugin(point.name, *known[id(point.dist)]), point


def _is_blocked(found: FoundPlugin, settings: PluginSettings) -> bool:
    if found.name in settings.block:
        return True
    if settings.only is not None and found.name not in settings.only:
        return True
    return settings.allow is not None and not found.is_own and found.name not in settings.allow


def _missing(
    settings: PluginSettings, announced: list[tuple[FoundPlugin, EntryPoint]]
) -> list[FoundPlugin]:
    """Return what is asked for by name, or locked, and not installed."""
    names = {found.name for found, _ in announced}
    result = []
    for name in settings.only or ():
        if name not in names:
            near = nearest(name, names)
            hint = (
                f"; did you mean {near!r}?" if near else f"; there are: {', '.join(sorted(names))}"
            )
            problem: PluginError = PluginLoadError(f"plugin {name!r} is not installed{hint}")
            result.append(FoundPlugin(name, "unknown", "0", problem=problem))
    there = {(found.distribution, found.name) for found, _ in announced}
    for lock in settings.lock:
        for locked in lock.distributions:
            for name in locked.plugins:
                found = FoundPlugin(name, locked.name, locked.version)
                if (locked.name, name) not in there and not _is_blocked(found, settings):
                    problem = PluginLockError(f"{found.who} is in {lock.source}, but not installed")
                    result.append(attrs.evolve(found, problem=problem))
    return result


def _lock_problem(
    settings: PluginSettings, announced: list[tuple[FoundPlugin, EntryPoint]]
) -> Callable[[FoundPlugin], PluginError | None]:
    """Return what tells why a plugin must not be loaded, as the locks have it."""
    digests: dict[str, str] = {}

    def problem(found: FoundPlugin) -> PluginError | None:
        for lock in settings.lock:
            name = found.distribution
            if name not in digests:
                dist = next(point.dist for other, point in announced if other == found)
                digests[name] = digest_of(dist)
            why = lock.problem(found.name, name, found.version, digests[name])
            if why is not None:
                return PluginLockError(
                    f"{found.who} {why}, so nothing was loaded; uninstall it, block it by name, "
                    "or have the lock made anew by who answers for it: deid-core plugins lock"
                )
        return None

    return problem
