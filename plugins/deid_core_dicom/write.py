"""Write a Part 10 file: whole or not at all, and with nothing of the input's file meta."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from pydicom import config, dcmwrite, filewriter
from pydicom.uid import UID

from deid_core import Batch, Instance, OutputExistsError, WriteError, WriteReceipt
from deid_core_dicom.uids import uid_in


def write(instance: Instance, target: PurePosixPath, batch: Batch) -> WriteReceipt:
    """Write ``instance`` to ``target`` below the output folder.

    The bytes go to a temporary name beside the target, which gets its own name when all are
    on disk. Raises `OutputExistsError` and `WriteError`; neither leaves anything behind.
    """
    settings = batch.settings
    path = Path(settings.output_folder, *target.parts)
    try:
        if path.exists():
            if not settings.overwrite:
                raise OutputExistsError("the output exists already", str(path))
            if instance.ref.path is not None and path.samefile(instance.ref.path):
                raise WriteError("the output would replace its own input; choose another folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        return WriteReceipt(str(path), _write_whole(instance, path, batch))
    except OSError as error:
        raise WriteError(f"cannot be written: {error.strerror or type(error).__name__}") from None


def _write_whole(instance: Instance, path: Path, batch: Batch) -> int:
    descriptor, name = tempfile.mkstemp(prefix=batch.mark, suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            encode(instance, stream)
            stream.flush()
            os.fsync(stream.fileno())
            size = stream.tell()
        temporary.chmod(0o666 & ~_umask())
        if batch.settings.overwrite:
            temporary.replace(path)
        else:
            _link(temporary, path)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()
    return size


def _link(temporary: Path, path: Path) -> None:
    """Give the file its name unless another took it meanwhile."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise OutputExistsError("the output exists already", str(path)) from None
    except OSError:
        # Not every file system has links.
        if path.exists():
            raise OutputExistsError("the output exists already", str(path)) from None
        temporary.replace(path)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def encode(instance: Instance, stream: BinaryIO) -> None:
    """Write a finished instance to ``stream`` as a Part 10 file (PS3.10 7).

    For other writers too. A file that says nowhere which SOP Class it is does not say it
    afterwards either. Raises `WriteError` for what cannot be encoded, and what the stream raises.
    """
    dataset = instance.dataset
    is_whole = bool(uid_in(dataset.file_meta, "MediaStorageSOPClassUID"))
    if not is_whole:
        # pydicom counts the length of the group itself where it may add what is missing.
        dataset.file_meta.FileMetaInformationGroupLength = 0
    mode = config.settings.writing_validation_mode
    config.settings.writing_validation_mode = config.IGNORE
    syntax = UID(dataset.file_meta.TransferSyntaxUID)
    implicit, little = dataset.original_encoding if syntax.is_private else (None, None)
    try:
        with _short_errors():
            dcmwrite(
                stream,
                dataset,
                enforce_file_format=is_whole,
                implicit_vr=implicit,
                little_endian=little,
            )
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - pydicom raises many, and quotes values
        raise WriteError(f"cannot be encoded ({type(error).__name__})") from None
    finally:
        config.settings.writing_validation_mode = mode


@contextmanager
def _short_errors() -> Iterator[None]:
    """Keep pydicom from wrapping an error in a longer one at every level of nesting.

    Each of its messages holds the one below twice, so that depth would exhaust the memory.
    """
    names = vars(filewriter)
    wrapping = names["tag_in_exception"]
    names["tag_in_exception"] = lambda _tag: nullcontext()
    try:
        yield
    finally:
        names["tag_in_exception"] = wrapping
