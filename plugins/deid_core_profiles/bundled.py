"""The recipes of the profile and its options."""

from __future__ import annotations

from pathlib import Path

from deid_core import Problem, RecipeNotFoundError, RecipeSource

FOLDER = Path(__file__).parent / "recipes"
PIXELS = frozenset({"deid.dicom.clean-pixel-data", "deid.dicom.clean-recognizable-visual-features"})
"""Options that nothing here can carry out; a plugin that can has them under these names."""


def find(name: str) -> RecipeSource | None:
    """Return the recipe ``name``. Raises `RecipeNotFoundError` for an option about pixels."""
    if name in PIXELS:
        message = "this option needs a plugin that cleans pixels, and none is installed"
        raise RecipeNotFoundError([Problem(name, 0, 0, message)])
    known = {path.name: path for path in FOLDER.iterdir()}
    if name not in known:
        return None
    text = known[name].read_text(encoding="utf-8")
    return RecipeSource(name, text, title=text.splitlines()[0].lstrip("# "))
