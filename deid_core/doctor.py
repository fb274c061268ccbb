"""What is wrong with the plugins that are installed, and what to do about it."""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution
from types import ModuleType

import attrs

from deid_core import __version__, hookspecs
from deid_core.announced import FoundPlugin, announced_plugins
from deid_core.contract import DECLARATIONS, STAGES
from deid_core.errors import PluginError
from deid_core.execution.splitting import APART
from deid_core.guard import hooks_of
from deid_core.host import PluginHost, PluginInfo
from deid_core.installation import (
    COMPARES_VERSIONS,
    missing_extras,
    unheard_plugins,
    unmet_needs,
)
from deid_core.loading import PREFIX, import_plugins
from deid_core.locking import OWN_DISTRIBUTION
from deid_core.settings import PluginSettings
from deid_core.suggest import nearest

ERROR, WARNING, NOTE = "error", "warning", "note"
HOOKS = [name for name in vars(hookspecs) if name.startswith(PREFIX)]


@attrs.frozen
class Finding:
    """One thing that was found about a plugin, or about all (``""``).

    ``level`` is ``"error"`` for what keeps a run from starting or a plugin from working,
    ``"warning"`` for what works otherwise than somebody may think, ``"note"`` for what was asked for.
    """

    level: str
    plugin: str
    message: str


@attrs.frozen
class Diagnosis:
    """What was found, and the plugins in the order in which they are called."""

    plugins: tuple[PluginInfo, ...]
    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        """Whether nothing is an error."""
        return all(finding.level != ERROR for finding in self.findings)


def examine(settings: PluginSettings | None = None) -> Diagnosis:
    """Look at all that is installed. Nothing is raised for what is wrong with a plugin."""
    given = settings or PluginSettings()
    whole = given.with_environment()
    found = import_plugins(announced_plugins(whole))
    try:
        plugins = PluginHost.survey(given)
    except PluginError as error:
        return Diagnosis((), (Finding(ERROR, "", str(error)), *_about_each(found)))
    broken = [p for p in plugins if p.status not in ("loaded", "blocked")]
    working = {p.name for p in plugins if p.status == "loaded"}
    findings = [
        *(Finding(ERROR, one.name, one.status) for one in broken),
        *_about_settings(found, given),
        *_about_each([one for one in found if not one.blocked]),
        *_about_installation(found),
        *_about_company(plugins, [one for one in found if one.name in working]),
    ]
    order = {ERROR: 0, WARNING: 1, NOTE: 2}
    return Diagnosis(plugins, tuple(sorted(findings, key=lambda one: order[one.level])))


def _about_settings(found: list[FoundPlugin], given: PluginSettings) -> Iterator[Finding]:
    """Yield who is left out and by what, and names that nobody has."""
    names = {one.name for one in found}
    for word in ("block", "allow", "prefer"):
        variable = f"DEID_CORE_{word.upper()}"
        listed = dict.fromkeys(getattr(given, word) or (), f"the setting {word!r}")
        said = os.environ.get(variable, "").split(",")
        listed |= {name.strip(): variable for name in said if name.strip()}
        for name, source in listed.items():
            if name not in names:
                near = nearest(name, names)
                hint = f"; did you mean {near!r}?" if near else ""
                yield Finding(ERROR, "", f"{source} names {name!r}, which is not installed{hint}")
            elif word == "block":
                yield Finding(NOTE, name, f"is blocked by {source}")
    whole = given.with_environment()
    for one in found:
        if one.blocked and one.name not in whole.block:
            word, variable = "allow", "DEID_CORE_ALLOW"
            if whole.only is not None and one.name not in whole.only:
                word, variable = "only", "DEID_CORE_ONLY_PLUGINS"
            by_setting = one.name not in (getattr(given, word) or (one.name,))
            source = f"the setting {word!r}" if by_setting else variable
            yield Finding(NOTE, one.name, f"is not among those that {source} names")


def _about_each(found: Iterable[FoundPlugin]) -> Iterator[Finding]:
    """Yield what is wrong with each plugin alone."""
    try:
        installed = distribution(OWN_DISTRIBUTION).version
    except PackageNotFoundError:
        installed = __version__
    if installed != __version__:
        message = (
            f"deid-core is installed as {installed} and its code is {__version__}: install it anew"
        )
        yield Finding(WARNING, "", message)
    for one in found:
        if one.is_own:
            continue
        for need in unmet_needs(one.distribution):
            yield Finding(ERROR, one.name, need)
        yield from _about_lookalikes(one)


def _about_installation(found: list[FoundPlugin]) -> Iterator[Finding]:
    """Yield what concerns no plugin that is found, but others, or deid_core itself."""
    for message in unheard_plugins():
        yield Finding(ERROR, "", message)
    extras = missing_extras()
    if extras:
        message = f"extras that are not installed: {', '.join(extras)}"
        yield Finding(NOTE, "", message)
    if not COMPARES_VERSIONS and any(not one.is_own for one in found):
        message = "what plugins need was not looked at: pip install packaging"
        yield Finding(NOTE, "", message)


def _about_lookalikes(one: FoundPlugin) -> Iterator[Finding]:
    """Yield functions that look like hooks and are none, so that nobody calls them."""
    if not isinstance(one.module, ModuleType):
        return
    marked = {function for _, function, _ in hooks_of(one.module)}
    for name, function in vars(one.module).items():
        if not inspect.isfunction(function) or function in marked or name.startswith("_"):
            continue
        near = nearest(name, HOOKS) if function.__module__ == one.module.__name__ else None
        if near is not None:
            message = f"nobody calls its function {name!r}; did you mean the hook {near!r}?"
            yield Finding(WARNING, one.name, message)


def _about_company(plugins: tuple[PluginInfo, ...], found: list[FoundPlugin]) -> Iterator[Finding]:
    """Yield who stands in whose way, among plugins that work."""
    own = {one.name for one in found if one.is_own}
    ours = {hook for info in plugins if info.name in own for hook in info.hooks}
    plain: dict[str, list[str]] = {}
    marks = {(one.name, hook): marks for one in found for hook, _, marks in hooks_of(one.module)}
    kind = DECLARATIONS["deid_parallel_runs"][0]
    for info in plugins:
        if info.status != "loaded" or info.name in own:
            continue
        says = any(one.startswith(f"{kind} ") for one in info.provides)
        if set(info.hooks) - APART and not says:
            message = "keeps every run in one process: it does not declare deid_parallel_runs"
            yield Finding(WARNING, info.name, message)
        for overridden in info.overrides:
            yield Finding(NOTE, info.name, f"overrides the {overridden}")
        answers = [
            hook for hook in info.hooks if hook in STAGES and not marks[info.name, hook]["wrapper"]
        ]
        for hook in answers:
            plain.setdefault(hook, []).append(info.name)
        before = [hook for hook in answers if hook in ours]
        if before:
            yield Finding(NOTE, info.name, f"is asked before ours: {', '.join(before)}")
    for hook, names in plain.items():
        if len(names) > 1:
            message = (
                f"{hook} is answered by {' and '.join(map(repr, names))}: the first that does not "
                "decline counts, in this order; prefer one to change it"
            )
            yield Finding(WARNING, names[0], message)
