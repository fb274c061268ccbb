"""The archive that a run writes: it has its name only when it is whole."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from io import BytesIO
from pathlib import Path, PurePosixPath
from weakref import WeakKeyDictionary

import attrs

from deid_core import (
    Batch,
    Instance,
    OutputExistsError,
    Settings,
    SettingsError,
    WriteError,
    WriteReceipt,
)
from deid_core.archives import archive_kind
from deid_core.part10 import encode
from deid_core_archives.packers import packer_of

NEW_FILE = os.O_RDWR | os.O_CREAT | os.O_EXCL
NEW_FILE |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)

_open: WeakKeyDictionary[Batch, Output] = WeakKeyDictionary()
"""The archives of the runs under way."""


class Output:
    """An archive under a temporary name beside ``path``.

    Raises `OutputExistsError` if ``path`` exists and may not be replaced, and `WriteError`.
    """

    def __init__(self, path: Path, kind: str, mark: str, *, overwrite: bool) -> None:
        self.path = path
        self._overwrite = overwrite
        self._refuse_existing()
        self._temporary = path.with_name(f"{mark}{os.getpid()}-archive.tmp")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = os.fdopen(os.open(self._temporary, NEW_FILE, 0o666), "w+b")
        except OSError as error:
            raise _failed(error) from None
        self._is_open = True
        self._packer = packer_of(kind, self._stream)

    def add(self, target: PurePosixPath, content: BytesIO) -> WriteReceipt:
        """Add a member. After a failure the archive is given up, and every member refused."""
        if not self._is_open:
            raise WriteError("the archive was given up after an earlier failure")
        try:
            self._packer.add(str(target), content)
        except OSError as error:
            self.discard()
            raise _failed(error) from None
        return WriteReceipt(str(self.path / target), content.getbuffer().nbytes)

    def finish(self) -> None:
        """Give the archive its name. Raises `WriteError`, and leaves nothing behind then."""
        if not self._is_open:
            raise WriteError(f"{self.path}: was given up after a failure: nothing was written")
        try:
            self._packer.close()
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._name()
        except OSError as error:
            raise _failed(error) from None
        finally:
            self.discard()

    def _name(self) -> None:
        if not self._overwrite:
            with suppress(OSError):
                os.link(self._temporary, self.path)
                return
            # Another took the name, or the file system has no links.
            self._refuse_existing()
        self._temporary.replace(self.path)

    def discard(self) -> None:
        """Close the archive; what has not got its name goes."""
        if self._is_open:
            self._is_open = False
            with suppress(OSError, ValueError):
                self._packer.give_up()
            with suppress(OSError):
                self._stream.close()
            with suppress(OSError):
                self._temporary.unlink()

    def __del__(self) -> None:
        if getattr(self, "_is_open", False):
            self.discard()

    def _refuse_existing(self) -> None:
        if os.path.lexists(self.path) and not self._overwrite:
            raise OutputExistsError("the archive exists already", str(self.path))


def _failed(error: OSError) -> WriteError:
    return WriteError(f"the archive cannot be written: {error.strerror or type(error).__name__}")


def is_archive(settings: Settings) -> bool:
    """Tell whether outputs go into an archive: by its name, unless there is a folder of that name."""
    folder = settings.output_folder
    return archive_kind(folder.name) is not None and not folder.is_dir()


def refuse_directory(batch: Batch) -> None:
    """Raise `SettingsError` if an archive is to have a DICOMDIR."""
    if is_archive(batch.settings):
        raise SettingsError("an archive gets no DICOMDIR: leave out --dicomdir, or name a folder")


def obstacle(batch: Batch) -> str | None:
    """Return why workers cannot share a run, or None if they may."""
    return "one process writes the archive" if is_archive(batch.settings) else None


def write(instance: Instance, target: PurePosixPath, batch: Batch) -> WriteReceipt:
    """Write an instance into the archive of the run, which is begun with the first."""
    settings = batch.settings
    if Path(instance.ref.location).is_relative_to(settings.output_folder.absolute()):
        raise WriteError("the archive would replace its own input; choose another name")
    content = BytesIO()
    encode(instance, content)
    output = _open.get(batch)
    if output is None:
        path = settings.output_folder
        kind = archive_kind(path.name) or "zip"
        output = _open[batch] = Output(path, kind, batch.mark, overwrite=settings.overwrite)
    receipt = output.add(target, content)
    if settings.digests:
        return attrs.evolve(receipt, digest=hashlib.sha256(content.getbuffer()).hexdigest())
    return receipt


def finish(batch: Batch, *, complete: bool) -> None:
    """Finish the archive of a run, if it has one; without its end, it goes."""
    output = _open.pop(batch, None)
    if output is not None:
        output.finish() if complete else output.discard()
