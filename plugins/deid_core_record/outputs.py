"""Compare the outputs on disk with the digests in a report."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import attrs

from deid_core import SettingsError
from deid_core_record.report_files import digest_of_file, read_files, read_head

DIRECTORY = "DICOMDIR"
"""No output of a file, but made of all."""
MOST_NAMES = 20


@attrs.define
class Outputs:
    """How many outputs are as they were written, changed, missing, or none of the run's.

    ``names`` has some of those that are not as they should be, by kind.
    """

    same: int = 0
    changed: int = 0
    missing: int = 0
    extra: int = 0
    names: dict[str, list[str]] = attrs.field(factory=dict)

    def note(self, kind: str, name: str) -> None:
        """Count an output that is not as it should be."""
        setattr(self, kind, getattr(self, kind) + 1)
        names = self.names.setdefault(kind, [])
        if len(names) < MOST_NAMES:
            names.append(name)

    @property
    def fit(self) -> bool:
        """Whether all is as it was written."""
        return not (self.changed or self.missing or self.extra)


def check_outputs(report: Path, folder: Path) -> Outputs:
    """Compare a folder of outputs with a report; what has no name there is known by its digest.

    Raises `SettingsError` if the report cannot be read.
    """
    head = read_head(report)
    if head is None:
        raise SettingsError(f"{report}: is no report of a run")
    by_name: dict[str, str] = {}
    by_digest: Counter[str] = Counter()
    try:
        for entry in read_files(report):
            if entry["outcome"] != "written":
                continue
            if "name" in entry:
                by_name[str(entry["name"])] = str(entry["output"])
            else:
                by_digest[str(entry["output"])] += 1
    except (OSError, ValueError, KeyError, TypeError):
        raise SettingsError(f"{report}: is no report of a run") from None
    return _compared(folder, by_name, by_digest)


def _compared(folder: Path, by_name: dict[str, str], by_digest: Counter[str]) -> Outputs:
    found = Outputs()
    for path in _files_below(folder):
        name = path.relative_to(folder).as_posix()
        digest = digest_of_file(path)
        known = by_name.pop(name, None)
        if known is not None:
            if digest == known:
                found.same += 1
            else:
                found.note("changed", name)
        elif by_digest[digest]:
            by_digest[digest] -= 1
            found.same += 1
        elif name != DIRECTORY:
            found.note("extra", name)
    for name in by_name:
        found.note("missing", name)
    for digest in by_digest.elements():
        found.note("missing", f"SHA-256 {digest}")
    return found


def _files_below(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            yield Path(parent, name)
