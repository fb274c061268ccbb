"""The members of a tar: found from its beginning on, without ever going back."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Protocol, Self

import attrs

from deid_core import DeidError
from deid_core_archives.limits import (
    AT_ONCE,
    MAX_HEADER,
    ArchiveLimitError,
    DamagedArchiveError,
    Members,
    NotAFileError,
    State,
    Told,
    limit_of,
)

MOST_COMMON = 1000
"""Headers that hold for all members which follow: more are made to fill the memory."""


class Forward(Protocol):
    """A file that is read from its beginning to its end."""

    position: int
    """How many bytes were read or passed over."""

    def take(self, size: int) -> bytes:
        """Return so many bytes, or fewer at the end."""

    def skip(self, size: int) -> None:
        """Pass over so many bytes."""


class _Header(tarfile.TarInfo):
    """Makes an error of what `tarfile` takes for the end of an archive although it is none."""

    @classmethod
    def fromtarfile(cls, tarfile: tarfile.TarFile) -> Self:
        try:
            return super().fromtarfile(tarfile)
        except _header_error() as error:
            if type(error).__name__ == "EOFHeaderError":
                raise
            raise DamagedArchiveError("the archive is cut off, or damaged") from None


def _header_error() -> type[Exception]:
    return tarfile.HeaderError


class _ForTarfile:
    """What `tarfile` reads headers from."""

    def __init__(self, stream: Forward) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= MAX_HEADER:
            raise ArchiveLimitError("a header of the archive is too long")
        return self._stream.take(size)

    def seek(self, offset: int) -> int:
        if offset < self._stream.position:
            raise DamagedArchiveError("the headers of the archive contradict each other")
        self._stream.skip(offset - self._stream.position)
        return offset

    def tell(self) -> int:
        return self._stream.position


def headers(stream: Forward) -> Iterator[tarfile.TarInfo]:
    """Yield the headers of all members; the stream is at the first byte of what each holds.

    It may be read on until the next is asked for. Raises `DamagedArchiveError` and
    `ArchiveLimitError`.
    """
    try:
        with tarfile.open(fileobj=_ForTarfile(stream), mode="r:", tarinfo=_Header) as archive:  # type: ignore[call-overload]
            while (info := archive.next()) is not None:
                # It would keep what it has found.
                archive.members.clear()
                _check(info, archive.pax_headers)
                yield info
    except DeidError:
        raise
    except Exception:  # noqa: BLE001 - the archive is a stranger's; what is raised may quote a name
        raise DamagedArchiveError("the archive is cut off, or damaged") from None


def _check(info: tarfile.TarInfo, common: Mapping[str, str]) -> None:
    if info.size < 0 or len(common) > MOST_COMMON:
        raise DamagedArchiveError("the headers of the archive cannot be true")


def said_of(info: tarfile.TarInfo) -> Told | None:
    """Return what is said of a member that cannot be opened; None if it can."""
    if not info.isreg():
        return Told(NotAFileError, "is a link or a device in an archive, and no file")
    if info.issparse():
        return Told(DamagedArchiveError, "the member is sparse, which is not read: unpack it first")
    return limit_of(info.size)


class _Plain:
    """A tar that is not compressed: what is passed over is not read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.position = 0

    def take(self, size: int) -> bytes:
        data = self._stream.read(size)
        self.position += len(data)
        return data

    def skip(self, size: int) -> None:
        self.position = self._stream.seek(size, 1)


@attrs.frozen
class TarMember:
    """Opens one member by its place; can be pickled."""

    archive: Path = attrs.field(repr=False)
    state: State
    offset: int
    size: int

    def __call__(self) -> BinaryIO:
        """Return the member's bytes. Raises `DamagedArchiveError`, and ``OSError``."""
        with self.archive.open("rb") as stream:
            self.state.check(stream)
            stream.seek(self.offset)
            return content(stream.read, self.size)


def content(read: Reads, size: int) -> BinaryIO:
    """Return so many bytes in memory. Raises `DamagedArchiveError` if there are fewer."""
    found = BytesIO()
    while found.tell() < size:
        data = read(min(AT_ONCE, size - found.tell()))
        if not data:
            raise DamagedArchiveError("the member is cut off")
        found.write(data)
    found.seek(0)
    return found


class Reads(Protocol):
    """Reads on."""

    def __call__(self, size: int, /) -> bytes:
        """Return so many bytes, or fewer."""


def members(path: Path) -> Members:
    """Yield the members of the tar at ``path``."""
    try:
        stream = path.open("rb")
    except OSError:
        raise DamagedArchiveError("the archive cannot be read") from None
    with stream:
        state = State.of(stream)
        for info in headers(_Plain(stream)):
            if not info.isdir():
                opener = said_of(info) or TarMember(path, state, info.offset_data, info.size)
                yield info.name, opener
