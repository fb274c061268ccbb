"""A crosswalk in a PostgreSQL database, where several machines write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from deid_core import SettingsError
from deid_core_pseudonyms.store import ROWS, Store

try:
    import psycopg
except ImportError:
    raise SettingsError(
        "a crosswalk in PostgreSQL needs the package psycopg: pip install 'deid-core[postgres]'"
    ) from None

WAIT_SECONDS = 10
LOCK = 0x6465_6964
"""The number of the lock by which writers wait for each other."""


class PostgresStore(Store):
    """Two tables of a PostgreSQL database; a lost connection is made again for the next file."""

    BYTES = "BYTEA"
    MARK = "%s"
    errors = (psycopg.Error,)

    def __init__(self, url: str, *, writable: bool) -> None:
        self._url = url
        self._connection: psycopg.Connection | None = None
        try:
            found = self.run("SELECT to_regclass(%s) IS NOT NULL", ROWS)
        except psycopg.Error as error:
            raise SettingsError(
                f"the database of the crosswalk cannot be used ({type(error).__name__}); "
                "look at host, port, database, user and password of its URL"
            ) from None
        if not writable and not found[0][0]:
            self.close()
            raise SettingsError("the database has no crosswalk")

    def run(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows."""
        with self._connected().cursor() as cursor:
            cursor.execute(statement.encode(), parameters)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Return a transaction that other writers wait for, on whatever machine."""
        with self._connected().transaction():
            self.run("SELECT pg_advisory_xact_lock(%s)", LOCK)
            yield

    def _connected(self) -> psycopg.Connection:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(
                self._url, autocommit=True, connect_timeout=WAIT_SECONDS
            )
        return self._connection

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
