"""Find files on disk, in a fixed order, without following links in circles."""

from __future__ import annotations

import fnmatch
import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from deid_core import DiscoveryOptions, FileRef
from deid_core_dicom.read import looks_like_dicom

log = logging.getLogger("deid_core")

HEAD = 1024
"""Bytes that are read to tell whether a file looks like DICOM."""


def discover(location: str, options: DiscoveryOptions) -> Iterator[FileRef] | None:
    """Yield the file at ``location``, or those below the folder at ``location`` by name.

    Returns None if there is nothing. Only regular files count; a link to a folder is followed
    once.
    """
    path = Path(location)
    if path.is_dir():
        return _below(path, options)
    if _is_regular(path):
        return iter([FileRef(path.name, path=path)])
    return None


def _below(base: Path, options: DiscoveryOptions) -> Iterator[FileRef]:
    seen: set[tuple[int, int]] = set()
    for folder, folders, names in os.walk(base, followlinks=True, onerror=_unreadable):
        status = os.stat(folder)  # noqa: PTH116 - as os.walk gives it
        identity = (status.st_dev, status.st_ino)
        if identity in seen:
            folders.clear()
            continue
        seen.add(identity)
        folders.sort()
        parents = Path(folder).relative_to(base).parts
        for name in sorted(names):
            path = Path(folder) / name
            if options.pattern and not fnmatch.fnmatch(name, options.pattern):
                continue
            if not _is_regular(path):
                continue
            if options.check and not _passes(path, force=options.force):
                continue
            yield FileRef(name, parents, path)


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False


def _passes(path: Path, *, force: bool) -> bool:
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD)
    except OSError:
        log.warning("a file cannot be opened and was passed over")
        return False
    if not looks_like_dicom(head, force=force):
        log.debug("%s does not look like DICOM and was passed over", path)
        return False
    return True


def _unreadable(_error: OSError) -> None:
    log.warning("a folder cannot be read and was passed over")
