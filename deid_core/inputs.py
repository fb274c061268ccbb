"""Inputs that outputs could replace: which they are, and when that may be."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from deid_core.errors import OutputIsInputError
from deid_core.model import FileRef
from deid_core.settings import Settings


class Below:
    """Tells what lies below some folders, wherever links lead."""

    def __init__(self, *folders: Path) -> None:
        self._folders = [folder.resolve() for folder in folders]
        self._names = {folder.name for folder in self._folders}
        self._folder: str | None = None
        self._is_below = False

    def holds(self, path: Path) -> bool:
        """Tell of one file; where a folder is, is looked up once for the files in it."""
        if path.name in self._names or path.is_symlink():
            return self._is_in_one(path)
        folder = str(path.parent)
        if folder != self._folder:
            self._folder = folder
            self._is_below = self._is_in_one(path.parent)
        return self._is_below

    def _is_in_one(self, path: Path) -> bool:
        # Path.resolve raises for a link to itself.
        whole = Path(os.path.realpath(path))
        return any(whole.is_relative_to(folder) for folder in self._folders)


class Outputs:
    """Tells what a run must not read: what it or a run before it has written, finished or not.

    ``folders`` are those that hold outputs and records, or archives that are outputs; ``mark`` is what
    unfinished outputs begin with.
    """

    def __init__(self, mark: str, *folders: Path) -> None:
        self._mark = mark
        self._below = Below(*folders)

    def holds(self, ref: FileRef) -> bool:
        """Tell of a file, or of a member of an archive."""
        if ref.path is None and ref.container is None:
            return False
        if any(part.startswith(self._mark) for part in (*ref.folders, ref.name)):
            return True
        return self._below.holds(ref.path or Path(ref.location))


def noted(refs: Iterable[FileRef], settings: Settings, inputs: set[str]) -> Iterable[FileRef]:
    """Return the files of a run; ``inputs`` takes the paths of those in the output folder.

    Where outputs replace nothing, nothing need be noted. Where inputs may be replaced, all are found
    before the first is, or the run would find its own outputs. Those of a list are known at once, and
    those of an iterator when they are drawn.
    """
    if not settings.overwrite:
        return refs
    noting = _noting(refs, Below(settings.output_folder), inputs)
    return list(noting) if settings.overwrite_inputs or isinstance(refs, Sequence) else noting


def _noting(refs: Iterable[FileRef], below: Below, inputs: set[str]) -> Iterator[FileRef]:
    for ref in refs:
        path = ref.path or ref.container
        if path is not None and below.holds(path):
            inputs.add(os.path.realpath(path))
        yield ref


def spare(path: str, ref: FileRef, settings: Settings, inputs: set[str]) -> None:
    """Raise `OutputIsInputError` if the output of ``ref`` must not take the place of what is there.

    Where `Settings.overwrite_inputs` says so it may be its own input, but never that of another file,
    which might not have been read yet. Without, a link is spared too, for it may be to an input.
    """
    status = os.lstat(path)
    if ref.path is not None and _is_same(path, ref.path):
        if settings.overwrite_inputs:
            return
        raise OutputIsInputError(
            "the output would replace its own input; choose another folder, "
            "or ask for it by name: overwrite_inputs, --overwrite-inputs"
        )
    if os.path.realpath(path) in inputs:
        raise OutputIsInputError(
            "the output would replace the input of another file; choose another folder"
        )
    is_link = stat.S_ISLNK(status.st_mode) or (stat.S_ISREG(status.st_mode) and status.st_nlink > 1)
    if is_link and not settings.overwrite_inputs:
        raise OutputIsInputError(
            "the output would replace a link, and the file that it shares may be an input; "
            "remove it, or choose another folder"
        )


def _is_same(path: str, other: Path) -> bool:
    try:
        return os.path.samefile(path, other)  # noqa: PTH121 - one of them is text
    except OSError:
        # A link to nowhere.
        return False
