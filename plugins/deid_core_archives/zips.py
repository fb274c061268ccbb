"""The members of a zip (APPNOTE.TXT of PKWARE), each read by itself."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import attrs

from deid_core_archives.limits import (
    AT_ONCE,
    MAX_DIRECTORY,
    MAX_MEMBERS,
    ArchiveLimitError,
    DamagedArchiveError,
    EncryptedMemberError,
    Members,
    NotAFileError,
    Opener,
    State,
    Told,
    grows_too_much,
    limit_of,
)

ENCRYPTED = 0x1
UNIX = 3
"""The system whose permissions and kinds of files stand with a member (APPNOTE 4.4.2)."""
LOCAL_HEADER = b"PK\3\4"
LOCAL_LENGTH = 30
"""Bytes of the header before a member; its name and extra field follow (APPNOTE 4.3.7)."""


class _Bounded(io.FileIO):
    """A file of which not too much is read at once, whatever its headers claim."""

    def read(self, size: int | None = -1) -> bytes:
        if size is None or size < 0:
            size = MAX_DIRECTORY
        if size > MAX_DIRECTORY:
            raise ArchiveLimitError("the directory of the archive is too large")
        return super().read(size) or b""


@attrs.frozen
class ZipMember:
    """Opens one member by its place; can be pickled.

    `zipfile` would read the directory of the whole archive again for each.
    """

    archive: Path = attrs.field(repr=False)
    state: State
    offset: int
    compressed: int
    size: int
    checksum: int
    deflated: bool

    def __call__(self) -> BinaryIO:
        """Return the member's bytes. Raises `DamagedArchiveError`, and ``OSError``."""
        with self.archive.open("rb") as stream:
            self.state.check(stream)
            stream.seek(self.offset)
            header = stream.read(LOCAL_LENGTH)
            if len(header) < LOCAL_LENGTH or not header.startswith(LOCAL_HEADER):
                raise DamagedArchiveError("the member is not where the archive says")
            lengths = int.from_bytes(header[26:28], "little"), int.from_bytes(header[28:], "little")
            stream.seek(sum(lengths), io.SEEK_CUR)
            content = self._content(stream)
        content.seek(0)
        return content

    def _content(self, stream: BinaryIO) -> BytesIO:
        found, checksum = BytesIO(), 0
        try:
            for piece in self._pieces(stream):
                checksum = zlib.crc32(piece, checksum)
                found.write(piece)
                if found.tell() > self.size:
                    break
        except zlib.error:
            raise DamagedArchiveError("the member is damaged") from None
        if found.tell() != self.size or checksum != self.checksum:
            raise DamagedArchiveError("the member is damaged: it is not what its checksum says")
        return found

    def _pieces(self, stream: BinaryIO) -> Iterator[bytes]:
        return (_expanded if self.deflated else _pieces)(stream, self.compressed)


def _pieces(stream: BinaryIO, size: int) -> Iterator[bytes]:
    """Yield so many bytes of a stream, or fewer at its end."""
    while size and (piece := stream.read(min(AT_ONCE, size))):
        size -= len(piece)
        yield piece


def _expanded(stream: BinaryIO, size: int) -> Iterator[bytes]:
    """Yield what so many deflated bytes expand to, piece by piece (RFC 1951)."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    for piece in _pieces(stream, size):
        data = piece
        while data and not inflater.eof:
            yield inflater.decompress(data, AT_ONCE)
            data = inflater.unconsumed_tail
        if inflater.eof:
            return
    # It can hold back the end of a copy, though it has had all that there is.
    yield inflater.flush()


def members(path: Path) -> Members:
    """Yield the members of the zip at ``path``."""
    try:
        with _Bounded(path) as stream, zipfile.ZipFile(stream) as archive:
            state = State.of(stream)
            infos = archive.infolist()
    except ArchiveLimitError:
        raise
    except Exception:  # noqa: BLE001 - the archive is a stranger's; what is raised may quote a name
        raise DamagedArchiveError("the archive cannot be read") from None
    if len(infos) > MAX_MEMBERS:
        raise ArchiveLimitError(f"the archive has more than {MAX_MEMBERS} members")
    inside, outside = sum(i.compress_size for i in infos), sum(i.file_size for i in infos)
    if inside > state.size or grows_too_much(outside, state.size):
        raise ArchiveLimitError("the archive promises more bytes than one can that is honest")
    for info in infos:
        if not info.is_dir():
            yield info.filename, _opener(path, state, info)


def _opener(path: Path, state: State, info: zipfile.ZipInfo) -> Opener:
    """Return what opens a member, or says why it cannot be opened."""
    kind = stat.S_IFMT(info.external_attr >> 16) if info.create_system == UNIX else 0
    if kind not in (0, stat.S_IFREG):
        return Told(NotAFileError, "is a link or a device in an archive, and no file")
    if info.flag_bits & ENCRYPTED:
        return Told(EncryptedMemberError, "the member is encrypted: unpack the archive first")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return Told(DamagedArchiveError, "the member is compressed by another method than deflate")
    if grows_too_much(info.file_size, info.compress_size):
        return Told(ArchiveLimitError, "the member is made to become too large when it is read")
    return limit_of(info.file_size) or ZipMember(
        path,
        state,
        info.header_offset,
        info.compress_size,
        info.file_size,
        info.CRC,
        info.compress_type == zipfile.ZIP_DEFLATED,
    )
