"""The executor ``processes``: workers on this machine, and two pipes to each."""

from __future__ import annotations

import queue
import time
from contextlib import suppress

from deid_core import SettingsError
from deid_core.execution.packing import pack_configuration
from deid_core.execution.task import Answered, Configuration, Event, Lost
from deid_core_executors.child import FAULT, LEAVING, READY
from deid_core_executors.process import Messages, Process

MOST_STILLBORN = 3
"""Workers in a row that may die before they begin; then the run ends."""
TICK_SECONDS = 0.2
"""How long to wait for workers, before Ctrl-C is looked for."""
LAST_SECONDS = 5.0
"""How long a worker that has nothing to do may take to end."""


class Processes:
    """Workers that are processes; each has one chunk in hand and another that waits.

    One that dies loses the chunk in hand. The other goes to whoever is free, and a new process
    takes its place. One that is asked to end loses none.
    """

    seconds = 0.04
    isolates = True

    def __init__(self, configuration: Configuration, count: int) -> None:
        self.count = count
        self._payload = pack_configuration(configuration)
        self._messages: Messages = queue.SimpleQueue()
        self._events: list[Event] = []
        self._returned: list[tuple[int, bytes]] = []
        self._stillborn = 0
        self._stopping = False
        self._processes = [Process(self._payload, self._messages) for _ in range(count)]

    def room(self) -> int:
        """Return how many chunks may be given now."""
        with suppress(queue.Empty):
            while True:
                self._take(*self._messages.get_nowait())
        free = sum(one.room for one in self._processes)
        return max(0, free - len(self._returned))

    def give(self, chunk: int, payload: bytes) -> None:
        """Give a chunk to the worker that has the least to do."""
        self._returned.append((chunk, payload))
        self._hand_out()

    def wait(self) -> list[Event]:
        """Wait for a message of any worker, and return what all have said so far."""
        if not self._events:
            with suppress(queue.Empty):
                self._take(*self._messages.get(timeout=TICK_SECONDS))
        events, self._events = self._events, []
        return events

    def stop(self, seconds: float) -> list[Event]:
        """Let each worker end the file in hand, and return what they have done since."""
        self._stopping = True
        for process in self._processes:
            process.ask_to_stop()
        end = time.monotonic() + seconds
        with suppress(queue.Empty):
            while self._processes:
                self._take(*self._messages.get(timeout=max(0.0, end - time.monotonic())))
        self._events += [Lost(process.given[0][0]) for process in self._processes if process.given]
        events, self._events = self._events, []
        return events

    def close(self) -> None:
        """End all workers now: those that have not begun, or have a file in hand, are killed."""
        self._stopping = True
        for process in self._processes:
            process.say_no_more()
        for process in self._processes:
            is_idle = process.has_begun and not process.given
            process.end(LAST_SECONDS if is_idle else 0)
        self._processes = []

    def _take(self, process: Process, message: bytes | None) -> None:
        if message is None:
            self._replace(process)
        elif message == READY:
            process.has_begun = True
            self._stillborn = 0
        elif message == LEAVING:
            # What waits in its pipe was never in its hand.
            process.is_leaving = True
            self._returned.extend(process.given)
            process.given.clear()
        elif message.startswith(FAULT):
            if self._stopping:
                return
            raise SettingsError(f"a worker cannot begin: {message[1:].decode()}")
        else:
            chunk, _ = process.given.popleft()
            self._events.append(Answered(chunk, message[1:]))
        self._hand_out()

    def _replace(self, process: Process) -> None:
        """Put another process in the place of one that has ended."""
        if process not in self._processes:
            return
        process.say_no_more()
        process.end(LAST_SECONDS)
        self._processes.remove(process)
        if process.given:
            self._events.append(Lost(process.given.popleft()[0]))
            self._returned.extend(process.given)
        if self._stopping:
            return
        self._stillborn += not process.has_begun
        if self._stillborn >= MOST_STILLBORN:
            raise SettingsError(
                "workers die before they begin; look at what they wrote above, or use one process"
            )
        self._processes.append(Process(self._payload, self._messages))

    def _hand_out(self) -> None:
        """Give what waits to those that have room, first to those that have nothing."""
        while self._returned and not self._stopping:
            free = [one for one in self._processes if one.room]
            if not free:
                return
            min(free, key=lambda one: len(one.given)).give(*self._returned.pop(0))
