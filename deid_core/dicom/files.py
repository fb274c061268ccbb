"""What a caller gives as files → references for the engine."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import cast

import attrs
from pydicom.dataset import Dataset

from deid_core.dicom.memory import Source, ref_of
from deid_core.model import FileRef

Files = Source | Iterable[Source]
"""One file, or several: paths, references, data sets in memory or binary streams."""


def refs_of(files: Files) -> list[FileRef]:
    """Return a reference for each file, in order."""
    sources = cast("Iterable[Source]", [files] if is_single(files) else files)
    refs: list[FileRef] = []
    taken: set[str] = set()
    for number, source in enumerate(sources, start=1):
        ref = ref_of(source, number)
        if ref.path is None and ref.location in taken:
            # What is in memory has no place of its own: its number keeps it apart.
            ref = attrs.evolve(ref, folders=(f"memory-{number}", *ref.folders))
        taken.add(ref.location)
        refs.append(ref)
    return refs


def is_single(files: object) -> bool:
    """Tell one file from several."""
    return isinstance(files, str | os.PathLike | FileRef | Dataset) or hasattr(files, "read")


def in_memory(files: Files) -> bool:
    """Tell whether the files are data sets in memory, so that the results are too."""
    if is_single(files):
        return isinstance(files, Dataset)
    return (
        isinstance(files, list | tuple)
        and bool(files)
        and all(isinstance(one, Dataset) for one in files)
    )
