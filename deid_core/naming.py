"""Output names: made safe, and distinct where inputs from several folders share one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import PurePosixPath

from deid_core.model import FileRef

MAX_LENGTH = 120
"""Bytes of the longest part of an output name: leaves room for a temporary name beside it (255 in ext4)."""

TOLD_APART = "another file has the same name: told apart by a number, or by folders in its name"
"""The note of an output that could not have the name that it should."""

_UNSAFE = re.compile(r"[^\w.+=@,() \-]+")
_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)")


@lru_cache(maxsize=1024)
def safe_part(name: str) -> str:
    """Return ``name`` as one safe part of a path on any system, never empty or hidden."""
    name = name.encode("utf-8", "replace").decode("utf-8")
    part = _UNSAFE.sub("_", name).strip(" .")
    if len(part.encode()) > MAX_LENGTH:
        stem, dot, suffix = part.rpartition(".")
        tail = dot + suffix if stem and len(suffix) <= 8 and suffix.isascii() else ""  # noqa: PLR2004 - no suffix is longer
        cut = part.encode()[: MAX_LENGTH - len(tail)].decode("utf-8", "ignore")
        part = cut.strip(" .") + tail
    return f"_{part}" if not part or _RESERVED.match(part) else part


def safe_path(path: PurePosixPath) -> PurePosixPath:
    """Return ``path`` with every part made safe; relative, and without a way up."""
    parts = [safe_part(part) for part in path.parts if part not in ("/", ".", "..")]
    return PurePosixPath(*(parts or ["_"]))


def distinct(path: PurePosixPath, taken: dict[str, int]) -> PurePosixPath:
    """Return ``path``, with a number if it is taken already, and take it.

    Names that differ only in case are one name, as some file systems see it. ``taken`` holds
    for each name the last number that was given to it.
    """
    key = str(path).casefold()
    candidate, number = path, taken.get(key, 0)
    # The last component of a UID is no suffix.
    suffix = path.suffix if path.suffix[1:2].isalpha() else ""
    stem = path.name.removesuffix(suffix)
    while str(candidate).casefold() in taken:
        number += 1
        candidate = path.with_name(f"{stem}-{number + 1}{suffix}")
    taken[key] = number
    taken.setdefault(str(candidate).casefold(), 0)
    return candidate


def kept_names(refs: Sequence[FileRef]) -> list[PurePosixPath]:
    """Return an output name for each input: its base name.

    Where several share one, as many folders stand before it as tell them apart.
    """
    parts = [tuple(safe_part(part) for part in (*_folders(ref), ref.name)) for ref in refs]
    depth = [1] * len(parts)
    while True:
        names = ["-".join(part[-n:]) for part, n in zip(parts, depth, strict=True)]
        shared = Counter(name.casefold() for name in names)
        longer = [
            shared[name.casefold()] > 1 and n < len(part)
            for name, part, n in zip(names, parts, depth, strict=True)
        ]
        if not any(longer):
            break
        depth = [n + grow for n, grow in zip(depth, longer, strict=True)]
    taken: dict[str, int] = {}
    return [distinct(PurePosixPath(safe_part(name)), taken) for name in names]


def _folders(ref: FileRef) -> tuple[str, ...]:
    if ref.path is not None:
        return ref.path.absolute().parent.parts[1:]
    if ref.container is not None:
        return (*ref.container.absolute().parts[1:], *ref.folders)
    return ref.folders
