"""Find files, and get their identifiers."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from deid_core.dicom.files import Files, refs_of
from deid_core.engine import Engine
from deid_core.errors import NoPluginAnsweredError, SettingsError
from deid_core.host import PluginHost
from deid_core.identifiers import Ids, gather
from deid_core.model import DiscoveryOptions
from deid_core.settings import Settings, read_settings

Config = str | os.PathLike[str] | Mapping[str, Any] | Settings | None


def get_files(
    contenders: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    check: bool = True,  # noqa: FBT001, FBT002 - as in the seed
    pattern: str | None = None,
    force: bool = False,  # noqa: FBT001, FBT002
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
                yield ref if ref.path is None else str(ref.path)  # type: ignore[misc]
        except NoPluginAnsweredError:
            raise SettingsError(f"{location}: no such file or folder") from None


def get_identifiers(
    dicom_files: Files,
    entity_id: str | None = None,
    item_id: str | None = None,
    config: Config = None,
    force: bool = False,  # noqa: FBT001, FBT002 - as in the seed
) -> Ids:
    """Read the identifiers of files: ``ids[entity][item]`` maps keyword to value.

    ``entity_id`` and ``item_id`` are the keywords of the attributes to file them under,
    patient and instance unless told otherwise. Numbers are numbers, names are text,
    sequences and binary values are left out. No file is lost: one that lacks an attribute,
    or shares both keys with another, has a key of its own, and a warning says so.
    """
    settings = read_settings(config)
    settings = attrs.evolve(
        settings,
        entity_id=entity_id or settings.entity_id,
        item_id=item_id or settings.item_id,
        force=force or settings.force,
    )
    host = PluginHost.load(settings.plugins)
    return gather(host, Engine(host, settings=settings).batch, refs_of(dicom_files))
