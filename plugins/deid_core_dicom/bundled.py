"""The recipes that come with deid_core."""

from __future__ import annotations

from pathlib import Path

from deid_core import RecipeSource

FOLDER = Path(__file__).parent / "recipes"


def find(name: str) -> RecipeSource | None:
    """Return the bundled recipe ``name``; the leading ``deid.`` may be left out."""
    for candidate in (name, f"deid.{name}"):
        known = {path.name: path for path in FOLDER.iterdir()}
        if candidate in known:
            return RecipeSource(candidate, known[candidate].read_text(encoding="utf-8"))
    return None
