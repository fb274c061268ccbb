"""What runs in the processes of a cluster."""

from __future__ import annotations

import threading

import attrs
from distributed import WorkerPlugin, get_worker

from deid_core import DeidError
from deid_core.execution.packing import unpack_configuration
from deid_core.worker import Worker

_CONFIGURATIONS: dict[str, bytes] = {}
_WORKERS: dict[str, Worker] = {}
_STOPPED: set[str] = set()
_ONE_AT_A_TIME = threading.Lock()
"""pydicom keeps how it reads and writes in variables of its module."""


class Configured(WorkerPlugin):
    """Gives the configuration of a run to all that work for it, also to those who come later.

    It goes where Dask's own messages go, and is in the memory of the workers only. It holds the key.
    """

    def __init__(self, run: str, payload: bytes) -> None:
        self._run = run
        self._payload = payload

    def setup(self, worker: object) -> None:
        """Keep the configuration."""
        del worker
        _CONFIGURATIONS[self._run] = self._payload

    def teardown(self, worker: object) -> None:
        """Forget the run."""
        del worker
        _CONFIGURATIONS.pop(self._run, None)
        _WORKERS.pop(self._run, None)
        _STOPPED.discard(self._run)


@attrs.frozen
class Sealed:
    """Bytes that no log of the cluster shows: they may hold the names of files."""

    content: bytes = attrs.field(repr=False)


@attrs.frozen
class Answer:
    """The answer to a chunk, or why the worker cannot work."""

    content: Sealed
    fault: str | None = None


def answer(run: str, chunk: int, payload: Sealed) -> Answer:
    """Do a chunk of tasks. Raises nothing that Dask would log with what it was given."""
    get_worker().log_event(run, chunk)
    with _ONE_AT_A_TIME:
        try:
            worker = _WORKERS.get(run)
            if worker is None:
                worker = _WORKERS[run] = Worker(unpack_configuration(_CONFIGURATIONS[run]))
        except DeidError as error:
            return Answer(Sealed(b""), str(error))
        return Answer(Sealed(worker.answer(payload.content, lambda: run in _STOPPED)))


def stop(run: str) -> None:
    """Let the worker end the file that it has in hand, and no more of the run."""
    _STOPPED.add(run)
