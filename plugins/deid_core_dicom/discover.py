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
    """Yield the file at ``location``, or what lies below the folder at ``location`` by name.

    Returns None if there is nothing. A link to a folder is followed once. Nothing in a folder is
    passed over in silence: who opens a reference to what is no file, or to a folder that cannot be
    read, is told so.
    """
    path = Path(location)
    if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where it may not look
        return _below(path, options)
    if _is_regular(path):
        return iter([FileRef(path.name, path=path)])
    return None


def _below(base: Path, options: DiscoveryOptions) -> Iterator[FileRef]:
    seen: set[tuple[int, int]] = set()
    unreadable: list[Path] = []

    def note(error: OSError) -> None:
        log.warning("a folder cannot be read")
        unreadable.append(Path(error.filename))

    for folder, folders, names in os.walk(base, followlinks=True, onerror=note):
        yield from _refs(unreadable, base)
        try:
            status = os.stat(folder)  # noqa: PTH116 - as os.walk gives it
        except OSError as error:
            note(error)
            continue
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
            if options.check and not _passes(path, force=options.force):
                continue
            yield FileRef(name, parents, path)
    yield from _refs(unreadable, base)


def _refs(folders: list[Path], base: Path) -> Iterator[FileRef]:
    """Yield folders that cannot be read as files that cannot: what is in them is missing."""
    while folders:
        folder = folders.pop(0)
        parents = folder.relative_to(base).parts[:-1] if folder != base else ()
        yield FileRef(folder.name, parents, folder)


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False


def _passes(path: Path, *, force: bool) -> bool:
    try:
        with FileRef(path.name, path=path).open() as stream:
            head = stream.read(HEAD)
    except OSError:
        log.warning("a file cannot be opened and was passed over")
        return False
    if not looks_like_dicom(head, force=force):
        log.debug("%s does not look like DICOM and was passed over", path)
        return False
    return True
