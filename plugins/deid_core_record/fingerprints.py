"""What makes two runs the same: recipes, settings, key and plugins, each as a digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import attrs

from deid_core import Batch, Settings
from deid_core.keys import fingerprint
from deid_core.recipe.printing import to_text
from deid_core.recipe.tree import Recipe

ELSEWHERE = frozenset(
    {
        "durable",
        "executor",
        "log_key_file",
        "output_folder",
        "overwrite",
        "overwrite_inputs",
        "plugins",
        "quarantine_folder",
        "record_folder",
        "retry",
        "scheduler",
        "thumbnails",
        "workers",
    }
)
"""Settings that change nothing in an output."""


def fingerprints(batch: Batch) -> Mapping[str, str]:
    """Return by name what must be the same for a run to go on with another.

    Every setting counts but those of which it is known that they change no output.
    """
    return {
        "recipe": recipe_digest(batch),
        "settings": _digest(_plain(batch.settings)),
        "key": key_fingerprint(batch),
        "plugins": ", ".join(batch.plugins),
    }


def recipe_digest(batch: Batch) -> str:
    """Return the SHA-256 of all recipes as they were understood."""
    return _digest("\n".join(to_text(recipe) for recipe in batch.recipes))


def digest_of_recipe(recipe: Recipe) -> str:
    """Return the SHA-256 of one recipe as it was understood."""
    return _digest(to_text(recipe))


def key_fingerprint(batch: Batch) -> str:
    """Return what tells keys apart and gives nothing of them away."""
    return fingerprint(batch.key)


def _plain(settings: Settings) -> str:
    """Return the settings as text; tables count by what they hold, not by their names."""
    found = attrs.asdict(settings, filter=lambda field, _: field.name not in ELSEWHERE)
    found["tables"] = {name: _content(Path(path)) for name, path in settings.tables.items()}
    return json.dumps(found, sort_keys=True, default=str)


def _content(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return "unreadable"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
