"""The members of a ZIP archive as files, none of which is ever unpacked to disk."""

from __future__ import annotations

import fnmatch
import logging
import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import attrs

from deid_core import DiscoveryOptions, FileRef, ReadError
from deid_core_dicom.read import looks_like_dicom

log = logging.getLogger("deid_core")

HEAD = 1024
MAX_MEMBERS = 200_000
MAX_MEMBER = 2 * 2**30
"""Bytes that a member may have: it is held in memory while it is read."""
MAX_RATIO = 1032
"""What deflate can at most do: an archive that promises more holds some bytes several times."""
METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""Other methods cannot be stopped once a small input grows in memory."""
ENCRYPTED = 0x1


@attrs.frozen
class Member:
    """Opens one member. By number, since two members may have one name; can be pickled."""

    archive: Path = attrs.field(repr=False)
    number: int

    def __call__(self) -> BinaryIO:
        """Return the member's bytes. Raises ``OSError`` if they cannot be had."""
        return BytesIO(self.read())

    def read(self, size: int = MAX_MEMBER) -> bytes:
        """Return at most the first ``size`` bytes."""
        try:
            with zipfile.ZipFile(self.archive) as archive:
                info = archive.infolist()[self.number]
                _refuse(info)
                with archive.open(info) as stream:
                    return stream.read(size)
        except (zipfile.BadZipFile, zlib.error, EOFError, IndexError):
            raise OSError(None, "the member is damaged") from None


def _refuse(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & ENCRYPTED:
        raise OSError(None, "the member is encrypted")
    if info.compress_type not in METHODS:
        raise OSError(None, "the member is compressed by a method other than deflate")
    if info.file_size > MAX_MEMBER:
        raise OSError(None, f"the member has more than {MAX_MEMBER} bytes")


def members(path: Path, options: DiscoveryOptions) -> Iterator[FileRef]:
    """Yield the members of the archive at ``path`` in its order.

    Raises `ReadError` for what is no archive or is made to exhaust its reader.
    """
    for number, info in enumerate(_infos(path)):
        folders, name = _split(info.filename)
        if info.is_dir() or (options.pattern and not fnmatch.fnmatch(name, options.pattern)):
            continue
        member = Member(path, number)
        if options.check and not _passes(member, force=options.force):
            continue
        yield FileRef(name, folders, opener=member, container=path)


def _infos(path: Path) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (OSError, zipfile.BadZipFile, NotImplementedError):
        raise ReadError("the ZIP archive cannot be read") from None
    if len(infos) > MAX_MEMBERS:
        raise ReadError(f"the ZIP archive has more than {MAX_MEMBERS} members")
    if sum(info.file_size for info in infos) > MAX_RATIO * path.stat().st_size:
        raise ReadError("the ZIP archive promises more bytes than it can hold")
    return infos


def _split(filename: str) -> tuple[tuple[str, ...], str]:
    """Return folders and base name, without any way out of the archive."""
    parts = [part for part in re.split(r"[/\\]", filename) if part not in ("", ".", "..")]
    return (tuple(parts[:-1]), parts[-1]) if parts else ((), "member")


def _passes(member: Member, *, force: bool) -> bool:
    try:
        return looks_like_dicom(member.read(HEAD), force=force)
    except OSError:
        log.warning("a member of an archive cannot be read and was passed over")
        return False
