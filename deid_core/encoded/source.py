"""The bytes of a file: the head in memory, of the rest only what somebody asks for."""

from __future__ import annotations

import os
from io import UnsupportedOperation
from typing import BinaryIO

from deid_core.errors import ReadError

WHOLE = 1 << 18
"""Files up to this many bytes are read at once."""
HEAD = 1 << 16
"""Bytes that are read at once of a longer file, and after each value that is passed over."""


class Source:
    """A file that is open for reading, or bytes.

    ``data`` are its first bytes, and ``size`` says how many it has. Beyond ``data`` bytes are read
    from the file when they are needed, and are not kept.
    """

    __slots__ = ("_changed", "_windows", "data", "descriptor", "size")

    def __init__(self, stream: BinaryIO, *, is_file: bool = False) -> None:
        """Read the head of a stream, or all of it, and close it. Raises `ReadError` if it grows.

        ``is_file`` says that the stream is a file on disk from its first byte to its last. Of others
        nobody knows what their descriptor, if they have one, belongs to.
        """
        self._windows: list[tuple[int, bytes]] = []
        self._changed: tuple[int, int] = (0, 0)
        self.descriptor = -1
        """Of the file, if there is more of it than ``data``; else -1."""
        with stream:
            descriptor = _descriptor_of(stream) if is_file else -1
            state = os.fstat(descriptor) if descriptor >= 0 else None
            if state is None or state.st_size <= WHOLE:
                # One byte more, to see one that grows, but not for ever.
                self.data = stream.read() if state is None else stream.read(state.st_size + 1)
                self.size = len(self.data)
                if state is not None and self.size > state.st_size:
                    raise ReadError("the file changed while it was read")
                return
            self.descriptor = os.dup(descriptor)
        self._changed = (state.st_mtime_ns, state.st_size)
        self.size = state.st_size
        self.data = os.pread(self.descriptor, HEAD, 0)

    def read(self, start: int, stop: int) -> bytes:
        """Return the bytes of a range. Raises `ReadError` if the file has become shorter."""
        if stop <= len(self.data):
            return self.data[start:stop]
        for base, window in self._windows:
            if base <= start and stop <= base + len(window):
                return window[start - base : stop - base]
        return self._read(start, stop)

    def extend(self, stop: int) -> None:
        """Let ``data`` reach at least to ``stop``."""
        if stop > len(self.data):
            end = min(self.size, max(stop, len(self.data) + HEAD))
            self.data += self._read(len(self.data), end)

    def window(self, start: int, stop: int) -> tuple[int, bytes]:
        """Read a range and keep it: its offset, and its bytes."""
        window = (start, self._read(start, min(self.size, max(stop, start + HEAD))))
        self._windows.append(window)
        return window

    def check(self) -> None:
        """Raise `ReadError` if the file has changed since it was opened."""
        if self.descriptor >= 0:
            state = os.fstat(self.descriptor)
            if (state.st_mtime_ns, state.st_size) != self._changed:
                raise ReadError("the file changed while it was read")

    def close(self) -> None:
        """Close the file. Only what is in memory can be read after that."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def __del__(self) -> None:
        self.close()

    def _read(self, start: int, stop: int) -> bytes:
        if self.descriptor < 0:
            raise ReadError("the file is closed already")
        found = bytearray()
        while len(found) < stop - start:
            part = os.pread(self.descriptor, stop - start - len(found), start + len(found))
            if not part:
                raise ReadError("the file changed while it was read")
            found += part
        return bytes(found)


def _descriptor_of(stream: BinaryIO) -> int:
    """Return the descriptor of a file that can be read at any place, else -1: of a pipe, say."""
    try:
        descriptor = stream.fileno()
        os.pread(descriptor, 1, 0)
    except (AttributeError, OSError, UnsupportedOperation, ValueError):
        return -1
    return descriptor
