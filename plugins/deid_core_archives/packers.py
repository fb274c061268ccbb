"""Pack outputs as zip or tar: the same members give the same bytes, whenever and wherever."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zipfile
from io import BytesIO
from typing import BinaryIO, Protocol, cast

LEVEL = 3
"""Of deflate: for images it takes half the time of the usual 6, and one or two percent more room."""
READABLE = 0o644
"""Permissions of a member: without, some programs unpack it as unreadable."""
UNIX = 3
"""The system that permissions are of (APPNOTE 4.4.2)."""


class Packer(Protocol):
    """Puts members one after the other into an open file."""

    def add(self, name: str, content: BytesIO) -> None:
        """Add a member. Raises ``OSError``."""

    def close(self) -> None:
        """Write what belongs at the end. Raises ``OSError``."""

    def give_up(self) -> None:
        """Let go of the file, whatever is in it."""


class _Zip:
    def __init__(self, stream: BinaryIO) -> None:
        self._archive = zipfile.ZipFile(
            stream, "w", zipfile.ZIP_DEFLATED, allowZip64=True, compresslevel=LEVEL
        )

    def add(self, name: str, content: BytesIO) -> None:
        # A ZipInfo made by hand has the date 1980-01-01: when a file was written says something.
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.create_system = UNIX
        info.external_attr = READABLE << 16
        self._archive.writestr(info, content.getbuffer())

    def close(self) -> None:
        self._archive.close()

    def give_up(self) -> None:
        self._archive.close()


class _Tar:
    def __init__(self, kind: str, stream: BinaryIO) -> None:
        self._stream = _encoder(kind, stream)
        self._is_own = self._stream is not stream
        self._archive = tarfile.open(  # noqa: SIM115 - closed when the run ends
            fileobj=self._stream, mode="w:", format=tarfile.PAX_FORMAT
        )

    def add(self, name: str, content: BytesIO) -> None:
        info = tarfile.TarInfo(name)
        info.mode = READABLE
        info.size = content.getbuffer().nbytes
        content.seek(0)
        self._archive.addfile(info, content)
        # It would keep a header of each.
        self._archive.members.clear()  # type: ignore[attr-defined]

    def close(self) -> None:
        self._archive.close()
        if self._is_own:
            self._stream.close()

    def give_up(self) -> None:
        if self._is_own:
            self._stream.close()


def _encoder(kind: str, stream: BinaryIO) -> BinaryIO:
    if kind == "tar.gz":
        # Without them its header has a name, and the time.
        made = gzip.GzipFile("", "wb", LEVEL, stream, mtime=0)
        return cast("BinaryIO", made)
    if kind == "tar.bz2":
        return cast("BinaryIO", bz2.BZ2File(stream, "wb"))
    if kind == "tar.xz":
        return cast("BinaryIO", lzma.LZMAFile(stream, "wb"))
    return stream


def packer_of(kind: str, stream: BinaryIO) -> Packer:
    """Return what packs the kind of archive that `deid_core.archives.archive_kind` gives."""
    return _Zip(stream) if kind == "zip" else _Tar(kind, stream)
