"""Data sets in memory and open files, as files: what the library takes besides paths."""

from __future__ import annotations

import copy
import os
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from pydicom import config, dcmwrite
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import (
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from deid_core.elements import held
from deid_core.errors import ReadError
from deid_core.judge import ILLEGAL_GROUPS
from deid_core.model import FileRef
from deid_core.quiet import quiet_pydicom

Source = str | os.PathLike[str] | FileRef | Dataset | BinaryIO
"""A file: its path or reference, a data set in memory, or a binary stream."""


def ref_of(source: Source, number: int = 1) -> FileRef:
    """Return a reference to a file, whatever it is given as.

    A data set is not changed: its encoded form goes through the same steps as any file.
    Raises `ReadError` if it cannot be encoded.
    """
    if isinstance(source, FileRef):
        return source
    if isinstance(source, str | os.PathLike):
        return FileRef(Path(source).name, path=Path(source))
    if isinstance(source, Dataset):
        content = encoded(source)
        name = os.fspath(getattr(source, "filename", None) or "")
        name = Path(name).name if isinstance(name, str) and name else f"dataset-{number}.dcm"
    else:
        content = source.read()
        name = f"stream-{number}.dcm"
    return FileRef(name, opener=partial(BytesIO, content))


def encoded(dataset: Dataset) -> bytes:
    """Return a data set as a Part 10 file.

    One that names no transfer syntax is encoded as it was read, or else in explicit VR little
    endian. Groups 0000 and 0002, which no data set may hold, are left out. Raises
    `ReadError`.
    """
    implicit, little = dataset.original_encoding
    file_meta = FileMetaDataset()
    given = getattr(dataset, "file_meta", None)
    if given is not None:
        file_meta.update(given)
    if not file_meta.get("TransferSyntaxUID"):
        file_meta.TransferSyntaxUID = _syntax(implicit, little)
    whole = FileDataset("", Dataset(), preamble=bytes(128), file_meta=file_meta)
    for tag in dataset.keys():  # noqa: SIM118 - a Dataset iterates over converted elements
        if tag >> 16 not in ILLEGAL_GROUPS:
            whole[tag] = _own(held(dataset, tag))
    if implicit is not None and little is not None:
        whole.set_original_encoding(implicit, little, dataset.original_character_set)
    stream = BytesIO()
    mode = config.settings.writing_validation_mode
    config.settings.writing_validation_mode = config.IGNORE
    try:
        with quiet_pydicom():
            dcmwrite(stream, whole)
    except Exception as error:  # noqa: BLE001 - pydicom raises many, and quotes values
        raise ReadError(f"the data set cannot be encoded ({type(error).__name__})") from None
    finally:
        config.settings.writing_validation_mode = mode
    return stream.getvalue()


def _own(element: DataElement | RawDataElement) -> DataElement | RawDataElement:
    """Return an element that may be changed: writing settles VRs that are ambiguous, in place."""
    unsettled = element.VR is not None and (element.VR == "SQ" or " or " in element.VR)
    return copy.deepcopy(element) if unsettled else element


def _syntax(implicit: bool | None, little: bool | None) -> UID:  # noqa: FBT001 - as pydicom keeps them
    if implicit:
        return ImplicitVRLittleEndian
    return ExplicitVRBigEndian if little is False else ExplicitVRLittleEndian
