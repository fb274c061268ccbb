"""deid_core de-identifies DICOM through plugins.

The public names are here; importing the package loads none of what is behind them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deid_core.batch import Batch as Batch
    from deid_core.batch import FileContext as FileContext
    from deid_core.changes import Change as Change
    from deid_core.changes import OverwriteBytes as OverwriteBytes
    from deid_core.changes import RemoveElement as RemoveElement
    from deid_core.changes import RemoveItems as RemoveItems
    from deid_core.changes import SetValue as SetValue
    from deid_core.dependence import Depends as Depends
    from deid_core.engine import Engine as Engine
    from deid_core.errors import ActionError as ActionError
    from deid_core.errors import DeidError as DeidError
    from deid_core.errors import FileError as FileError
    from deid_core.errors import IdentifierLeftError as IdentifierLeftError
    from deid_core.errors import MediaDirectoryError as MediaDirectoryError
    from deid_core.errors import NoPluginAnsweredError as NoPluginAnsweredError
    from deid_core.errors import NotDicomError as NotDicomError
    from deid_core.errors import NotWalkableError as NotWalkableError
    from deid_core.errors import OutputExistsError as OutputExistsError
    from deid_core.errors import OutputIsInputError as OutputIsInputError
    from deid_core.errors import PluginConflictError as PluginConflictError
    from deid_core.errors import PluginContractError as PluginContractError
    from deid_core.errors import PluginError as PluginError
    from deid_core.errors import PluginFailedError as PluginFailedError
    from deid_core.errors import PluginLoadError as PluginLoadError
    from deid_core.errors import PluginLockError as PluginLockError
    from deid_core.errors import Problem as Problem
    from deid_core.errors import ReadError as ReadError
    from deid_core.errors import RecipeError as RecipeError
    from deid_core.errors import RecipeNotFoundError as RecipeNotFoundError
    from deid_core.errors import RecordError as RecordError
    from deid_core.errors import RefusedError as RefusedError
    from deid_core.errors import SettingsError as SettingsError
    from deid_core.errors import SkippedError as SkippedError
    from deid_core.errors import WriteError as WriteError
    from deid_core.field import ElementPath as ElementPath
    from deid_core.field import Field as Field
    from deid_core.field import FieldValues as FieldValues
    from deid_core.hookspecs import hookimpl as hookimpl
    from deid_core.host import PluginHost as PluginHost
    from deid_core.host import PluginInfo as PluginInfo
    from deid_core.importers import ImportedRecipe as ImportedRecipe
    from deid_core.importers import RecipeImporter as RecipeImporter
    from deid_core.importers import Untranslated as Untranslated
    from deid_core.intent import Intent as Intent
    from deid_core.intent import Wish as Wish
    from deid_core.model import DiscoveryOptions as DiscoveryOptions
    from deid_core.model import FileRef as FileRef
    from deid_core.model import FileReport as FileReport
    from deid_core.model import Identifiers as Identifiers
    from deid_core.model import Instance as Instance
    from deid_core.model import Origin as Origin
    from deid_core.model import Outcome as Outcome
    from deid_core.model import PrivateDecision as PrivateDecision
    from deid_core.model import PrivateVerdict as PrivateVerdict
    from deid_core.model import Promises as Promises
    from deid_core.model import RunReport as RunReport
    from deid_core.model import Sweep as Sweep
    from deid_core.model import WriteReceipt as WriteReceipt
    from deid_core.recipe.tree import Recipe as Recipe
    from deid_core.recipe.tree import Rule as Rule
    from deid_core.records import Check as Check
    from deid_core.records import CliCommand as CliCommand
    from deid_core.records import Comparison as Comparison
    from deid_core.records import ConditionOperator as ConditionOperator
    from deid_core.records import ExampleDataset as ExampleDataset
    from deid_core.records import Executor as Executor
    from deid_core.records import FieldAction as FieldAction
    from deid_core.records import FieldExpander as FieldExpander
    from deid_core.records import ParallelRun as ParallelRun
    from deid_core.records import Rank as Rank
    from deid_core.records import RecipeSource as RecipeSource
    from deid_core.records import Takes as Takes
    from deid_core.records import Unresolved as Unresolved
    from deid_core.records import ValueFunction as ValueFunction
    from deid_core.records import WorkerOptions as WorkerOptions
    from deid_core.screening import ScreenRule as ScreenRule
    from deid_core.settings import PluginSettings as PluginSettings
    from deid_core.settings import Settings as Settings

__version__ = "0.1.0"

_HOMES = {
    "batch": "Batch FileContext",
    "engine": "Engine",
    "errors": "ActionError DeidError FileError IdentifierLeftError MediaDirectoryError NoPluginAnsweredError "
    "NotDicomError NotWalkableError OutputExistsError OutputIsInputError PluginConflictError "
    "PluginContractError PluginError PluginFailedError PluginLoadError PluginLockError Problem ReadError "
    "RecipeError RecipeNotFoundError RefusedError RecordError SettingsError SkippedError WriteError",
    "dependence": "Depends",
    "hookspecs": "hookimpl",
    "host": "PluginHost PluginInfo",
    "changes": "Change OverwriteBytes RemoveElement RemoveItems SetValue",
    "field": "ElementPath Field FieldValues",
    "importers": "ImportedRecipe RecipeImporter Untranslated",
    "intent": "Intent Wish",
    "model": "DiscoveryOptions FileRef FileReport Identifiers "
    "Instance Origin Outcome PrivateDecision PrivateVerdict Promises RunReport Sweep WriteReceipt",
    "recipe.tree": "Recipe Rule",
    "records": "Check CliCommand Comparison ConditionOperator ExampleDataset Executor FieldAction FieldExpander "
    "ParallelRun Rank RecipeSource Takes Unresolved ValueFunction WorkerOptions",
    "screening": "ScreenRule",
    "settings": "PluginSettings Settings",
}
_HOME = {name: module for module, names in _HOMES.items() for name in names.split()}

__all__ = ["__version__", *sorted(_HOME)]  # noqa: PLE0604 - all are text


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
