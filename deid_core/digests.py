"""Digests of files, by which a record names them without their names."""

from __future__ import annotations

import hashlib
import os
import stat
from typing import BinaryIO

from deid_core.model import FileRef

AT_ONCE = 1 << 20
"""Bytes that are read at once."""


def digest_of(ref: FileRef) -> str:
    """Return the SHA-256 of a file in hexadecimal; empty if it cannot be read, or is none.

    What a plugin opens may raise anything: that is told when the file is read.
    """
    try:
        if ref.opener is None and ref.path is not None:
            return _of_path(os.fspath(ref.path))
        with ref.open() as stream:
            return digest_of_stream(stream)
    except Exception:  # noqa: BLE001 - it is reported by those who read the file for what it holds
        return ""


def _of_path(path: str) -> str:
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return ""
        return digest_of_descriptor(descriptor)
    finally:
        os.close(descriptor)


def digest_of_descriptor(descriptor: int) -> str:
    """Return the SHA-256 of an open file from where it stands. Raises ``OSError``."""
    digest = hashlib.sha256()
    while data := os.read(descriptor, AT_ONCE):
        digest.update(data)
    return digest.hexdigest()


def digest_of_stream(stream: BinaryIO) -> str:
    """Return the SHA-256 of what a stream still gives."""
    digest = hashlib.sha256()
    while data := stream.read(AT_ONCE):
        digest.update(data)
    return digest.hexdigest()
