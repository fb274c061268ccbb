"""Find files, and get their identifiers."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from deid_core.batch import Batch
from deid_core.dicom.fields import fields_of
from deid_core.dicom.files import Files, refs_of
from deid_core.engine import Engine
from deid_core.errors import FileError, NoPluginAnsweredError, SettingsError
from deid_core.host import PluginHost
from deid_core.identifiers import Ids, gather
from deid_core.model import DiscoveryOptions, FileRef
from deid_core.quiet import quiet_pydicom
from deid_core.settings import Settings
from deid_core.settings_file import read_settings

log = logging.getLogger("deid_core")

Config = str | os.PathLike[str] | Mapping[str, Any] | Settings | None


def get_files(
    contenders: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    check: bool = True,  # noqa: FBT001, FBT002 - as in the seed
    pattern: str | None = None,
    force: bool = False,  # noqa: FBT001, FBT002 - as in the seed
    config: Config = None,
) -> Iterator[str]:
    """Yield the paths of the files at or below ``contenders``, folder by folder in order.

    With ``check``, what does not look like DICOM is passed over; ``pattern`` is a shell
    pattern for base names; ``force`` lets through what only might be DICOM. A file that a
    plugin found elsewhere than on disk is yielded as its `FileRef`.

    Raises `SettingsError` if there is nothing at a contender.
    """
    if isinstance(contenders, str | os.PathLike):
        contenders = [contenders]
    host = PluginHost.load(read_settings(config).plugins)
    options = DiscoveryOptions(pattern=pattern, check=check, force=force)
    for contender in contenders:
        location = os.fspath(contender)
        try:
            refs = host.discover_files(location, options)
            for ref in refs:
                if ref.path is None:
                    yield ref  # type: ignore[misc]
                elif ref.path.is_file():
                    yield str(ref.path)
        except NoPluginAnsweredError:
            raise SettingsError(f"{location}: no such file or folder") from None


def get_identifiers(  # noqa: PLR0913, PLR0917 - the seed's arguments
    dicom_files: Files,
    entity_id: str | None = None,
    item_id: str | None = None,
    config: Config = None,
    force: bool = False,  # noqa: FBT001, FBT002 - as in the seed
    by: str = "entity",
) -> Ids:
    """Read the identifiers of files: ``ids[entity][item]`` maps keyword to value.

    With ``by="file"`` they are given for each file, as ``ids[path][uid]``: a `DicomField` for
    every element at every depth, file meta information included. ``path`` is absolute;
    a data set in memory has a name made up for it.

    ``entity_id`` and ``item_id`` are the keywords of the attributes to file them under,
    patient and instance unless told otherwise. Numbers are numbers, names are text,
    sequences and binary values are left out. No file is lost: one that lacks an attribute,
    or shares both keys with another, has a key of its own, and a warning says so.
    """
    if by not in ("entity", "file"):
        raise SettingsError(f"by must be 'entity' or 'file', not {by!r}")
    settings = read_settings(config)
    settings = attrs.evolve(
        settings,
        entity_id=entity_id or settings.entity_id,
        item_id=item_id or settings.item_id,
        force=force or settings.force,
    )
    host = PluginHost.load(settings.plugins)
    batch = Engine(host, settings=settings).batch
    refs = refs_of(dicom_files)
    return _by_file(host, batch, refs) if by == "file" else gather(host, batch, refs)


def _by_file(host: PluginHost, batch: Batch, refs: Iterable[FileRef]) -> Ids:
    found: Ids = {}
    for ref in refs:
        try:
            with quiet_pydicom():
                fields = fields_of(host.read_file(ref, batch).dataset)
        except FileError as error:
            log.error("%s: no identifiers: %s", ref.name, error)
            continue
        found[ref.location] = dict(fields)
    return found
