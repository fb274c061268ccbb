"""Load recipes as the seed does: by path, folder or name, and print them as it does."""

from __future__ import annotations

import logging
import os
import pprint
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from deid_core.host import PluginHost
from deid_core.recipe.find import find_recipes
from deid_core.recipe.tree import Recipe
from deid_core.settings import PluginSettings

log = logging.getLogger("deid_core")


class DeidRecipe(Mapping[str, Any]):
    """One recipe, or several on each other, in the seed's structure.

    ``recipe["format"]`` is the format, ``recipe["header"]`` the list of actions, each with
    ``action``, ``field`` and perhaps ``value``. ``layers`` are the recipes, lowest first.
    """

    def __init__(self, layers: Sequence[Recipe]) -> None:
        self.layers = tuple(layers)

    def as_dict(self) -> dict[str, Any]:
        """Return the structure as a plain dictionary."""
        header = [rule.as_dict() for recipe in self.layers for rule in recipe.header]
        return {"format": self.layers[-1].format, "header": header}

    def __getitem__(self, key: str) -> Any:
        return self.as_dict()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.as_dict())

    def __len__(self) -> int:
        return len(self.as_dict())

    def __repr__(self) -> str:
        return pprint.pformat(self.as_dict(), sort_dicts=False)


Deid = str | os.PathLike[str] | Recipe | DeidRecipe | Sequence[Any]
"""What stands for a recipe: path, folder, bundled name, loaded recipe, or several of these."""


def load_deid(path: Deid, plugins: PluginSettings | None = None) -> DeidRecipe:
    """Load a recipe, or several that lie on each other, the last on top.

    Every name in it is looked up when it is used, not here. Raises `RecipeError`, with all
    problems of the text, and `RecipeNotFoundError`.
    """
    if isinstance(path, DeidRecipe):
        return path
    return DeidRecipe(layers_of(path, PluginHost.load(plugins)))


def layers_of(deid: Deid | None, host: PluginHost) -> tuple[Recipe, ...]:
    """Return the recipes that ``deid`` stands for, lowest first."""
    if deid is None:
        return ()
    if isinstance(deid, DeidRecipe):
        return deid.layers
    if isinstance(deid, str | os.PathLike | Recipe):
        recipes = find_recipes(deid, host)
        for recipe in recipes:
            _tell(recipe)
        return recipes
    return tuple(recipe for one in deid for recipe in layers_of(one, host))


def _tell(recipe: Recipe) -> None:
    log.debug("FORMAT set to %s", recipe.format)
    for rule in recipe.header:
        log.debug("Adding %s", " ".join(rule.as_dict().values()))
