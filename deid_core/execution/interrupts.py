"""Ctrl-C where a run must not be broken off at just any place."""

from __future__ import annotations

import signal
import threading
from types import FrameType


class Interrupts:
    """Holds Ctrl-C back while reports are on their way from workers, and while they are recorded.

    Only in the main thread, and where nobody else has said what Ctrl-C does.
    """

    def __init__(self) -> None:
        self._is_held = False
        self._asked = False

    def hold(self) -> None:
        """Hold back what comes from now on."""
        if (
            threading.current_thread() is threading.main_thread()
            and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        ):
            signal.signal(signal.SIGINT, self._note)
            self._is_held = True

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True

    def release(self) -> None:
        """Let Ctrl-C do again what it does."""
        if self._is_held:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self._is_held = False

    def check(self) -> None:
        """Raise ``KeyboardInterrupt`` if somebody asked for it meanwhile."""
        if self._asked:
            self._asked = False
            raise KeyboardInterrupt
