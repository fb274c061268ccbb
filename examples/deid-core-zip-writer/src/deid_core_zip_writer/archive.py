"""A ZIP archive that has its name only when it is whole."""

from __future__ import annotations

import os
import tempfile
import weakref
import zipfile
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from deid_core import OutputExistsError, WriteError, WriteReceipt

READABLE = 0o644 << 16
"""Unix permissions of a member, where ZIP keeps them; without, it unpacks as unreadable."""


class Archive:
    """Collects members under a temporary name beside ``path``.

    Raises `OutputExistsError` if ``path`` exists and may not be replaced. If the run never
    comes to its end, the temporary file goes with the process.
    """

    def __init__(self, path: Path, *, overwrite: bool) -> None:
        self.path = path
        self.overwrite = overwrite
        self._refuse_existing()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(prefix=".deid-", suffix=".tmp", dir=path.parent)
        except OSError as error:
            raise _failed(error) from None
        self._temporary = Path(name)
        self._stream = os.fdopen(descriptor, "wb")
        self._zip = zipfile.ZipFile(self._stream, "w", zipfile.ZIP_DEFLATED)
        self.discard = weakref.finalize(self, _discard, self._zip, self._stream, self._temporary)

    def add(self, target: PurePosixPath, data: bytes) -> WriteReceipt:
        """Add a member. After a failure the archive is given up, and every member refused."""
        if not self.discard.alive:
            raise WriteError("the archive was given up after an earlier failure")
        info = zipfile.ZipInfo(str(target))
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = READABLE
        try:
            self._zip.writestr(info, data)
        except OSError as error:
            self.discard()
            raise _failed(error) from None
        return WriteReceipt(str(self.path / target), len(data))

    def finish(self) -> None:
        """Give the archive its name. Raises `WriteError`, and leaves nothing behind then."""
        if not self.discard.alive:
            raise WriteError("the archive was given up after a failure: nothing was written")
        try:
            self._zip.close()
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._refuse_existing()
            self._temporary.chmod(0o666 & ~_umask())
            self._temporary.replace(self.path)
        except OSError as error:
            raise _failed(error) from None
        finally:
            self.discard()

    def _refuse_existing(self) -> None:
        if self.path.exists() and not self.overwrite:
            raise OutputExistsError("the archive exists already", str(self.path))


def _discard(archive: zipfile.ZipFile, stream: BinaryIO, temporary: Path) -> None:
    with suppress(OSError, ValueError):
        archive.close()
    with suppress(OSError):
        stream.close()
    temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _failed(error: OSError) -> WriteError:
    return WriteError(f"the archive cannot be written: {error.strerror or type(error).__name__}")
