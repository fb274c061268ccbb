"""Write an encoded data set as a Part 10 file: what is unchanged goes from file to file."""

from __future__ import annotations

import errno
import os

from deid_core import WriteError
from deid_core.encoded.dataset import EncodedDataSet
from deid_core.part10 import pieces_of

AT_ONCE = 1 << 20
"""Bytes that are copied at once where the system does not copy from file to file."""

CANNOT = frozenset({errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM})
"""What a system answers that cannot copy between these two files in this way."""


def write_pieces(dataset: EncodedDataSet, descriptor: int) -> int:
    """Write the file to an open descriptor, and return how many bytes it has.

    Raises ``OSError``, and `ReadError` if the source changed since it was opened.
    """
    size = 0
    waiting: list[bytes] = []
    source = dataset.source
    for piece in pieces_of(dataset):
        if isinstance(piece, bytes):
            waiting.append(piece)
            continue
        size += _write(descriptor, b"".join(waiting))
        waiting.clear()
        start, stop = piece
        if source is None or source.descriptor < 0:
            raise WriteError("the source is closed already")
        _copy(source.descriptor, descriptor, start, stop)
        size += stop - start
    size += _write(descriptor, b"".join(waiting))
    if source is not None:
        source.check()
    return size


def _write(descriptor: int, data: bytes) -> int:
    done = os.write(descriptor, data)
    while done < len(data):
        done += os.write(descriptor, memoryview(data)[done:])
    return done


def _copy(source: int, target: int, start: int, stop: int) -> None:
    """Append a range of one file to another, by the system if it can."""
    for way in (_by_range, _by_sending):
        start = way(source, target, start, stop)
        if start == stop:
            return
    while start < stop:
        data = os.pread(source, min(AT_ONCE, stop - start), start)
        if not data:
            raise OSError(errno.EIO, "the source is shorter than it was")
        start += _write(target, data)


def _by_range(source: int, target: int, start: int, stop: int) -> int:
    """Copy by ``copy_file_range``, as far as that goes; return the offset that is reached."""
    if not hasattr(os, "copy_file_range"):
        return start
    try:
        while start < stop and (done := os.copy_file_range(source, target, stop - start, start)):
            start += done
    except OSError as error:
        if error.errno not in CANNOT:
            raise
    return start


def _by_sending(source: int, target: int, start: int, stop: int) -> int:
    """Copy by ``sendfile``, as far as that goes; return the offset that is reached."""
    if not hasattr(os, "sendfile"):
        return start
    try:
        while start < stop and (done := os.sendfile(target, source, start, stop - start)):
            start += done
    except OSError as error:
        if error.errno not in {*CANNOT, errno.ENOTSOCK}:
            raise
    return start
