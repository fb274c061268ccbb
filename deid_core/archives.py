"""Which names are those of archives: zip, and tar as it is or compressed."""

from __future__ import annotations

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
