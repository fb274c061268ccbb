"""The journal of an output: one row for each input, in SQLite.

It names an input by a keyed digest of its place, and its content by a keyed digest of that: who finds
the journal learns neither. What is keyed by is a number that is made with the journal and never leaves it.
"""

from __future__ import annotations

import hmac
import json
import secrets
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import attrs

from deid_core import SettingsError
from deid_core_record.marks import TABLE as MARKS_TABLE
from deid_core_record.marks import Mark, keep_mark, last_marks

NAME = "journal.sqlite"
VERSION = "1"
COMMIT_FILES, COMMIT_SECONDS = 256, 0.5
"""How many files, and how many seconds of work, are done again at most after a process was killed."""

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    id INTEGER PRIMARY KEY, place BLOB UNIQUE, size INTEGER, mtime INTEGER, input TEXT NOT NULL,
    outcome TEXT NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL, output TEXT,
    output_size INTEGER, digest TEXT NOT NULL, warnings TEXT NOT NULL, run INTEGER NOT NULL);
CREATE TABLE counts (
    kind TEXT, name TEXT, number INTEGER NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID;
CREATE TABLE runs (
    number INTEGER PRIMARY KEY, started REAL NOT NULL, ended REAL, complete INTEGER,
    mark TEXT NOT NULL, about TEXT NOT NULL);
"""


@attrs.frozen
class Entry:
    """What became of one input.

    ``input_digest`` and ``place`` are keyed. ``output`` is relative to the output folder, and None
    where there is no output below it. ``size`` and ``modified`` (in nanoseconds) are those of the
    input, -1 where they cannot tell whether it changed.
    """

    place: bytes | None = attrs.field(repr=False)
    size: int
    modified: int
    input_digest: str = attrs.field(repr=False)
    outcome: str
    code: str = ""
    reason: str = ""
    output: str | None = attrs.field(default=None, repr=False)
    output_size: int = 0
    output_digest: str = ""
    warnings: tuple[str, ...] = ()
    run: int = 0
    number: int = 0
    """The row, from 1."""


@attrs.frozen
class PastRun:
    """One run that the journal knows; ``about`` is what it was started with."""

    number: int
    started: float
    ended: float | None
    complete: bool
    mark: str
    about: Mapping[str, object]


class Journal:
    """An open journal. Only one process at a time may have it."""

    def __init__(self, connection: sqlite3.Connection, salt: bytes) -> None:
        self._connection = connection
        self._salt = salt
        self._waiting = 0
        self._committed = time.monotonic()
        self._counts: Counter[tuple[str, str]] = Counter()

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the journal of a record folder, or make one.

        Raises `SettingsError` if another run has it, or it is none.
        """
        path = folder / NAME
        try:
            connection = sqlite3.connect(path, timeout=1.0, isolation_level=None)
            # The lock lasts as long as the process, and goes with it however that ends.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("BEGIN EXCLUSIVE")
            if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                for statement in _TABLES.split(";"):
                    connection.execute(statement)
                start = {"version": VERSION, "salt": secrets.token_hex(32)}
                connection.executemany("INSERT INTO meta VALUES (?, ?)", start.items())
            connection.execute(MARKS_TABLE)
            found = dict(connection.execute("SELECT name, value FROM meta"))
            connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise SettingsError(
                    f"{folder}: another run is at work there; wait until it has ended"
                ) from None
            raise SettingsError(f"{path}: the journal cannot be used: {error}") from None
        except sqlite3.DatabaseError:
            raise SettingsError(
                f"{path}: is no journal of deid_core; move it away, or name another folder with --record"
            ) from None
        if found.get("version") != VERSION:
            raise SettingsError(
                f"{path}: was written by another version of deid_core; name another folder with --record"
            )
        path.chmod(0o600)
        return cls(connection, bytes.fromhex(found["salt"]))

    def close(self) -> None:
        """Keep what is not kept yet, and let go of the journal."""
        try:
            self.commit()
        finally:
            self._connection.close()

    def commit(self) -> None:
        """Keep what was told so far."""
        if self._connection.in_transaction:
            self._connection.executemany(
                "INSERT INTO counts VALUES (?, ?, ?) "
                "ON CONFLICT DO UPDATE SET number = number + excluded.number",
                [(kind, name, count) for (kind, name), count in self._counts.items()],
            )
            self._connection.execute("COMMIT")
        self._counts.clear()
        self._waiting = 0
        self._committed = time.monotonic()

    # -- runs ----------------------------------------------------------------------------

    def meta(self, name: str) -> str | None:
        """Return what is known under a name."""
        row = self._connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def remember(self, values: Mapping[str, str]) -> None:
        """Keep values under their names."""
        self._connection.executemany("REPLACE INTO meta VALUES (?, ?)", values.items())

    def runs(self) -> list[PastRun]:
        """Return all runs, the oldest first."""
        rows = self._connection.execute(
            "SELECT number, started, ended, complete, mark, about FROM runs ORDER BY number"
        )
        return [
            PastRun(number, started, ended, bool(complete), mark, json.loads(about))
            for number, started, ended, complete, mark, about in rows
        ]

    def begin_run(self, mark: str, about: Mapping[str, object]) -> int:
        """Enter a run, and return its number."""
        cursor = self._connection.execute(
            "INSERT INTO runs (started, mark, about) VALUES (?, ?, ?)",
            (time.time(), mark, json.dumps(about)),
        )
        return int(cursor.lastrowid or 0)

    def end_run(self, number: int, *, complete: bool) -> None:
        """Enter how a run ended."""
        self.commit()
        self._connection.execute(
            "UPDATE runs SET ended = ?, complete = ? WHERE number = ?",
            (time.time(), complete, number),
        )

    def forget_files(self) -> None:
        """Forget all inputs, since they are done again, or their outputs are gone."""
        self.commit()
        self._connection.execute("DELETE FROM files")
        self._connection.execute("DELETE FROM counts")

    # -- files ---------------------------------------------------------------------------

    def keyed(self, text: str) -> bytes:
        """Return the digest by which this journal, and no other, names a place or a content."""
        return hmac.digest(self._salt, text.encode("utf-8", "surrogateescape"), "sha256")[:16]

    def find(self, place: bytes) -> Entry | None:
        """Return what became of an input, by its place."""
        row = self._connection.execute(f"{_SELECT} WHERE place = ?", (place,)).fetchone()
        return None if row is None else _entry(row)

    def at(self, number: int) -> Entry | None:
        """Return what became of an input, by its number."""
        row = self._connection.execute(f"{_SELECT} WHERE id = ?", (number,)).fetchone()
        return None if row is None else _entry(row)

    def entries(self) -> Iterator[Entry]:
        """Return all inputs, in the order in which they were first done."""
        return map(_entry, self._connection.execute(f"{_SELECT} ORDER BY id"))

    def written_after(self, number: int, limit: int) -> list[Entry]:
        """Return so many inputs at most that were written, with numbers above this one, in order."""
        rows = self._connection.execute(
            f"{_SELECT} WHERE id > ? AND outcome = 'written' ORDER BY id LIMIT ?", (number, limit)
        )
        return [_entry(row) for row in rows]

    def is_empty(self) -> bool:
        """Tell whether no input was ever done."""
        return self._connection.execute("SELECT 1 FROM files LIMIT 1").fetchone() is None

    def enter(self, entry: Entry, counts: Mapping[str, Mapping[str, int]]) -> int:
        """Enter what became of an input, in place of what was known of it; return its number.

        ``counts`` are added to those of all files, by their kind.
        """
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN")
        cursor = self._connection.execute(_ENTER, _row(entry))
        for kind, numbers in counts.items():
            for name, count in numbers.items():
                self._counts[kind, name] += count
        self._waiting += 1
        return int(cursor.fetchone()[0])

    @property
    def is_due(self) -> bool:
        """Whether so much waits, or for so long, that it should be kept by `commit`."""
        late = time.monotonic() - self._committed > COMMIT_SECONDS
        return late or self._waiting >= COMMIT_FILES

    def touch(self, entry: Entry, size: int, modified: int) -> None:
        """Enter that an input has the same content at another time."""
        self._connection.execute(
            "UPDATE files SET size = ?, mtime = ? WHERE id = ?", (size, modified, entry.number)
        )

    def counts(self, kind: str) -> dict[str, int]:
        """Return the counts of one kind over all files."""
        rows = self._connection.execute(
            "SELECT name, number FROM counts WHERE kind = ? ORDER BY name", (kind,)
        )
        return dict(rows.fetchall())

    def outcomes(self) -> Counter[tuple[str, str]]:
        """Return how many inputs there are of each outcome and reason code."""
        rows = self._connection.execute(
            "SELECT outcome, code, COUNT(*) FROM files GROUP BY outcome, code"
        )
        return Counter({(outcome, code): count for outcome, code, count in rows})

    # -- marks ---------------------------------------------------------------------------

    def mark(self, mark: Mark) -> None:
        """Keep what a person says of a series."""
        keep_mark(self._connection, mark)

    def marks(self) -> dict[str, Mark]:
        """Return the mark of each series that has one."""
        return last_marks(self._connection)


_COLUMNS = (
    "place, size, mtime, input, outcome, code, reason, output, output_size, digest, warnings, run"
)
_SELECT = f"SELECT {_COLUMNS}, id FROM files"  # noqa: S608 - a constant
_ENTER = (
    f"INSERT INTO files ({_COLUMNS}) VALUES ({', '.join('?' * 12)}) "  # noqa: S608 - as above
    "ON CONFLICT (place) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS.split(", ")[1:])
    + " RETURNING id"
)


def _row(entry: Entry) -> tuple[object, ...]:
    return (
        entry.place,
        entry.size,
        entry.modified,
        entry.input_digest,
        entry.outcome,
        entry.code,
        entry.reason,
        entry.output,
        entry.output_size,
        entry.output_digest,
        json.dumps(entry.warnings) if entry.warnings else "",
        entry.run,
    )


def _entry(row: tuple[Any, ...]) -> Entry:
    names = (field.name for field in attrs.fields(Entry))
    values = dict(zip(names, row, strict=True))
    warnings = values["warnings"]
    return Entry(**{**values, "warnings": tuple(json.loads(warnings)) if warnings else ()})
