"""The executor ``dask``: chunks of tasks as tasks of Dask."""

from __future__ import annotations

import queue
import secrets
import time
from collections import Counter
from contextlib import suppress
from typing import Any

from deid_core import SettingsError, WorkerOptions
from deid_core.execution.packing import pack_configuration
from deid_core.execution.task import Answered, Configuration, Event, Lost
from deid_core_dask import remote
from deid_core_dask.connection import connect

DEPTH = 3
"""Chunks that each worker has: one in hand, and others on the way to it."""
LOOK_SECONDS = 2.0
"""How often the scheduler is asked how many workers there are."""
TICK_SECONDS = 0.5


class Cluster:
    """The workers of a Dask cluster, however many there are at a time.

    Dask gives a task that was lost with its worker to another by itself. A worker says when it
    begins with a chunk, so that the run knows if a chunk was begun twice.
    """

    seconds = 0.5
    isolates = False

    def __init__(self, configuration: Configuration, options: WorkerOptions) -> None:
        self.count = 0
        self._run = f"deid-core-{secrets.token_hex(8)}"
        self._done: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._futures: dict[int, Any] = {}
        self._begun: Counter[int] = Counter()
        self._looked = 0.0
        self._client, self._cluster = connect(options)
        try:
            plugin = remote.Configured(self._run, pack_configuration(configuration))
            self._client.register_plugin(plugin, name=self._run)
            self._client.subscribe_topic(self._run, self._note)
        except BaseException:
            self.close()
            raise

    def _note(self, event: tuple[float, int]) -> None:
        self._begun[event[1]] += 1

    def room(self) -> int:
        """Return how many chunks may be given now."""
        now = time.monotonic()
        if now - self._looked > LOOK_SECONDS or not self.count:
            self._looked = now
            self.count = len(self._client.nthreads())
        return max(0, DEPTH * self.count - len(self._futures))

    def give(self, chunk: int, payload: bytes) -> None:
        """Give a chunk to the scheduler."""
        future = self._client.submit(
            remote.answer,
            self._run,
            chunk,
            remote.Sealed(payload),
            key=f"{self._run}-{chunk}",
            pure=False,
        )
        self._futures[chunk] = future
        future.add_done_callback(lambda _future: self._done.put(chunk))

    def wait(self) -> list[Event]:
        """Wait until chunks are done, or a worker may have come."""
        with suppress(queue.Empty):
            chunks = [self._done.get(timeout=TICK_SECONDS)]
            with suppress(queue.Empty):
                while True:
                    chunks.append(self._done.get_nowait())
            return [self._event(chunk) for chunk in chunks if chunk in self._futures]
        return []

    def _event(self, chunk: int) -> Event:
        future = self._futures.pop(chunk)
        try:
            answer = future.result()
        except Exception:  # noqa: BLE001 - the worker was killed, or its answer was lost with it
            return Lost(chunk)
        if answer.fault is not None:
            raise SettingsError(f"a worker cannot begin: {answer.fault}")
        return Answered(chunk, answer.content.content, again=self._begun.pop(chunk, 0) > 1)

    def stop(self, seconds: float) -> list[Event]:
        """Let each worker end the file in hand, and return what they have done since."""
        with suppress(Exception):
            self._client.run(remote.stop, self._run, on_error="ignore")
        events: list[Event] = []
        end = time.monotonic() + seconds
        while self._futures and time.monotonic() < end:
            events += self.wait()
        return [*events, *(Lost(chunk) for chunk in self._futures)]

    def close(self) -> None:
        """Take back what was not done, and leave the cluster as it was."""
        futures, self._futures = list(self._futures.values()), {}
        for futile in (
            lambda: self._client.cancel(futures),
            lambda: self._client.unregister_worker_plugin(self._run),
            self._client.close,
            lambda: self._cluster.close() if self._cluster is not None else None,
        ):
            # A cluster that is gone needs no farewell.
            with suppress(Exception):
                futile()
