"""The default plugin "dask": a run on a Dask cluster; needs the package distributed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deid_core.hookspecs import hookimpl

if TYPE_CHECKING:
    from deid_core import Executor, WorkerOptions
    from deid_core.execution.task import Configuration, Workers


@hookimpl
def deid_executors() -> list[Executor]:
    """Declare ``dask``."""
    from deid_core.records import Executor

    return [Executor(name="dask", start=_start, summary="a Dask cluster, or one made for the run")]


def _start(configuration: Configuration, options: WorkerOptions) -> Workers:
    from deid_core import SettingsError

    try:
        from deid_core_dask.cluster import Cluster
    except ImportError:
        raise SettingsError(
            "the engine dask needs the package distributed: pip install 'deid-core[dask]'"
        ) from None
    return Cluster(configuration, options)
