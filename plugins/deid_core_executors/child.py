"""A worker: a process that reads chunks of tasks from its standard input until that ends."""

from __future__ import annotations

import gc
import os
import signal
from contextlib import suppress
from types import FrameType
from typing import BinaryIO

from deid_core.errors import DeidError
from deid_core.execution.packing import unpack_configuration
from deid_core.worker import Worker
from deid_core_executors.frames import read_frame, write_frame

READY, ANSWER, FAULT, LEAVING = b"r", b"a", b"f", b"l"
"""What a message to the run begins with: the worker has begun, has done a chunk, cannot begin, ends
because it was asked to, with nothing in hand."""

STARTER = """\
import os, sys, json
size = int.from_bytes(os.read(0, 8), "little")
text = b""
while len(text) < size:
    text += os.read(0, size - len(text)) or sys.exit()
sys.path[:] = json.loads(text)
from deid_core_executors.child import main
main()
"""
"""The program of a worker. It finds modules where the run does, which says so first."""


class _Stop:
    """Whether the run wants no more; a signal says so, and the file in hand is ended first."""

    def __init__(self) -> None:
        self.asked = False

    def ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True


def main() -> None:
    """Work until the run closes the pipe or asks to stop."""
    stop = _Stop()
    signal.signal(signal.SIGTERM, stop.ask)
    # Ctrl-C goes to all processes of the terminal: the run decides what follows.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, answers = _channels()
    # Where the run is gone, nobody wants an answer.
    with suppress(BrokenPipeError):
        _serve(requests, answers, stop)


def _channels() -> tuple[BinaryIO, BinaryIO]:
    """Take the two pipes away from all else that reads standard input or prints."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, answers


def _serve(requests: BinaryIO, answers: BinaryIO, stop: _Stop) -> None:
    payload = read_frame(requests)
    if payload is None:
        return
    try:
        worker = Worker(unpack_configuration(payload))
    except DeidError as error:
        write_frame(answers, FAULT + str(error).encode("utf-8", "replace"))
        return
    # What was made so far lives as long as the process: no need to look at it again and again.
    gc.collect()
    gc.freeze()
    write_frame(answers, READY)
    while not stop.asked:
        chunk = read_frame(requests)
        if chunk is None:
            return
        write_frame(answers, ANSWER + worker.answer(chunk, lambda: stop.asked))
    write_frame(answers, LEAVING)
