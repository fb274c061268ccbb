"""Go on after a finding, and keep the smallest input of each kind."""

from __future__ import annotations

import hashlib
import pickle
import re
import traceback
from collections.abc import Callable
from pathlib import Path

VARYING = re.compile(r"[0-9A-F]{4},[0-9A-F]{4}|\d+")


def kind_of(error: Exception) -> str:
    """Return what findings of one kind have in common: the message without numbers, or the place."""
    if isinstance(error, AssertionError):
        return VARYING.sub("#", str(error))
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {frame.name}:{frame.lineno}"


def keep_going(run: Callable[[bytes], None], folder: Path) -> Callable[[bytes], None]:
    """Return a target that writes what it finds below a folder, and raises nothing."""
    smallest: dict[str, int] = {}

    def kept(data: bytes) -> None:
        try:
            run(data)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
            kind = kind_of(error)
            if len(data) >= smallest.get(kind, len(data) + 1):
                return
            smallest[kind] = len(data)
            name = hashlib.sha256(kind.encode()).hexdigest()[:12]
            (folder / f"kept-{name}").write_bytes(data)
            (folder / f"kept-{name}.txt").write_text(kind + "\n")
            history = getattr(error, "history", ())
            if "readers" in kind:
                (folder / f"kept-{name}.history").write_bytes(pickle.dumps(list(history)))
            print(f"FOUND {name} ({len(data)} bytes): {kind}", flush=True)

    return kept
