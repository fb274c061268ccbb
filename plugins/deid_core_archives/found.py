"""The members of archives as files of a run."""

from __future__ import annotations

import fnmatch
import logging
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from deid_core import DeidError, DiscoveryOptions, FileRef
from deid_core.archives import archive_kind
from deid_core_archives.limits import (
    MAX_MEMBERS,
    ArchiveLimitError,
    DamagedArchiveError,
    Members,
    NestedArchiveError,
    Opener,
    Told,
)

log = logging.getLogger("deid_core")

PREFIX_AT, PREFIX = 128, b"DICM"
GROUP_8 = (b"\x08\x00", b"\x00\x08")
"""How a data set without preamble begins, in either byte order."""


def opened(found: Iterable[FileRef], location: str, options: DiscoveryOptions) -> Iterator[FileRef]:
    """Yield files, and instead of each that is an archive its members.

    An archive that is in a folder is left as it is where the options say so. What is wrong with an
    archive is told as with a file: the members that could be found before come all the same.
    """
    for ref in found:
        kind = archive_kind(ref.name) if ref.path is not None and ref.opener is None else None
        if kind is None or ref.path is None or _is_dicom(ref.path):
            yield ref
        elif ref.path == Path(location):
            yield from _refs(ref, kind, ref.path, (), options)
        elif options.archives:
            yield from _refs(ref, kind, _base(ref), (*ref.folders, ref.name), options)
        else:
            yield ref


def _is_dicom(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(PREFIX_AT + 4)[PREFIX_AT:] == PREFIX
    except OSError:
        return False


def _base(ref: FileRef) -> Path:
    """Return the folder from which the folders of a file count."""
    assert ref.path is not None  # noqa: S101 - `opened` has asked
    parents = ref.path.absolute().parents
    return parents[min(len(ref.folders), len(parents) - 1)]


def _refs(
    ref: FileRef, kind: str, container: Path, outer: tuple[str, ...], options: DiscoveryOptions
) -> Iterator[FileRef]:
    assert ref.path is not None  # noqa: S101 - `opened` has asked
    members = _members(ref.path, kind)
    told = None
    try:
        for filename, opener in islice(members, MAX_MEMBERS):
            inner, name = _split(filename)
            if options.pattern and not fnmatch.fnmatch(name, options.pattern):
                continue
            if archive_kind(name) is not None:
                opener = Told(NestedArchiveError, "is an archive within an archive")  # noqa: PLW2901 - of the same member
            if options.check and not _passes(opener, force=options.force):
                continue
            yield FileRef(name, (*outer, *inner), opener=opener, container=container)
        if next(members, None) is not None:
            told = Told(ArchiveLimitError, f"the archive has more than {MAX_MEMBERS} members")
    except (ArchiveLimitError, DamagedArchiveError) as error:
        told = Told(type(error), str(error))
    if told is not None:
        yield FileRef(ref.name, ref.folders, opener=told, container=_base(ref))


def _members(path: Path, kind: str) -> Members:
    """Return the members of an archive, in its order.

    Raises `DamagedArchiveError` and `ArchiveLimitError`, also on the way.
    """
    if kind == "zip":
        from deid_core_archives.zips import members  # noqa: PLC0415 - few runs need both

        return members(path)
    if kind == "tar":
        from deid_core_archives.tars import members as plain  # noqa: PLC0415 - as above

        return plain(path)
    from deid_core_archives.streams import members as streamed  # noqa: PLC0415 - as above

    return streamed(path, kind)


def _split(filename: str) -> tuple[tuple[str, ...], str]:
    """Return the folders and the base name of a member, without any way out of the archive."""
    parts = [
        part
        for part in re.split(r"[/\\]", filename.replace("\0", "_"))
        if part not in ("", ".", "..")
    ]
    return (tuple(parts[:-1]), parts[-1]) if parts else ((), "member")


def _passes(opener: Opener, *, force: bool) -> bool:
    """Tell whether a member is worth reading, where only what looks like DICOM was asked for."""
    try:
        with opener() as stream:
            head = stream.read(PREFIX_AT + 4)
    except (DeidError, OSError):
        log.warning("a member of an archive cannot be read and was passed over")
        return False
    return force or head[PREFIX_AT:] == PREFIX or head[:2] in GROUP_8
