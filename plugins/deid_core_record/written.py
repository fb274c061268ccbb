"""Where an output is, if it is there as it was written."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path, PurePath

from deid_core import DiscoveryOptions, FileRef, PluginHost, PluginSettings
from deid_core_record.journal import Entry

GONE = "The output is not there as it was written."


def output_of(folder: Path, entry: Entry) -> FileRef | None:
    """Return an output in a folder; None if it is gone or has another size."""
    if entry.output is None or ".." in PurePath(entry.output).parts:
        return None
    path = folder / entry.output
    try:
        is_there = path.is_file() and path.stat().st_size == entry.output_size
    except OSError:
        return None
    return FileRef(path.name, path=path) if is_there else None


def members_at(
    archive: Path, locations: Collection[str], plugins: PluginSettings
) -> dict[str, FileRef]:
    """Return the members of an archive that lie at these locations; none is opened for that."""
    found: dict[str, FileRef] = {}
    if not locations:
        return found
    try:
        for ref in PluginHost.load(plugins).discover_files(str(archive), DiscoveryOptions()):
            if ref.location in locations:
                found[ref.location] = ref
                if len(found) == len(locations):
                    break
    except Exception:  # noqa: BLE001 - of whatever plugin; what was found before is shown
        return found
    return found
