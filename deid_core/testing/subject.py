"""The plugin that is judged: among the default plugins, and with what its words need to be used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from deid_core.batch import Batch
from deid_core.contract import DECLARATIONS
from deid_core.engine import Engine
from deid_core.execution.splitting import APART
from deid_core.host import PluginHost
from deid_core.registry import Record
from deid_core.settings import Settings
from deid_core.testing.hosts import host_with
from deid_core.testing.planting import PlantedFile
from deid_core.testing.runs import KEY, TrialRun, try_out

GIVEN = "given-1"


def _default_locations(folder: Path, _planted: Sequence[PlantedFile]) -> Iterable[str]:
    return [str(folder)]


@attrs.frozen
class Subject:
    """A plugin, the host that has it, and what an author said of its use.

    ``samples`` maps the name of a record to what follows it in a recipe. ``locations(folder,
    planted)`` says where sources find the planted files, which are in the folder. ``settings`` are
    those of its runs, and ``output_name`` what their output is called. ``recipes`` are names of
    those that it finds. ``folder`` is free for use.
    """

    plugin: str | object
    folder: Path
    samples: Mapping[str, str] = attrs.field(factory=dict)
    settings: Mapping[str, Any] = attrs.field(factory=dict)
    output_name: str = "out"
    recipes: Sequence[str] = ()
    locations: Callable[[Path, Sequence[PlantedFile]], Iterable[str]] = _default_locations
    host: PluginHost = attrs.field(
        default=attrs.Factory(lambda self: host_with(self.plugin), takes_self=True)
    )

    @property
    def name(self) -> str:
        """The name of the plugin in its host."""
        return self.plugin if isinstance(self.plugin, str) else GIVEN

    @property
    def hooks(self) -> frozenset[str]:
        """The hooks that it implements."""
        return frozenset(
            hook for info in self.host.describe() if info.name == self.name for hook in info.hooks
        )

    @property
    def shares_files(self) -> bool:
        """Whether it takes part in what is done with files, so that workers have a part in it."""
        return bool(self.hooks - APART)

    def records(self) -> Iterator[tuple[str, str, Record]]:
        """Yield hook, kind and record for all that it declares."""
        for hook, (kind, _) in DECLARATIONS.items():
            for entry in self.host.registry(hook).entries():
                if entry.plugin == self.name:
                    yield hook, kind, entry.record

    def declared(self) -> list[str]:
        """Return what it declares, each as kind and name."""
        return [f"{kind} {record.name}" for _, kind, record in self.records()]

    def batch(self) -> Batch:
        """Return a run with the key of all trials."""
        output = self.folder / "batch" / self.output_name
        return Engine(
            self.host, settings=Settings(output_folder=output, **self.settings), key=KEY
        ).batch

    def try_out(
        self,
        planted: Sequence[PlantedFile],
        recipe: str = "",
        *,
        label: str,
        executor: str | None = None,
        **settings: Any,
    ) -> TrialRun:
        """De-identify planted files; ``label`` names the folder below which that happens."""
        folder = self.folder / label
        inputs = folder / "in"
        for one in planted:
            one.save(inputs)
        return try_out(
            self.host,
            planted,
            folder,
            recipe,
            locations=self.locations(inputs, planted),
            output=folder / self.output_name,
            executor=executor,
            **{**self.settings, **settings},
        )
