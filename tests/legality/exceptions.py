"""Errors that dciodvfy reports on an output and not on its input, and why they stay."""

from __future__ import annotations

import re
from fnmatch import fnmatch

import attrs
from jobs import Pair

ANY = "any"
"""Stands for every set of options, and for none."""


@attrs.frozen
class ToldError:
    """An error that is new in some outputs. ``file`` is a shell pattern, ``error`` a regular one."""

    file: str
    option: str
    error: str
    reason: str

    def covers(self, pair: Pair, options: tuple[str, ...], message: str) -> bool:
        """Tell whether a new error is this one."""
        return (
            fnmatch(pair.label, self.file)
            and self.option in (ANY, *options)
            and re.search(self.error, message) is not None
        )


UNREAD = (
    "no SOP Class, and the validator cannot read the input at all: it sees its pixels first now"
)

TOLD: list[ToldError] = [
    ToldError("pydicom/meta_missing_tsyntax.dcm", ANY, "PixelData", UNREAD),
    ToldError("pydicom/nested_priv_SQ.dcm", ANY, "PixelData", UNREAD),
]
"""All of them; the documentation has the same table."""
