"""The default plugin "executors": who does the files of a run, on one machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deid_core.hookspecs import hookimpl

if TYPE_CHECKING:
    from deid_core import Executor, WorkerOptions
    from deid_core.execution.task import Configuration, Workers


@hookimpl
def deid_executors() -> list[Executor]:
    """Declare ``serial`` and ``processes``."""
    from deid_core.records import Executor

    return [
        Executor(name="serial", start=_start_none, summary="one process, the one that was started"),
        Executor(
            name="processes", start=_start_processes, summary="several processes on this machine"
        ),
    ]


def _start_none(configuration: Configuration, options: WorkerOptions) -> Workers | None:
    return None


def _start_processes(configuration: Configuration, options: WorkerOptions) -> Workers | None:
    from deid_core_executors.cores import usable_cores
    from deid_core_executors.processes import Processes

    count = options.workers or usable_cores()
    if options.patient and count == 1:
        return None
    return Processes(configuration, count)
