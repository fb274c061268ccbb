"""The tables that ``scripts/make_profiles.py`` and ``scripts/make_required.py`` have made."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any


@lru_cache(maxsize=1)
def tables() -> dict[str, Any]:
    """Return what the script has made.

    ``edition``; ``listed``, the attributes with a row in table E.1-1, and ``needed``, those of them
    that may need a value; ``compound``, attribute → branch → SOP Classes; ``content``, concept →
    value type → ``basic`` or method → action code.
    """
    path = Path(__file__).parent / "data" / "tables.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


@lru_cache(maxsize=1)
def required() -> dict[str, frozenset[str]]:
    """Return the attributes that some IOD requires at its top, by Type: ``1`` and ``2``."""
    path = Path(__file__).parent / "data" / "required.json"
    loaded: dict[str, list[str]] = json.loads(path.read_text(encoding="utf-8"))
    return {kind: frozenset(keywords) for kind, keywords in loaded.items()}
