"""What does the files in a worker: an engine, built anew from plain values."""

from __future__ import annotations

import time
from collections.abc import Callable

import attrs

from deid_core.engine import Engine
from deid_core.errors import SettingsError
from deid_core.execution.logs import caught
from deid_core.execution.packing import pack_results, unpack_tasks
from deid_core.execution.task import Configuration
from deid_core.host import PluginHost
from deid_core.quiet import quiet_pydicom


class Worker:
    """Answers to chunks of tasks, one at a time; for those who write an executor.

    The plugins must be those that the run has loaded. Raises `SettingsError` if they are not, and
    what `Engine` raises.
    """

    def __init__(self, configuration: Configuration) -> None:
        self._level = configuration.level
        host = PluginHost.load(configuration.settings.plugins)
        if host.loaded != configuration.plugins:
            different = set(host.loaded) ^ set(configuration.plugins)
            raise SettingsError(
                f"a worker has other plugins than the run: {', '.join(sorted(different))}; "
                "install the same there"
            )
        # Most tasks replace nothing, whatever the settings say: the run knows better.
        self._engine = Engine.of(configuration, host, overwrite=False)

    def answer(self, payload: bytes, stopped: Callable[[], bool] = lambda: False) -> bytes:
        """Do the files of a chunk and return what became of them.

        ``stopped`` is asked before each file; where it says so, the rest is left. An empty answer
        says that the tasks mean nothing here, as where an opener is of a module that this process
        does not have.
        """
        begun = time.perf_counter()
        try:
            tasks = unpack_tasks(payload)
        except Exception:  # noqa: BLE001 - whatever loading a stranger's opener raises
            return b""
        results = []
        with caught(self._level) as catcher, quiet_pydicom():
            for task in tasks:
                if stopped():
                    break
                result = self._engine.do(task)
                results.append(attrs.evolve(result, lines=catcher.take()))
        return pack_results(results, time.perf_counter() - begun)
