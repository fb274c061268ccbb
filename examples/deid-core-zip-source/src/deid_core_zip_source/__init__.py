"""A plugin that finds files inside of ZIP archives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from deid_core import DiscoveryOptions, FileRef, hookimpl


@hookimpl
def deid_discover_files(location: str, options: DiscoveryOptions) -> Iterator[FileRef] | None:
    """Find the members of an archive; any other location is not ours."""
    path = Path(location)
    if path.suffix.lower() != ".zip" or not path.is_file():
        return None
    from deid_core_zip_source.archive import members

    return members(path, options)
