"""A finished instance as a Part 10 file (PS3.10 7), for whoever writes outputs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import BinaryIO

from pydicom import config, dcmwrite, filewriter
from pydicom.uid import UID

from deid_core.encoded.dataset import EncodedDataSet
from deid_core.encoded.writing import Piece, pieces
from deid_core.errors import WriteError
from deid_core.model import Instance

PREAMBLE = bytes(128) + b"DICM"
GROUP_LENGTH = 0x00020000
GROUP_LENGTH_HEAD = b"\2\0\0\0UL\4\0"


def pieces_of(dataset: EncodedDataSet) -> Iterator[Piece]:
    """Yield the pieces of a Part 10 file (PS3.10 7.1): bytes, or ranges of the source."""
    meta = dataset.file_meta
    content = b"".join(
        piece
        for piece in pieces(meta, {**meta.overlay, GROUP_LENGTH: None})
        if isinstance(piece, bytes)
    )
    yield b"".join((PREAMBLE, GROUP_LENGTH_HEAD, len(content).to_bytes(4, "little"), content))
    yield from pieces(dataset)


def encode(instance: Instance, stream: BinaryIO) -> None:
    """Write a finished instance to ``stream`` as a Part 10 file.

    A file that says nowhere which SOP Class it is does not say it afterwards either. Raises
    `WriteError` for what cannot be encoded, `ReadError` if the source changed since it was opened,
    and what the stream raises.
    """
    if isinstance(instance.elements, EncodedDataSet):
        stream.writelines(_in_memory(instance.elements))
        if instance.elements.source is not None:
            instance.elements.source.check()
        return
    dataset = instance.dataset
    sop_class = dataset.file_meta.get("MediaStorageSOPClassUID")
    is_whole = isinstance(sop_class, str) and bool(sop_class.strip("\0 "))
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


def _in_memory(dataset: EncodedDataSet) -> Iterator[bytes]:
    for piece in pieces_of(dataset):
        yield piece if isinstance(piece, bytes) else dataset.bytes_of(*piece)


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
