"""The log of a record: what happened, line by line, each chained to the one before."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any, Self

from deid_core import SettingsError
from deid_core.keys import fingerprint
from deid_core_record.chain import (
    KEYED,
    MOST_OF_A_LINE,
    PLAIN,
    START,
    parse,
    seal_of,
)
from deid_core_record.folder import PRIVATE_FILE
from deid_core_record.marks import Mark

NAME = "log.jsonl"
ENDED, MARKED = "run-ended", "marked"
WITHDRAWN = "withdrawn"
"""What stands in the place of a mark that was taken back."""


class Log:
    """An open log. Lines wait until they are written, so that many are written at once."""

    def __init__(self, descriptor: int, key: bytes | None, lines: int, last: str) -> None:
        self._descriptor = descriptor
        self._size = os.lseek(descriptor, 0, os.SEEK_END)
        self._seal = seal_of(key)
        self._waiting: list[bytes] = []
        self._second = 0
        self._stamp = ""
        self.about = {"chain": PLAIN if key is None else KEYED}
        if key is not None:
            self.about["log_key"] = fingerprint(key)
        self.lines = lines
        self.last = last
        self._is_torn = False

    @classmethod
    def open(cls, folder: Path, key: bytes | None) -> Self:
        """Open the log of a record folder, or make one; nobody else may have it open.

        What a process that was killed has left of a line is cut off. If the last run has not ended,
        an event ``recovered`` says so; before a mark it stands already. Raises `SettingsError` where the key is not that of
        the log, or the log does not end as it was written.
        """
        path = folder / NAME
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        try:
            descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0), PRIVATE_FILE)
        except OSError as error:
            raise SettingsError(f"{path}: cannot be opened ({error.strerror})") from None
        try:
            return cls._begun(descriptor, path, key)
        except BaseException:
            os.close(descriptor)
            raise

    @classmethod
    def _begun(cls, descriptor: int, path: Path, key: bytes | None) -> Self:
        path.chmod(PRIVATE_FILE)
        size = os.lseek(descriptor, 0, os.SEEK_END)
        tail, whole = _tail(descriptor, size)
        if whole < size:
            os.ftruncate(descriptor, whole)
        if not whole:
            log = cls(descriptor, key, 0, START)
            if size:
                log.add("recovered", cut_bytes=size)
            return log
        _check_key(descriptor, path, key)
        line = parse(tail)
        if line is None or seal_of(key)(line.body) != line.hash:
            raise SettingsError(
                f"{path}: does not end as it was written, see deid-core verify-log; "
                "move it away to begin another"
            )
        log = cls(descriptor, key, line.seq, line.hash)
        if size > whole or line.event().get("event") not in (ENDED, MARKED):
            log.add("recovered", cut_bytes=size - whole)
        return log

    def add(self, event: str, **fields: object) -> None:
        """Add an event with its fields, which must hold no value and no name of a file."""
        if self.lines == 0:
            fields = {**self.about, **fields}
        text = json.dumps(fields, separators=(",", ":"))[1:-1]
        self._append(f'"event":"{event}"{"," if text else ""}{text}')

    def file(self, number: int, outcome: str, code: str, in_digest: str, out_digest: str) -> None:
        """Add what became of a file. ``in_digest`` is the journal's, which is keyed."""
        quoted = json.dumps(code) if code else '""'
        self._append(
            f'"event":"file","file":{number},"outcome":"{outcome}","code":{quoted},'
            f'"input":"{in_digest}","output":"{out_digest}"'
        )

    def marked(self, mark: Mark) -> None:
        """Add what a person says of a series, but for the note, which could hold anything."""
        self.add(MARKED, series=mark.series, mark=mark.mark or WITHDRAWN, content=mark.content)

    def _append(self, text: str) -> None:
        now = time.time()
        second = int(now)
        if second != self._second:
            self._second = second
            self._stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
        self.lines += 1
        stamp = f"{self._stamp}.{int((now - second) * 1000):03}Z"
        body = f'{{"seq":{self.lines},"prev":"{self.last}","time":"{stamp}",{text}'.encode()
        self.last = self._seal(body)
        self._waiting.append(b'%b,"hash":"%b"}\n' % (body, self.last.encode()))

    def flush(self) -> None:
        """Write the lines that wait. Raises ``OSError``; what was not written waits still."""
        if not self._waiting:
            return
        data = memoryview(b"".join(self._waiting))
        if self._is_torn:
            os.ftruncate(self._descriptor, self._size)
        self._is_torn = True
        size, lines = self._size + len(data), len(self._waiting)
        while data:
            data = data[os.write(self._descriptor, data) :]
        self._size = size
        del self._waiting[:lines]
        self._is_torn = False

    def close(self) -> None:
        """Write what waits, have it on disk, and let go of the log. Raises ``OSError``."""
        try:
            self.flush()
            os.fsync(self._descriptor)
        finally:
            os.close(self._descriptor)


def takes_key(folder: Path, key: bytes | None) -> bool:
    """Tell whether lines can be added to a log with this key: it has the same, or is not there yet."""
    path = folder / NAME
    try:
        with path.open("rb") as stream:
            if path.stat().st_size:
                _check_key(stream.fileno(), path, key)
    except SettingsError:
        return False
    except OSError:
        # Whoever opens it to write is told why that cannot be.
        return True
    return True


def _check_key(descriptor: int, path: Path, key: bytes | None) -> None:
    found = None if key is None else fingerprint(key)
    if _first(descriptor).get("log_key") != found:
        raise SettingsError(
            f"{path}: was chained with another key, or with none; give --log-key-file the same "
            "as before, or move the log away to begin another"
        )


def _first(descriptor: int) -> dict[str, Any]:
    """Return what the first line says; nothing if it is none."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    found = parse(os.read(descriptor, MOST_OF_A_LINE).partition(b"\n")[0] + b"\n")
    return found.event() if found is not None else {}


def _tail(descriptor: int, size: int) -> tuple[bytes, int]:
    """Return the last whole line, and how many bytes there are up to its end."""
    start = max(0, size - 2 * MOST_OF_A_LINE)
    os.lseek(descriptor, start, os.SEEK_SET)
    data = b""
    while more := os.read(descriptor, 1 << 20):
        data += more
    end = data.rfind(b"\n") + 1
    begin = data.rfind(b"\n", 0, max(end - 1, 0)) + 1
    return data[begin:end], start + end if end else 0
