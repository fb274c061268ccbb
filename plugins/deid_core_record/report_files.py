"""The files of a report: how they get their names, and how the JSON is read again."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from deid_core.digests import digest_of_stream
from deid_core_record.folder import replaced

REPORTS = ("report.json", "report.html")
FILES = '"files": ['
"""The line of the JSON after which each file has a line of its own."""
LARGEST_HEAD = 64 << 20
"""Bytes that what stands before the files has at most."""


class Writer:
    """Writes text, and keeps the digest of it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()

    def write(self, text: str) -> None:
        """Write text as UTF-8. Raises ``OSError``."""
        data = text.encode("utf-8", "backslashreplace")
        self._digest.update(data)
        self._stream.write(data)

    def end(self) -> str:
        """Return the SHA-256 of what was written, in hexadecimal, when it is on disk."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        return self._digest.hexdigest()


@contextmanager
def written(path: Path, digests: dict[str, str]) -> Iterator[Writer]:
    """Write a file for its owner alone, which gets its name when it is whole; note its digest."""
    with replaced(path) as stream:
        writer = Writer(stream)
        yield writer
        digests[path.name] = writer.end()


def read_head(path: Path) -> dict[str, Any] | None:
    """Return what a report says before it lists the files; None if it cannot be read as one."""
    lines, size = [], 0
    try:
        with path.open(encoding="utf-8") as stream:
            for line in stream:
                lines.append(line)
                size += len(line)
                if line.startswith(FILES):
                    found = json.loads("".join(lines) + "]}")
                    return found if isinstance(found, dict) else None
                if size > LARGEST_HEAD:
                    return None
    except (OSError, ValueError):
        return None
    return None


def read_files(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the files of a report, one after the other. Raises ``OSError`` and ``ValueError``."""
    with path.open(encoding="utf-8") as stream:
        for line in stream:
            if line.startswith(FILES):
                break
        for line in stream:
            if line.startswith("]"):
                return
            yield json.loads(line.rstrip().removesuffix(","))


def digest_of_file(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal; empty if it cannot be read."""
    try:
        with path.open("rb") as stream:
            return digest_of_stream(stream)
    except OSError:
        return ""
