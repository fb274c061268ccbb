"""The known name that a mistyped one most likely means."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the entry of ``known`` most like ``word`` whatever its case, if one is near."""
    folded = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.7)
    return folded[close[0]] if close else None
