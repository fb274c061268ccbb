"""What plugins have declared, one registry for each kind of record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deid_core.importers import RecipeImporter
from deid_core.records import (
    Check,
    CliCommand,
    ConditionOperator,
    ExampleDataset,
    Executor,
    FieldAction,
    FieldExpander,
    ParallelRun,
    ValueFunction,
)
from deid_core.registry import Registry


class Declared:
    """The records of a run by kind; what a `PluginHost` is besides."""

    _registries: Mapping[str, Registry[Any]]

    def registry(self, hook: str) -> Registry[Any]:
        """The records that a declaration hook has given."""
        return self._registries[hook]

    @property
    def actions(self) -> Registry[FieldAction]:
        """The actions that recipes may use."""
        return self._registries["deid_field_actions"]

    @property
    def expanders(self) -> Registry[FieldExpander]:
        """The selectors ``name:argument`` that recipes may use."""
        return self._registries["deid_field_expanders"]

    @property
    def value_functions(self) -> Registry[ValueFunction]:
        """The functions for ``deid_func:``."""
        return self._registries["deid_value_functions"]

    @property
    def operators(self) -> Registry[ConditionOperator]:
        """The operators of conditions."""
        return self._registries["deid_condition_operators"]

    @property
    def checks(self) -> Registry[Check]:
        """The checks of what is about to be written."""
        return self._registries["deid_checks"]

    @property
    def executors(self) -> Registry[Executor]:
        """The ways to do the files of a run."""
        return self._registries["deid_executors"]

    @property
    def parallel_runs(self) -> Registry[ParallelRun]:
        """What plugins say of runs that several workers share."""
        return self._registries["deid_parallel_runs"]

    @property
    def datasets(self) -> Registry[ExampleDataset]:
        """The named example data."""
        return self._registries["deid_datasets"]

    @property
    def importers(self) -> Registry[RecipeImporter]:
        """The translators of recipes of other programs."""
        return self._registries["deid_recipe_importers"]

    @property
    def commands(self) -> Registry[CliCommand]:
        """The commands that plugins add to the command line."""
        return self._registries["deid_cli_commands"]
