"""One worker of the executor ``processes``, as the run sees it."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress

from deid_core_executors.child import STARTER
from deid_core_executors.frames import read_frame, write_frame

DEPTH = 2
"""Chunks that a worker may have: one in hand, and one so that it need not wait."""

Messages = queue.SimpleQueue[tuple["Process", bytes | None]]


class Process:
    """A process with a pipe for what it gets, and one for what it says.

    What it says goes to ``messages``; None says that it has ended. ``payload`` is its
    configuration, with the key: it goes through the pipe and nowhere else.
    """

    def __init__(self, payload: bytes, messages: Messages) -> None:
        self.has_begun = False
        self.is_leaving = False
        self.given: deque[tuple[int, bytes]] = deque()
        self._payload = payload
        self._messages = messages
        options = ["-X", "utf8"] if sys.flags.utf8_mode else []
        process = subprocess.Popen(  # noqa: S603 - this interpreter, and a constant
            [sys.executable, *options, "-P", "-c", STARTER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Ctrl-C goes to a group of processes: it is for the run alone, which tells its workers.
            process_group=None if os.name == "nt" else 0,
        )
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - pipes
        self._process, self._requests, self._answers = process, process.stdin, process.stdout
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        """Begin the worker, and pass on what it says: in a thread, since either may take long."""
        with suppress(OSError, ValueError):
            folders = json.dumps([folder or os.getcwd() for folder in sys.path]).encode()  # noqa: PTH109 - as in sys.path
            self._requests.write(len(folders).to_bytes(8, "little") + folders)
            write_frame(self._requests, self._payload)
            while (message := read_frame(self._answers)) is not None:
                self._messages.put((self, message))
        self._answers.close()
        self._messages.put((self, None))

    @property
    def room(self) -> int:
        """How many chunks it may be given now."""
        return DEPTH - len(self.given) if self.has_begun and not self.is_leaving else 0

    def give(self, chunk: int, payload: bytes) -> None:
        """Give a chunk to the worker; if it is gone, that is told by ``messages``."""
        self.given.append((chunk, payload))
        with suppress(OSError, ValueError):
            write_frame(self._requests, payload)

    def ask_to_stop(self) -> None:
        """Let the worker end the file that it has in hand, and no more."""
        with suppress(OSError):
            self._process.terminate()
        self.say_no_more()

    def say_no_more(self) -> None:
        """Close the pipe: a worker that has nothing in hand ends."""
        with suppress(OSError, ValueError):
            self._requests.close()

    def end(self, seconds: float) -> None:
        """Wait until the process has ended; after so many seconds, kill it."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._listener.join()
        self.say_no_more()
