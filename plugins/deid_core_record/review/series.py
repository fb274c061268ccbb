"""The series of a review: what is known of each without holding its files."""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from typing import TYPE_CHECKING

import attrs

from deid_core import FileRef
from deid_core.pages.evenly import Evenly
from deid_core_record.journal import Entry

if TYPE_CHECKING:
    from _hashlib import HASH

MOST_WARNINGS = 20
"""Different texts of warnings of one series."""
MEMBERS = 4
"""Members of an archive that a series can show, and fewer than twice as many, and its last."""


@attrs.define
class Series:
    """One series as it was written. ``key`` names it in the journal; ``files`` are numbers there.

    ``_members`` are some of its files with their places in ``files``, if these lie in an archive.
    """

    key: str
    uid: str = attrs.field(repr=False)
    modality: str = attrs.field(repr=False)
    description: str = attrs.field(repr=False)
    files: array[int] = attrs.field(factory=lambda: array("Q"), repr=False)
    warnings: Counter[str] = attrs.field(factory=Counter, repr=False)
    _digest: HASH = attrs.field(factory=hashlib.sha256, repr=False)
    _members: Evenly[tuple[int, FileRef]] = attrs.field(factory=lambda: Evenly(MEMBERS), repr=False)
    _last: tuple[int, FileRef] | None = attrs.field(default=None, repr=False)

    @property
    def content(self) -> str:
        """A digest of all outputs, by which a mark knows whether they are still the same."""
        return self._digest.hexdigest()

    def add(self, entry: Entry, member: FileRef | None) -> None:
        """Add an output, which is the ``member`` of an archive or lies in a folder."""
        if member is not None:
            self._last = len(self.files), member
            self._members.add(self._last)
        self.files.append(entry.number)
        self._digest.update(f"{entry.number} {entry.output_digest}\n".encode())
        for text in entry.warnings:
            if text in self.warnings or len(self.warnings) < MOST_WARNINGS:
                self.warnings[text] += 1

    def some(self) -> list[int]:
        """Return where in ``files`` the first, one in the middle and the last stand."""
        count = len(self.files)
        middle = count // 2
        if self._last is not None:
            middle = min(self.members(), key=lambda at: abs(at - middle))
        return sorted({0, middle, count - 1})

    def members(self) -> dict[int, FileRef]:
        """Return the members of an archive that the series can show, by where they stand in ``files``."""
        return dict([*self._members.kept(), self._last]) if self._last is not None else {}
