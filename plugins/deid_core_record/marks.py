"""Marks that a person gives to series; the journal keeps each, and the last of a series counts."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import attrs

TABLE = """
CREATE TABLE IF NOT EXISTS marks (
    id INTEGER PRIMARY KEY, series TEXT NOT NULL, mark TEXT NOT NULL, note TEXT NOT NULL,
    time REAL NOT NULL, content TEXT NOT NULL)
"""
"""Journals that are older get the table when they are opened."""

APPROVED, REJECTED, WITHDRAWN = "approved", "rejected", ""
MARKS = (APPROVED, REJECTED, WITHDRAWN)
LONGEST_NOTE = 500
"""Characters of a note."""


@attrs.frozen
class Mark:
    """What a person says of a series.

    ``series`` names it by a keyed digest, so that a journal holds no UID. ``content`` is a digest of
    all its outputs: a mark holds for these, and no others. ``time`` is in seconds since 1970.
    """

    series: str
    mark: str
    note: str = attrs.field(default="", repr=False)
    content: str = ""
    time: float = attrs.field(factory=time.time)


def keep_mark(connection: sqlite3.Connection, mark: Mark) -> None:
    """Add a mark to a journal. Raises ``sqlite3.Error``."""
    connection.execute(
        "INSERT INTO marks (series, mark, note, content, time) VALUES (?, ?, ?, ?, ?)",
        (mark.series, mark.mark, mark.note, mark.content, mark.time),
    )


def last_marks(connection: sqlite3.Connection) -> dict[str, Mark]:
    """Return the last mark of each series that has one. Raises ``sqlite3.Error``."""
    rows = connection.execute("SELECT series, mark, note, content, time FROM marks ORDER BY id")
    last = {row[0]: Mark(*row) for row in rows}
    return {series: mark for series, mark in last.items() if mark.mark != WITHDRAWN}


def marks_in(path: Path) -> dict[str, Mark] | None:
    """Return the last marks in a journal without changing it; None if it cannot be looked into now."""
    # Without a log of its own SQLite has written all of it: to read it so leaves nothing behind.
    is_whole = not path.with_name(f"{path.name}-wal").exists()
    address = f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if is_whole else ''}"
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            has_any = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'marks'")
            return last_marks(connection) if has_any.fetchone() else {}
    except sqlite3.Error:
        return None
