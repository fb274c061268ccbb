"""A crosswalk in a file of its own, for the writers of one machine."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from deid_core import SettingsError
from deid_core_pseudonyms.store import ROWS, Store

WAIT_SECONDS = 60.0
"""How long a writer waits for another."""
OWNER_ONLY = 0o600


class SqliteStore(Store):
    """A SQLite file, made for its owner's eyes only."""

    BYTES = "BLOB"
    MARK = "?"
    errors = (sqlite3.Error,)

    def __init__(self, path: Path, *, writable: bool) -> None:
        if writable:
            _make(path)
        elif not path.is_file():
            raise SettingsError(f"{path}: there is no such crosswalk")
        mode = "rw" if writable else "ro"
        uri = f"file:{quote(str(path.absolute()))}?mode={mode}"
        self._connection: sqlite3.Connection | None = None
        try:
            self._connection = sqlite3.connect(
                uri, uri=True, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False
            )
            found = self.run("SELECT name FROM sqlite_master WHERE type = 'table'")
        except sqlite3.Error:
            self.close()
            raise SettingsError(f"{path}: cannot be opened as a crosswalk") from None
        if (found or not writable) and (ROWS,) not in found:
            self.close()
            raise SettingsError(f"{path}: is no crosswalk")

    def run(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows."""
        if self._connection is None:
            raise sqlite3.ProgrammingError("closed")
        return self._connection.execute(statement, parameters).fetchall()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Return a transaction that holds the file."""
        self.run("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            with suppress(sqlite3.Error):
                self.run("ROLLBACK")
            raise
        self.run("COMMIT")

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _make(path: Path) -> None:
    """Make an empty file that only its owner may read, unless there is one."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, OWNER_ONLY))
    except FileExistsError:
        pass
    except OSError as error:
        raise SettingsError(f"{path}: the crosswalk cannot be made ({error.strerror})") from None
