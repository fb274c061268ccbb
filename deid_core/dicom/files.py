"""What a caller gives as files → references for the engine."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from deid_core.model import FileRef

Files = str | os.PathLike[str] | FileRef | Iterable[str | os.PathLike[str] | FileRef]
"""A path or reference, or several."""


def refs_of(files: Files) -> list[FileRef]:
    """Return a reference for each file, in order."""
    if isinstance(files, str | os.PathLike | FileRef):
        files = [files]
    return [
        file if isinstance(file, FileRef) else FileRef(Path(file).name, path=Path(file))
        for file in files
    ]
