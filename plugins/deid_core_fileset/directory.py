"""The DICOMDIR of a run: when it may be written, what it lists, and how it gets its name."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from weakref import WeakKeyDictionary

import attrs
from pydicom import config, dcmread
from pydicom.dataset import Dataset

from deid_core import Batch, FileReport, Outcome, SettingsError, WriteError
from deid_core.quiet import quiet_pydicom
from deid_core_fileset.layout import IMPLEMENTATION_UID, Node, encode
from deid_core_fileset.names import file_id, is_file_id
from deid_core_fileset.records import Unlisted, add_records, read_header

log = logging.getLogger("deid_core")

NAME = "DICOMDIR"


@attrs.define
class _Outputs:
    """What a run has written, and what was there already, as parts of a path."""

    written: set[tuple[str, ...]] = attrs.field(factory=set, repr=False)
    there: set[tuple[str, ...]] = attrs.field(factory=set, repr=False)
    unnamed: int = 0


_runs: WeakKeyDictionary[Batch, _Outputs] = WeakKeyDictionary()


def start(batch: Batch) -> None:
    """Begin to remember outputs.

    Raises `SettingsError` where a foreign DICOMDIR is in the way, and where names are to be others.
    """
    settings = batch.settings
    if settings.keep_names or settings.keeps_folders or settings.name_by is not None:
        raise SettingsError(
            "a DICOMDIR needs names of its own for the files: leave out the settings name_by, "
            "keep_names and keep_structure, or dicomdir"
        )
    _may_write(batch)
    _runs[batch] = _Outputs()


def _may_write(batch: Batch) -> None:
    path = batch.settings.output_folder / NAME
    if path.exists() and not batch.settings.overwrite and _listed(path) is None:
        raise SettingsError(
            f"{path} was not written by deid_core; choose another output folder, "
            "or ask for overwriting"
        )
    if os.path.realpath(path) in batch.inputs and not batch.settings.overwrite_inputs:
        raise SettingsError(f"{path} is an input of the run; choose another output folder")


def remember(report: FileReport, batch: Batch) -> None:
    """Remember the output of a file by its File ID, if it has one."""
    outputs = _runs.setdefault(batch, _Outputs())
    parts = _parts(Path(report.output or ""), batch.settings.output_folder)
    if not is_file_id(parts):
        outputs.unnamed += report.outcome is Outcome.WRITTEN
    elif report.outcome is Outcome.WRITTEN:
        outputs.written.add(parts)
    else:
        outputs.there.add(parts)


def _parts(path: Path, folder: Path) -> tuple[str, ...]:
    with suppress(ValueError):
        return path.relative_to(folder).parts
    return ()


def finish(batch: Batch) -> None:
    """Write the DICOMDIR of what this run wrote and of what earlier ones had listed.

    Without anything to list, none is written. What is left out is logged. Raises `WriteError`
    if the DICOMDIR cannot be written, and `SettingsError` if a foreign one came in its way.
    """
    outputs = _runs.pop(batch, _Outputs())
    _may_write(batch)
    folder = batch.settings.output_folder
    root = Node()
    mode = config.settings.writing_validation_mode
    config.settings.writing_validation_mode = config.IGNORE
    try:
        with quiet_pydicom():
            uids = list(_add_all(root, outputs, batch))
            if not uids:
                return
            number = int.from_bytes(batch.pseudonym_bytes("file-set", "\n".join(uids))[:16], "big")
            content = encode(root, f"2.25.{number}")
    finally:
        config.settings.writing_validation_mode = mode
    _replace(folder / NAME, content)


def _add_all(root: Node, outputs: _Outputs, batch: Batch) -> Iterator[str]:
    """Add the records of all outputs in the order of their File IDs; yield their UIDs."""
    folder = batch.settings.output_folder
    before = {parts for parts in _listed(folder / NAME) or () if folder.joinpath(*parts).is_file()}
    if outputs.unnamed:
        log.warning(
            "%s outputs are not in the DICOMDIR: their names are no File IDs, as where two "
            "files have one SOP Instance UID",
            outputs.unnamed,
        )
    ours = outputs.written | before
    seen: set[str] = set()
    for parts in sorted(ours | outputs.there):
        try:
            dataset = read_header(str(folder.joinpath(*parts)))
            uid = _new_uid(dataset, seen)
            if parts not in ours:
                _know(dataset, parts, batch)
            add_records(root, dataset, parts, batch)
        except Unlisted as reason:
            log.warning("%s is not in the DICOMDIR: %s", "/".join(parts), reason)
            continue
        seen.add(uid)
        yield uid


def _new_uid(dataset: Dataset, seen: set[str]) -> str:
    """Return the SOP Instance UID of a file, under which a DICOMDIR lists one file only."""
    uid = str(dataset.file_meta.MediaStorageSOPInstanceUID)
    if uid in seen:
        raise Unlisted("another file has its SOP Instance UID")
    return uid


def _know(dataset: Dataset, parts: tuple[str, ...], batch: Batch) -> None:
    """Make sure that a file that was there before came from a run like this, by its name."""
    if file_id(dataset, batch).parts != parts:
        raise Unlisted("it was there before, and deid_core has not named it")


def _listed(path: Path) -> list[tuple[str, ...]] | None:
    """Return the File IDs that a DICOMDIR of ours lists; None for any other file, or none."""
    try:
        with quiet_pydicom():
            directory = dcmread(path)
            if directory.file_meta.get("ImplementationClassUID") != IMPLEMENTATION_UID:
                return None
            names = [record.get("ReferencedFileID") for record in directory.DirectoryRecordSequence]
    except Exception:  # noqa: BLE001 - pydicom raises many for what is no DICOMDIR
        return None
    found = [(name,) if isinstance(name, str) else tuple(name) for name in names if name]
    # A name that was read from a file becomes a path only as a File ID, which leads nowhere else.
    return [parts for parts in found if is_file_id(parts)]


def _replace(path: Path, content: bytes) -> None:
    """Give the DICOMDIR its name when all of it is on the disk."""
    temporary = path.with_name(f".deid-{secrets.token_hex(8)}.tmp")
    try:
        with temporary.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError as error:
        raise WriteError(f"{path} cannot be written: {error.strerror}") from None
    finally:
        with suppress(OSError):
            temporary.unlink()
