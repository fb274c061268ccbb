"""What an archive may be, and what is said of one that is not."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import BinaryIO

import attrs

from deid_core import FileError, ReadError, SkippedError

MAX_MEMBERS = 250_000
MAX_MEMBER = 2 << 30
"""Bytes of a member: it is held in memory while it is read."""
MAX_TOTAL = 4 << 40
MAX_RATIO = 250
"""How often as large as in the archive something may become: coded and plain images become 20 times."""
ROOM = 256 << 20
"""Bytes that may come out at any ratio: an image may be all zeros."""
MAX_HEADER = 64 << 10
"""Bytes that are read at once of the headers of a tar."""
MAX_DIRECTORY = 32 << 20
"""Bytes of the directory of a zip."""
MAX_MEMORY = 256 << 20
"""Bytes that the decoder of an xz may ask for; what ``xz -9`` makes needs 65 MiB."""
AT_ONCE = 1 << 20


Opener = Callable[[], BinaryIO]
Members = Iterator[tuple[str, Opener]]
"""The members of an archive: what each is called there, and what opens it."""


class DamagedArchiveError(ReadError):
    """An archive or a member of one cannot be read."""

    code = "archive-damaged"


class EncryptedMemberError(ReadError):
    """A member is encrypted."""

    code = "archive-encrypted"


class ArchiveLimitError(ReadError):
    """An archive or a member is larger than what is safe to read, as one made to exhaust its reader."""

    code = "archive-limit"


class NotAFileError(SkippedError):
    """A member is a link or a device, which leads out of the archive or to nothing."""

    code = "archive-link"


class NestedArchiveError(SkippedError):
    """A member is an archive itself."""

    code = "archive-nested"


@attrs.frozen
class Told:
    """Opens nothing, but says in the report of the file why; can be pickled."""

    kind: type[FileError]
    reason: str

    def __call__(self) -> BinaryIO:
        """Raise the error."""
        raise self.kind(self.reason)


@attrs.frozen
class State:
    """What an archive was when its members were looked up."""

    changed: int
    size: int

    @classmethod
    def of(cls, stream: BinaryIO) -> State:
        """Return the state of an open file."""
        status = os.fstat(stream.fileno())
        return cls(status.st_mtime_ns, status.st_size)

    def check(self, stream: BinaryIO) -> None:
        """Raise `DamagedArchiveError` if the file is not what it was."""
        if State.of(stream) != self:
            raise DamagedArchiveError("the archive changed while it was read")


def grows_too_much(expanded: int, compressed: int) -> bool:
    """Tell whether so many bytes out of so many are too many."""
    return expanded > MAX_TOTAL or (expanded > ROOM and expanded > MAX_RATIO * compressed)


def limit_of(size: int) -> Told | None:
    """Return what is said of a member of this size, if it cannot be read."""
    if size > MAX_MEMBER:
        return Told(ArchiveLimitError, f"the member has more than {MAX_MEMBER} bytes")
    return None
