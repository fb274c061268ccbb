"""The plugins of one run: loaded, checked, listed, and asked through one typed method a hook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, TypeVar

import attrs
import pluggy

from deid_core import hookspecs
from deid_core.announced import FoundPlugin, announced_plugins
from deid_core.batch import Batch
from deid_core.contract import DECLARATIONS, RESERVED, STAGES
from deid_core.declared import Declared
from deid_core.errors import NoPluginAnsweredError, PluginContractError, PluginError
from deid_core.guard import Guard, GuardedPlugin, defined_at
from deid_core.loading import complaint, import_plugins
from deid_core.model import (
    DiscoveryOptions,
    FileRef,
    FileReport,
    Identifiers,
    Instance,
    PrivateVerdict,
    RunReport,
    Sweep,
    WriteReceipt,
)
from deid_core.records import RecipeSource
from deid_core.registry import Entry, Registry
from deid_core.settings import PluginSettings

T = TypeVar("T")

GIVEN = "given"
"""Stands for the distribution of a plugin that was given as an object."""


@attrs.frozen
class PluginInfo:
    """A line in the list of plugins.

    ``status`` is ``"loaded"``, ``"blocked"`` or the problem that keeps it from loading.
    ``hooks`` are those it implements; ``provides`` names its records by kind; ``overrides``
    says whose records it replaces.
    """

    name: str
    version: str
    distribution: str
    status: str
    hooks: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()


class PluginHost(Declared):
    """The plugins of one run.

    `PluginHost.load` takes those that entry points announce; ``PluginHost(plugins)`` takes
    the given modules or objects by name, in the order of registration, and no other.
    """

    def __init__(
        self, plugins: Mapping[str, object], settings: PluginSettings | None = None
    ) -> None:
        self._found = [
            FoundPlugin(name, GIVEN, "0", module=plugin) for name, plugin in plugins.items()
        ]
        for found in self._found:
            problem = complaint(found.module, found.who)
            if problem:
                raise problem
        self._start(settings or PluginSettings())

    @classmethod
    def load(cls, settings: PluginSettings | None = None) -> PluginHost:
        """Load the plugins that are installed. Raises `PluginError` if any is at fault."""
        settings = (settings or PluginSettings()).with_environment()
        announced = announced_plugins(settings)
        for plugin, _ in announced:
            if plugin.problem is not None:
                raise plugin.problem
        found = import_plugins(announced)
        for plugin in found:
            if plugin.problem is not None:
                raise plugin.problem
        return cls.of(found, settings)

    @classmethod
    def of(cls, found: list[FoundPlugin], settings: PluginSettings) -> PluginHost:
        """Return a host with what was found already."""
        host = cls.__new__(cls)
        host._found = found  # noqa: SLF001 - an alternative constructor
        host._start(settings)  # noqa: SLF001 - as above
        return host

    @classmethod
    def survey(cls, settings: PluginSettings | None = None) -> tuple[PluginInfo, ...]:
        """List what is installed even where something is broken: its status is the problem.

        Third parties that are broken, or cannot work with the rest, are left out one by one
        until what is left works. Raises `PluginError` if that is not enough.
        """
        settings = (settings or PluginSettings()).with_environment()
        found = import_plugins(announced_plugins(settings))
        while True:
            working = [attrs.evolve(p, blocked=p.blocked or p.problem is not None) for p in found]
            try:
                lines = cls.of(working, settings).describe()
            except PluginError as error:
                culprits = _culprits(working, error)
                if not culprits:
                    raise
                for number in culprits:
                    found[number] = attrs.evolve(found[number], problem=error)
                continue
            return tuple(
                attrs.evolve(line, status=str(plugin.problem)) if plugin.problem else line
                for line, plugin in zip(lines, reversed(found), strict=True)
            )

    def _start(self, settings: PluginSettings) -> None:
        self.settings = settings
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._loaded = {f.name: f for f in self._found if f.module is not None and not f.blocked}
        for found in self._loaded.values():
            self._register(found)
        self._registries = {hook: self._collect(hook) for hook in DECLARATIONS}

    def _register(self, found: FoundPlugin) -> None:
        guarded = GuardedPlugin(found.module, found.who, STAGES)
        with Guard(found.who, "registration"):
            self._manager.register(guarded, name=found.name)
            self._manager.check_pending()

    def _collect(self, hook: str) -> Registry[Any]:
        kind, record_type = DECLARATIONS[hook]
        entries = []
        for implementation in getattr(self._manager.hook, hook).get_hookimpls():
            found = self._loaded[implementation.plugin_name]
            records = implementation.function()
            if records is None:
                continue
            if isinstance(records, (str, bytes)) or not isinstance(records, Iterable):
                message = (
                    f"{found.who}: hook {hook!r} must return a list of {record_type.__name__}"
                    f"{defined_at(implementation.function)}"
                )
                raise PluginContractError(message)
            with Guard(found.who, f"hook {hook!r}"):
                records = list(records)
            for record in records:
                if not isinstance(record, record_type):
                    message = (
                        f"{found.who}: hook {hook!r} returned {type(record).__name__} "
                        f"in its list, not {record_type.__name__}"
                        f"{defined_at(implementation.function)}"
                    )
                    raise PluginContractError(message)
                if record.replaces is not None and record.replaces not in self._known_names():
                    message = (
                        f"{found.who}: the {kind} {record.name!r} replaces that of "
                        f"{record.replaces!r}, which is not installed"
                    )
                    raise PluginContractError(message)
                if record.name.casefold() in RESERVED.get(hook, ()):
                    message = (
                        f"{found.who}: the name {record.name!r} of a {kind} is the language's own"
                    )
                    raise PluginContractError(message)
                entries.append(Entry(record, found.name))
        return Registry(kind, entries, self.settings.prefer, self.who)

    def _known_names(self) -> set[str]:
        return {found.name for found in self._found}

    # -- what there is -----------------------------------------------------------------

    @property
    def installed(self) -> bool:
        """Whether all plugins are installed, so that another process finds them as well."""
        return all(found.distribution != GIVEN for found in self._found)

    @property
    def loaded(self) -> tuple[str, ...]:
        """The plugins that are loaded, each with its distribution and version."""
        return tuple(
            f"{info.name} ({info.distribution} {info.version})"
            for info in self.describe()
            if info.status == "loaded"
        )

    def who(self, plugin: str) -> str:
        """Return how messages name the plugin."""
        return self._loaded[plugin].who

    # -- stages ------------------------------------------------------------------------

    def discover_files(self, location: str, options: DiscoveryOptions) -> Iterator[FileRef]:
        """Find the files of a location, one by one as they are asked for.

        Raises `NoPluginAnsweredError` at once if nobody knows the location.
        """
        refs: Iterator[FileRef] | None = self._manager.hook.deid_discover_files(
            location=location, options=options
        )
        if refs is None:
            raise self._nobody("deid_discover_files")
        return refs

    def read_file(self, ref: FileRef, batch: Batch) -> Instance:
        """Read one file."""
        return self._ask("deid_read_file", Instance, ref=ref, batch=batch)

    def extract_identifiers(self, instance: Instance, batch: Batch) -> Identifiers:
        """Say who and what an instance is about."""
        return self._ask("deid_extract_identifiers", Identifiers, instance=instance, batch=batch)

    def screen_private_tags(
        self, instance: Instance, identifiers: Identifiers, batch: Batch
    ) -> PrivateVerdict:
        """Decide what happens to private elements."""
        return self._ask(
            "deid_screen_private_tags",
            PrivateVerdict,
            instance=instance,
            identifiers=identifiers,
            batch=batch,
        )

    def sweep_values(self, instance: Instance, identifiers: Identifiers, batch: Batch) -> Sweep:
        """Look for the patient's own values in what stays."""
        return self._ask(
            "deid_sweep_values", Sweep, instance=instance, identifiers=identifiers, batch=batch
        )

    def finish_instance(self, instance: Instance, batch: Batch) -> Instance:
        """Make what depends on the changes true."""
        return self._ask("deid_finish_instance", Instance, instance=instance, batch=batch)

    def name_output(self, instance: Instance, batch: Batch) -> PurePosixPath:
        """Name an output by its de-identified values."""
        return self._ask("deid_name_output", PurePosixPath, instance=instance, batch=batch)

    def write_file(self, instance: Instance, target: PurePosixPath, batch: Batch) -> WriteReceipt:
        """Write a finished instance."""
        return self._ask(
            "deid_write_file", WriteReceipt, instance=instance, target=target, batch=batch
        )

    def recall_file(self, ref: FileRef, batch: Batch) -> FileReport | None:
        """Return what became of a file in an earlier run; None if it is to be done."""
        found: FileReport | None = self._manager.hook.deid_recall_file(ref=ref, batch=batch)
        return found

    @property
    def recalls(self) -> bool:
        """Whether any plugin may recall files."""
        return bool(self._manager.hook.deid_recall_file.get_hookimpls())

    def find_recipe(self, name: str) -> RecipeSource | None:
        """Return the recipe that a plugin has under this name, or None."""
        found: RecipeSource | None = self._manager.hook.deid_find_recipe(name=name)
        return found

    def _ask(self, hook: str, expected: type[T], **arguments: Any) -> T:
        """Call a stage hook; that the answer is as expected was checked plugin by plugin."""
        answer = getattr(self._manager.hook, hook)(**arguments)
        if not isinstance(answer, expected):
            raise self._nobody(hook)
        return answer

    def _nobody(self, hook: str) -> NoPluginAnsweredError:
        blocked = [found.name for found in self._found if found.blocked]
        hint = f"; blocked: {', '.join(blocked)}" if blocked else ""
        return NoPluginAnsweredError(f"no plugin answered the hook {hook!r}{hint}")

    # -- observations ------------------------------------------------------------------

    def batch_started(self, batch: Batch) -> None:
        """Tell all observers that a run starts."""
        self._manager.hook.deid_batch_started(batch=batch)

    def file_recorded(self, report: FileReport, batch: Batch) -> None:
        """Tell all observers what became of a file."""
        self._manager.hook.deid_file_recorded(report=report, batch=batch)

    def batch_finished(self, report: RunReport, batch: Batch) -> None:
        """Tell all observers that a run is over."""
        self._manager.hook.deid_batch_finished(report=report, batch=batch)

    # -- listing -----------------------------------------------------------------------

    def describe(self) -> tuple[PluginInfo, ...]:
        """Return what is installed, in the order in which plugins are called."""
        return tuple(self._describe(found) for found in reversed(self._found))

    def _describe(self, found: FoundPlugin) -> PluginInfo:
        if found.module is None or found.blocked:
            return PluginInfo(found.name, found.version, found.distribution, "blocked")
        plugin = self._manager.get_plugin(found.name)
        callers = self._manager.get_hookcallers(plugin) or ()
        provides, overrides = [], []
        for registry in self._registries.values():
            for entry in registry.entries():
                if entry.plugin == found.name:
                    provides.append(f"{registry.kind} {entry.record.name}")
                    overrides += [
                        f"{registry.kind} {entry.record.name} of {other}"
                        for other in entry.overrides
                    ]
        return PluginInfo(
            name=found.name,
            version=found.version,
            distribution=found.distribution,
            status="loaded",
            hooks=tuple(sorted(caller.name for caller in callers)),
            provides=tuple(provides),
            overrides=tuple(overrides),
        )


def _culprits(found: list[FoundPlugin], error: PluginError) -> list[int]:
    """Return the numbers of the working third parties that a message names."""
    return [
        number
        for number, plugin in enumerate(found)
        if not plugin.blocked and not plugin.is_own and plugin.who in str(error)
    ]
