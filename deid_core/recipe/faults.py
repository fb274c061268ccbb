"""What compiling a part of a rule raises; it becomes a `Problem` with line and column."""

from __future__ import annotations


class Fault(ValueError):
    """A field or value that means nothing, with the nearest name that does."""

    def __init__(self, message: str, suggestion: str | None = None) -> None:
        self.suggestion = suggestion
        super().__init__(message)
