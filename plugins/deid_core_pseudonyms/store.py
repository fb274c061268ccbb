"""Where the rows of a crosswalk are: tables of a database, which holds nothing that it can read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, ClassVar

from deid_core import SettingsError, WriteError

ROWS, NUMBERS = "deid_core_crosswalk", "deid_core_numbers"

SCHEMA = f"""
CREATE TABLE IF NOT EXISTS {ROWS} (
    kind TEXT NOT NULL,
    name {{bytes}} NOT NULL,
    content {{bytes}} NOT NULL,
    PRIMARY KEY (kind, name)
);
CREATE TABLE IF NOT EXISTS {NUMBERS} (name {{bytes}} PRIMARY KEY, given BIGINT NOT NULL)
"""


class Store(ABC):
    """A database with the rows ``kind, name, content`` and running numbers.

    The SQL is the same for all; what differs is how a database is opened and locked. Whatever
    fails becomes a `WriteError`, so that the one file is refused.
    """

    BYTES: ClassVar[str]
    """The database's type of bytes."""
    MARK: ClassVar[str]
    """What stands for a parameter."""
    errors: ClassVar[tuple[type[Exception], ...]]
    """What the database's driver raises."""

    @abstractmethod
    def run(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows."""

    @abstractmethod
    def locked(self) -> AbstractContextManager[None]:
        """Return a transaction that no other writer shares: all of it is done, or nothing."""

    @abstractmethod
    def close(self) -> None:
        """Close the database."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do all that happens within, or nothing. Raises `WriteError`."""
        with self._failing(), self.locked():
            yield

    def make(self) -> None:
        """Make the tables where there are none."""
        with self.transaction():
            for statement in SCHEMA.split(";"):
                self.run(statement.format(bytes=self.BYTES))

    def get(self, kind: str, name: bytes) -> bytes | None:
        """Return the content of a row, or None."""
        where = f"kind = {self.MARK} AND name = {self.MARK}"
        with self._failing():
            rows = self.run(f"SELECT content FROM {ROWS} WHERE {where}", kind, name)  # noqa: S608 - no value is in the text
        return bytes(rows[0][0]) if rows else None

    def add(self, kind: str, name: bytes, content: bytes) -> bool:
        """Add a row unless there is one of that kind and name; tell whether it was added."""
        rows = self.run(
            f"INSERT INTO {ROWS} (kind, name, content) "  # noqa: S608 - as above
            f"VALUES ({self.MARK}, {self.MARK}, {self.MARK}) "
            "ON CONFLICT (kind, name) DO NOTHING RETURNING 1",
            kind,
            name,
            content,
        )
        return bool(rows)

    def put(self, kind: str, name: bytes, content: bytes) -> None:
        """Add a row, in the place of one of that kind and name."""
        self.run(
            f"INSERT INTO {ROWS} (kind, name, content) "  # noqa: S608 - as above
            f"VALUES ({self.MARK}, {self.MARK}, {self.MARK}) "
            "ON CONFLICT (kind, name) DO UPDATE SET content = excluded.content",
            kind,
            name,
            content,
        )

    def all(self, kind: str) -> Iterator[tuple[bytes, bytes]]:
        """Yield name and content of all rows of a kind."""
        with self._failing():
            found = self.run(f"SELECT name, content FROM {ROWS} WHERE kind = {self.MARK}", kind)  # noqa: S608 - as above
        for name, content in found:
            yield bytes(name), bytes(content)

    def next_number(self, name: bytes) -> int:
        """Hand out the next number under a name, from 0: never one twice."""
        rows = self.run(
            f"INSERT INTO {NUMBERS} (name, given) VALUES ({self.MARK}, 0) "  # noqa: S608 - as above
            f"ON CONFLICT (name) DO UPDATE SET given = {NUMBERS}.given + 1 RETURNING given",
            name,
        )
        return int(rows[0][0])

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except self.errors as error:
            raise WriteError(f"the crosswalk cannot be used ({type(error).__name__})") from None


def is_url(location: str) -> bool:
    """Tell whether a crosswalk is in a PostgreSQL database, and not in a file."""
    return location.startswith(("postgresql://", "postgres://"))


def open_store(location: str, *, writable: bool = True) -> Store:
    """Open the database at ``location``; a writable one is made where there is none.

    Raises `SettingsError` if there is none, or it cannot be used.
    """
    if is_url(location):
        from deid_core_pseudonyms.postgres import PostgresStore  # noqa: PLC0415 - needs a package

        return PostgresStore(location, writable=writable)
    if "://" in location:
        raise SettingsError("a crosswalk is a file, or a URL that starts with postgresql://")
    from deid_core_pseudonyms.sqlite import SqliteStore  # noqa: PLC0415 - only one is needed

    return SqliteStore(Path(location), writable=writable)
