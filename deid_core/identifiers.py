"""Identifiers by entity and item, as the seed keeps them: ``ids[entity][item][keyword]``."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from deid_core.batch import Batch
from deid_core.errors import FileError
from deid_core.host import PluginHost
from deid_core.model import FileRef, Identifiers
from deid_core.quiet import quiet_pydicom

log = logging.getLogger("deid_core")

Ids = dict[str, dict[str, Any]]


def gather(host: PluginHost, batch: Batch, refs: Iterable[FileRef]) -> Ids:
    """Read the files and file their identifiers by entity and item.

    A file that lacks one of the two attributes is filed under a key of its own, and one
    whose keys are taken already under its item and location, so that no file is lost. What
    cannot be read is logged and left out.
    """
    ids: Ids = {}
    for ref in refs:
        try:
            with quiet_pydicom():
                identifiers = host.extract_identifiers(host.read_file(ref, batch), batch)
                values = dict(identifiers.values)
        except FileError as error:
            log.error("%s: no identifiers: %s", ref.name, error)
            continue
        for keyword in identifiers.missing:
            log.warning("%s has no %s: filed under a key of its own", ref.name, keyword)
        items = ids.setdefault(identifiers.entity, {})
        key = identifiers.item
        if key in items:
            key = own_key(identifiers.item, ref)
            log.warning(
                "%s would be filed where another file is: filed under a key of its own", ref.name
            )
        items[key] = values
    return ids


def look_up(
    ids: Mapping[str, Mapping[str, Any]] | None,
    identifiers: Identifiers,
    ref: FileRef,
) -> Mapping[str, Any]:
    """Return the variables that the user gave for a file, or none.

    They stand under its location (see `get_identifiers`, ``by="file"``), or under entity and
    item.
    """
    by_file: Mapping[str, Any] | None = (ids or {}).get(ref.location)
    if by_file is not None:
        return by_file
    items = (ids or {}).get(identifiers.entity, {})
    found: Mapping[str, Any] = items.get(
        own_key(identifiers.item, ref), items.get(identifiers.item, {})
    )
    return found


def own_key(item: str, ref: FileRef) -> str:
    """Return a key for one file that no value of a data set can equal.

    A backslash separates values in DICOM (PS3.5 6.2), so a single value has none.
    """
    return f"{item}\\{ref.location}"
