"""The recipes that give patients pseudonyms, and the one that takes them away again."""

from __future__ import annotations

from pathlib import Path

from deid_core import RecipeSource

FOLDER = Path(__file__).parent / "recipes"


def find(name: str) -> RecipeSource | None:
    """Return the bundled recipe ``name``."""
    known = {path.name: path for path in FOLDER.iterdir()}
    if name not in known:
        return None
    return RecipeSource(name, known[name].read_text(encoding="utf-8"))
