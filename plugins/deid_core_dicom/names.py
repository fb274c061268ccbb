"""Name outputs by their de-identified values, and put them into folders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from deid_core import Batch, Instance, ReadError
from deid_core.elements import Elements, value_of
from deid_core.encoded.dataset import EncodedDataSet
from deid_core.template import read_template
from deid_core_dicom.uids import instance_uid, uid_in

SOP_INSTANCE_UID = 0x00080018
FILE_META_GROUP = 0x0002
MOST_BYTES = 1 << 16
"""Bytes of the longest value that may name a file: what is longer is not read for that."""
FOLDER_DIGITS = 16


def name_output(instance: Instance, batch: Batch) -> PurePosixPath:
    """Return the name of an output, as the settings want it.

    That is ``study/series/instance.dcm``, each the UID that the output holds, unless there is a
    template, or base names are kept. Folders that are kept stand before it, and instead of those
    of study and series. Base names and folders are as in the input: for the core to make safe.
    """
    settings = batch.settings
    if settings.keep_names:
        path = PurePosixPath(_part(instance.ref.name))
    elif settings.name_by is not None:
        path = read_template(settings.name_by).name(lambda tag: _values(instance, tag, batch))
    else:
        path = _by_uids(instance, batch)
        if settings.keeps_folders:
            path = PurePosixPath(path.name)
    if not settings.keeps_folders:
        return path
    return PurePosixPath(*_folders(instance.ref.folders, batch), path)


def _by_uids(instance: Instance, batch: Batch) -> PurePosixPath:
    folders = [uid_in(instance.elements, f"{level}InstanceUID") for level in ("Study", "Series")]
    name = f"{instance_uid(instance, batch)}.dcm"
    return PurePosixPath(*(folder for folder in folders if folder), name)


def _values(instance: Instance, tag: int, batch: Batch) -> Sequence[object]:
    """Return the values of an attribute that can be part of a name: texts and numbers.

    What cannot be decoded counts as missing.
    """
    if tag == SOP_INSTANCE_UID:
        return (instance_uid(instance, batch),)
    dataset = instance.elements
    elements: Elements = dataset.file_meta if tag >> 16 == FILE_META_GROUP else dataset
    if tag not in elements or _is_long(elements, tag):
        return ()
    try:
        value = value_of(elements, tag)
    except ReadError:
        return ()
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, str | int | float)]


def _is_long(elements: Elements, tag: int) -> bool:
    return (
        isinstance(elements, EncodedDataSet)
        and tag not in elements.overlay
        and elements.length(tag) > MOST_BYTES
    )


def _folders(folders: tuple[str, ...], batch: Batch) -> tuple[str, ...]:
    """Return the folders of an input, or what stands for each: for its name and those above it."""
    if not batch.settings.rename_folders:
        return tuple(map(_part, folders))
    return tuple(
        batch.pseudonym_bytes("folder", "/".join(folders[: depth + 1])).hex()[:FOLDER_DIGITS]
        for depth in range(len(folders))
    )


def _part(name: str) -> str:
    """Return a name that comes from outside as one part of a path, whatever it holds."""
    return name.replace("/", "_").strip(" .") or "_"
