"""What plugins must give for each hook: the answer of a stage, the records of a declaration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from deid_core.importers import RecipeImporter
from deid_core.model import FileReport, Identifiers, Instance, PrivateVerdict, Sweep, WriteReceipt
from deid_core.records import (
    Check,
    CliCommand,
    ConditionOperator,
    ExampleDataset,
    Executor,
    FieldAction,
    FieldExpander,
    ParallelRun,
    RecipeSource,
    ValueFunction,
)

STAGES: Mapping[str, type[Any]] = {
    "deid_discover_files": Iterable,
    "deid_read_file": Instance,
    "deid_extract_identifiers": Identifiers,
    "deid_screen_private_tags": PrivateVerdict,
    "deid_sweep_values": Sweep,
    "deid_finish_instance": Instance,
    "deid_name_output": PurePosixPath,
    "deid_write_file": WriteReceipt,
    "deid_recall_file": FileReport,
    "deid_find_recipe": RecipeSource,
}
"""What the plugin that answers a stage hook must return."""

DECLARATIONS: Mapping[str, tuple[str, type[Any]]] = {
    "deid_field_actions": ("action", FieldAction),
    "deid_field_expanders": ("selector", FieldExpander),
    "deid_value_functions": ("value function", ValueFunction),
    "deid_condition_operators": ("condition operator", ConditionOperator),
    "deid_checks": ("check", Check),
    "deid_executors": ("executor", Executor),
    "deid_parallel_runs": ("parallel run", ParallelRun),
    "deid_datasets": ("dataset", ExampleDataset),
    "deid_recipe_importers": ("recipe importer", RecipeImporter),
    "deid_cli_commands": ("command", CliCommand),
}
"""What kind of record a declaration hook collects."""

RESERVED: Mapping[str, frozenset[str]] = {
    "deid_field_expanders": frozenset({"fields", "toplevel", "values"}),
    "deid_field_actions": frozenset({"base", "default", "format", "include"}),
}
"""Names that the recipe language keeps for itself."""

OBSERVATIONS = frozenset({"deid_batch_started", "deid_file_recorded", "deid_batch_finished"})
"""The hooks that return nothing."""
