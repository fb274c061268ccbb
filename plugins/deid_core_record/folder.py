"""The folder of a record, and files in it: for their owner alone."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from deid_core import SettingsError

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600


def made(folder: Path) -> Path:
    """Return a folder that only its owner may enter; it is made if need be.

    Raises `SettingsError` if it cannot be made, or is open to others.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        mode = folder.stat().st_mode
    except OSError as error:
        raise SettingsError(
            f"{folder}: cannot be made ({error.strerror}); name another folder with --record, "
            "or keep none with --no-record"
        ) from None
    if os.name != "nt" and stat.S_IMODE(mode) & 0o077:
        raise SettingsError(
            f"{folder}: others may enter it; close it by: chmod 700 {folder}, or name another folder"
        )
    return folder


def opened(path: Path, *, append: bool = False) -> int:
    """Open a file for writing that only its owner may read. Raises ``OSError``."""
    flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if append else os.O_TRUNC)
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), PRIVATE_FILE)


@contextmanager
def replaced(path: Path) -> Iterator[BinaryIO]:
    """Open a file for its owner alone, which takes the place of ``path`` when it is whole."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with os.fdopen(opened(temporary), "wb") as stream:
            yield stream
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
