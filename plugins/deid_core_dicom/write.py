"""Write a Part 10 file: whole or not at all, and with nothing of the input's file meta."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path, PurePosixPath

from deid_core import Batch, FileRef, Instance, OutputExistsError, WriteError, WriteReceipt
from deid_core.digests import digest_of, digest_of_descriptor
from deid_core.encoded.dataset import EncodedDataSet
from deid_core.part10 import encode
from deid_core_dicom.copying import write_pieces

NEW_FILE = os.O_RDWR | os.O_CREAT | os.O_EXCL
NEW_FILE |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_NUMBERS = count()


def write(instance: Instance, target: PurePosixPath, batch: Batch) -> WriteReceipt:
    """Write ``instance`` to ``target`` below the output folder.

    The bytes go to a temporary name beside the target, which gets its own name when all are
    written; with ``durable`` in the settings, when they are on disk. Where a record is kept, an output
    that is there already and is the same, byte by byte, is what a run has written that was broken
    off before it could say so. Raises `OutputExistsError` and `WriteError`; neither leaves anything
    behind.
    """
    settings = batch.settings
    folder = str(settings.output_folder)
    parts = target.parts if folder == "." else (folder, *target.parts)
    path = os.path.join(*parts)  # noqa: PTH118 - a path object costs as much as the system call
    try:
        if os.path.lexists(path):
            if not settings.overwrite and settings.record_folder is None:
                raise OutputExistsError("the output exists already", path)
            if settings.overwrite:
                batch.spare_inputs(path, instance.ref)
        return WriteReceipt(path, *_write_whole(instance, path, batch))
    except OSError as error:
        raise WriteError(f"cannot be written: {error.strerror or type(error).__name__}") from None


def _write_whole(instance: Instance, path: str, batch: Batch) -> tuple[int, str]:
    """Return how many bytes were written, and their digest where the settings want it."""
    settings, digest = batch.settings, ""
    with opened_beside(path, batch.mark) as (temporary, descriptor):
        if isinstance(instance.elements, EncodedDataSet):
            size = write_pieces(instance.elements, descriptor)
        else:
            with os.fdopen(descriptor, "wb", closefd=False) as stream:
                encode(instance, stream)
                size = stream.tell()
        if settings.digests:
            os.lseek(descriptor, 0, os.SEEK_SET)
            digest = digest_of_descriptor(descriptor)
        if settings.durable:
            os.fsync(descriptor)
        if settings.overwrite:
            os.replace(temporary, path)  # noqa: PTH105 - as above
        elif not (digest and _is_same(path, size, digest)):
            _link(temporary, path)
    return size, digest


def _is_same(path: str, size: int, digest: str) -> bool:
    """Tell whether a file is there that has these bytes."""
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(status.st_mode) or status.st_size != size:
        return False
    return digest_of(FileRef(path, path=Path(path))) == digest


@contextmanager
def opened_beside(path: str, mark: str) -> Iterator[tuple[str, int]]:
    """Open a new file beside ``path``, whose folder is made if need be: its name, and descriptor.

    Its name begins with ``mark``, that of the run.

    It is closed, and gone unless it was given another name.
    """
    folder = os.path.dirname(path) or "."  # noqa: PTH120 - as above
    temporary = f"{folder}/{mark}{os.getpid()}-{next(_NUMBERS)}.tmp"
    try:
        descriptor = os.open(temporary, NEW_FILE, 0o666)
    except FileNotFoundError:
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103 - as above
        descriptor = os.open(temporary, NEW_FILE, 0o666)
    try:
        yield temporary, descriptor
    finally:
        os.close(descriptor)
        with suppress(FileNotFoundError):
            os.unlink(temporary)  # noqa: PTH108 - as above


def _link(temporary: str, path: str) -> None:
    """Give the file its name unless another took it meanwhile."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise OutputExistsError("the output exists already", path) from None
    except OSError:
        # Not every file system has links.
        if os.path.lexists(path):
            raise OutputExistsError("the output exists already", path) from None
        os.replace(temporary, path)  # noqa: PTH105 - as above
