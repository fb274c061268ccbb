"""Errors that dciodvfy reports on an output and not on its input, and why they stay."""

from __future__ import annotations

import re
from fnmatch import fnmatch

import attrs
from jobs import Pair


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
            and self.option in options
            and re.search(self.error, message) is not None
        )


TOLD: list[ToldError] = []
"""All of them; the documentation has the same table."""
