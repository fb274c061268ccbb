"""The default plugin "importers": recipes of other programs, in the language of deid_core."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deid_core.hookspecs import hookimpl

if TYPE_CHECKING:
    from deid_core import ParallelRun, RecipeImporter, ValueFunction


@hookimpl
def deid_recipe_importers() -> list[RecipeImporter]:
    """Declare ``ctp`` and ``dicom-anonymizer``."""
    from deid_core_importers.importers import IMPORTERS

    return IMPORTERS


@hookimpl
def deid_value_functions() -> list[ValueFunction]:
    """Declare ``ctp`` and ``substitute``, by which imported recipes say what has no other equal."""
    from deid_core_importers.functions import FUNCTIONS

    return FUNCTIONS


@hookimpl
def deid_parallel_runs() -> list[ParallelRun]:
    """Say that no file depends on another."""
    from deid_core.records import ParallelRun

    return [ParallelRun(name="importers")]
