"""Load recipes as the seed does: by path, folder or name, and print them as it does."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from deid_core.deid_recipe import StructuredRecipe, from_dict
from deid_core.host import PluginHost
from deid_core.recipe.find import find_recipes
from deid_core.recipe.printing import rule_text
from deid_core.recipe.tree import Include, Recipe, Where
from deid_core.settings import PluginSettings

log = logging.getLogger("deid_core")

Deid = str | os.PathLike[str] | Recipe | StructuredRecipe | Mapping[str, Any] | Sequence[Any]
"""What stands for a recipe: path, folder, bundled name, loaded recipe, or several of these."""


class DeidRecipe(StructuredRecipe):
    """A recipe, or several on each other, in the seed's structure.

    ``recipe["format"]`` is the format, ``recipe["header"]`` the list of actions, each with
    ``action``, ``field`` and perhaps ``value``. ``layers`` are the recipes, lowest first.

    ``deid`` is whatever `load_deid` takes; with ``base`` the recipe ``default_base`` lies
    beneath it. Without any, the bundled default recipe is taken.
    """

    def __init__(
        self,
        deid: Deid | None = None,
        base: bool = False,  # noqa: FBT001, FBT002 - as in pydicom/deid
        default_base: str = "dicom",
        plugins: PluginSettings | None = None,
    ) -> None:
        self._host = PluginHost.load(plugins)
        layers = layers_of(default_base if deid is None else deid, self._host)
        if base and deid is not None:
            include = Include(default_base, Where("base"))
            layers = (attrs.evolve(layers[0], base=include), *layers[1:])
        super().__init__(layers, self._host.operators)

    def load(self, deid: Deid) -> None:
        """Put another recipe on top."""
        self.layers = (*self.layers, *layers_of(deid, self._host))


def load_deid(path: Deid, plugins: PluginSettings | None = None) -> DeidRecipe:
    """Load a recipe, or several that lie on each other, the last on top.

    Actions, fields and functions are looked up when the recipe is used, not here. Raises
    `RecipeError`, with all problems of the text, and `RecipeNotFoundError`.
    """
    return path if isinstance(path, DeidRecipe) else DeidRecipe(path, plugins=plugins)


def layers_of(deid: Deid | None, host: PluginHost) -> tuple[Recipe, ...]:
    """Return the recipes that ``deid`` stands for, lowest first."""
    if deid is None:
        return ()
    if isinstance(deid, StructuredRecipe):
        return deid.layers
    if isinstance(deid, Mapping):
        return (from_dict(deid),)
    if isinstance(deid, str | os.PathLike | Recipe):
        recipes = find_recipes(deid, host)
        for recipe in recipes:
            _tell(recipe)
        return recipes
    return tuple(recipe for one in deid for recipe in layers_of(one, host))


def _tell(recipe: Recipe) -> None:
    log.debug("FORMAT set to %s", recipe.format)
    for rule in recipe.header:
        log.debug("Adding %s", rule_text(rule))
