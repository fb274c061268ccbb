"""Which names are those of archives (zip, tar as it is or compressed), and what lies in one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deid_core.model import FileRef

SUFFIXES = {
    ".zip": "zip",
    ".tar": "tar",
    ".tar.gz": "tar.gz",
    ".tgz": "tar.gz",
    ".tar.bz2": "tar.bz2",
    ".tbz2": "tar.bz2",
    ".tar.xz": "tar.xz",
    ".txz": "tar.xz",
}
"""The kind of an archive by how its name ends."""

_ALL = tuple(SUFFIXES)


def archive_kind(name: str) -> str | None:
    """Return the kind of archive that a file has by its name, one of `SUFFIXES`; None for no archive."""
    name = name.lower()
    if not name.endswith(_ALL):
        return None
    return next(kind for suffix, kind in SUFFIXES.items() if name.endswith(suffix))


def is_compressed(name: str) -> bool:
    """Tell whether a name is that of a tar that is compressed: what is in it is reached from its beginning."""
    return (archive_kind(name) or "").startswith("tar.")


def archive_of(ref: FileRef) -> Path | None:
    """Return the archive in which a file lies; None if it lies in none."""
    path = ref.container
    if path is None:
        return None
    for part in (None, *ref.folders):
        path = path / part if part is not None else path
        if archive_kind(path.name) is not None and path.is_file():
            return path
    return None
