"""The members of a compressed tar: expanded from its beginning on, and never to disk."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO, cast

import attrs

from deid_core_archives.limits import (
    AT_ONCE,
    MAX_MEMORY,
    ArchiveLimitError,
    DamagedArchiveError,
    Members,
    State,
    grows_too_much,
)
from deid_core_archives.tars import content, headers, said_of

BROKEN = (EOFError, OSError, zlib.error, lzma.LZMAError)
"""What the decoders raise for what is damaged."""
MOST_OPEN = 4


class Expanded:
    """A compressed tar as what it expands to, read from its beginning to its end.

    Raises `DamagedArchiveError` and `ArchiveLimitError` while it is read.
    """

    def __init__(self, path: Path, kind: str) -> None:
        try:
            self._raw = path.open("rb")
        except OSError:
            raise DamagedArchiveError("the archive cannot be read") from None
        self.state = State.of(self._raw)
        self._stream = _decoder(kind, self._raw)
        self.position = 0

    def take(self, size: int) -> bytes:
        """Return so many bytes, or fewer at the end."""
        try:
            data = self._stream.read(size)
        except BROKEN:
            raise DamagedArchiveError("the archive is cut off, or damaged") from None
        self.position += len(data)
        if grows_too_much(self.position, self._raw.tell()):
            raise ArchiveLimitError("the archive is made to become too large when it is read")
        return data

    def skip(self, size: int) -> None:
        """Pass over so many bytes."""
        while size and (data := self.take(min(AT_ONCE, size))):
            size -= len(data)

    def read_out(self) -> None:
        """Read to the end, where the checksum is."""
        while self.take(AT_ONCE):
            pass

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
        self._raw.close()

    def __del__(self) -> None:
        if hasattr(self, "_stream"):
            self.close()


def _decoder(kind: str, raw: BinaryIO) -> BinaryIO:
    if kind == "tar.gz":
        return cast("BinaryIO", gzip.GzipFile(fileobj=raw, mode="rb"))
    if kind == "tar.bz2":
        return cast("BinaryIO", bz2.BZ2File(raw, "rb"))
    return io.BufferedReader(_Xz(raw), AT_ONCE)


class _Xz(io.RawIOBase):
    """An xz that is expanded with bounded memory: `lzma.open` would give it what it asks for."""

    def __init__(self, raw: BinaryIO) -> None:
        self._source = raw
        self._decoder = self._new()
        self._waiting = b""

    @staticmethod
    def _new() -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MAX_MEMORY)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        while True:
            if self._decoder.eof:
                # Several streams may follow each other, with zeros between them.
                rest = self._decoder.unused_data.lstrip(b"\0")
                rest = rest or self._source.read(io.DEFAULT_BUFFER_SIZE).lstrip(b"\0")
                if not rest:
                    return 0
                self._decoder, self._waiting = self._new(), rest
            elif self._decoder.needs_input and not self._waiting:
                self._waiting = self._source.read(io.DEFAULT_BUFFER_SIZE)
                if not self._waiting:
                    raise EOFError
            data = self._decoder.decompress(self._waiting, len(view))
            self._waiting = b""
            if data:
                view[: len(data)] = data
                return len(data)


_finding: dict[Path, Expanded] = {}
"""The archives whose members are being found."""
_reading: dict[Path, Expanded] = {}
"""Those from which members are read in another order than they were found; the latest last."""
_lock = Lock()


@attrs.frozen
class StreamMember:
    """Opens one member by its place in what the archive expands to; can be pickled.

    A member that was found last is read where the finding stands, so that a run in one process expands an
    archive once. Any other process expands it for itself, from its beginning to the last member that
    it gets; who goes back begins anew.
    """

    archive: Path = attrs.field(repr=False)
    kind: str
    state: State
    offset: int
    size: int

    def __call__(self) -> BinaryIO:
        """Return the member's bytes. Raises `DamagedArchiveError` and `ArchiveLimitError`."""
        with _lock:
            stream = _finding.get(self.archive)
            if stream is None or stream.state != self.state or stream.position != self.offset:
                stream = self._own()
            return content(stream.take, self.size)

    def _own(self) -> Expanded:
        stream = _reading.pop(self.archive, None)
        if stream is None or stream.state != self.state or stream.position > self.offset:
            stream = Expanded(self.archive, self.kind)
            if stream.state != self.state:
                raise DamagedArchiveError("the archive changed while it was read")
        while len(_reading) >= MOST_OPEN:
            del _reading[next(iter(_reading))]
        stream.skip(self.offset - stream.position)
        _reading[self.archive] = stream
        return stream


def members(path: Path, kind: str) -> Members:
    """Yield the members of the compressed tar at ``path``."""
    stream = Expanded(path, kind)
    _finding[path] = stream
    try:
        for info in headers(stream):
            if not info.isdir():
                opener = said_of(info) or StreamMember(
                    path, kind, stream.state, info.offset_data, info.size
                )
                yield info.name, opener
        stream.read_out()
    finally:
        if _finding.get(path) is stream:
            del _finding[path]
        stream.close()
