"""The default plugin "dicom": everything that deid_core knows about DICOM in particular.

The hooks are here; what they do is imported when they are called, so that loading the
plugin is quick.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from deid_core.hookspecs import hookimpl

if TYPE_CHECKING:
    from deid_core import (
        Batch,
        ConditionOperator,
        DiscoveryOptions,
        ExampleDataset,
        FieldAction,
        FieldExpander,
        FileRef,
        Identifiers,
        Instance,
        ParallelRun,
        RecipeSource,
        ValueFunction,
        WriteReceipt,
    )

_HERE = Path(__file__).parent


@hookimpl
def deid_discover_files(location: str, options: DiscoveryOptions) -> Iterable[FileRef] | None:
    """Find files in folders."""
    from deid_core_dicom.discover import discover

    return discover(location, options)


@hookimpl
def deid_read_file(ref: FileRef, batch: Batch) -> Instance:
    """Read Part 10 files and bare data sets."""
    from deid_core_dicom.read import read

    return read(ref, batch)


@hookimpl
def deid_extract_identifiers(instance: Instance, batch: Batch) -> Identifiers:
    """Extract the identifiers of patient and instance."""
    from deid_core_dicom.extract import extract

    return extract(instance, batch)


@hookimpl
def deid_finish_instance(instance: Instance, batch: Batch) -> Instance:
    """Make file meta information that follows the data set."""
    from deid_core_dicom.finish import finish

    return finish(instance, batch)


@hookimpl
def deid_name_output(instance: Instance, batch: Batch) -> PurePosixPath:
    """Name outputs by their UIDs."""
    from deid_core_dicom.names import name_output

    return name_output(instance, batch)


# Whatever a plugin writes elsewhere than into a folder, it goes before.
@hookimpl(trylast=True)
def deid_write_file(instance: Instance, target: PurePosixPath, batch: Batch) -> WriteReceipt:
    """Write Part 10 files."""
    from deid_core_dicom.write import write

    return write(instance, target, batch)


@hookimpl
def deid_find_recipe(name: str) -> RecipeSource | None:
    """Find the bundled recipes: ``deid.dicom`` and those named after it."""
    from deid_core_dicom.bundled import find

    return find(name)


@hookimpl
def deid_field_actions() -> list[FieldAction]:
    """Declare ADD, BLANK, JITTER, KEEP, REMOVE and REPLACE."""
    from deid_core_dicom.actions import ACTIONS

    return ACTIONS


@hookimpl
def deid_field_expanders() -> list[FieldExpander]:
    """Declare ``contains:`` and its like."""
    from deid_core_dicom.expanders import EXPANDERS

    return EXPANDERS


@hookimpl
def deid_value_functions() -> list[ValueFunction]:
    """Declare ``deid_func:hashuid`` and its like."""
    from deid_core_dicom.functions import FUNCTIONS

    return FUNCTIONS


@hookimpl
def deid_condition_operators() -> list[ConditionOperator]:
    """Declare ``contains``, ``equals`` and their like."""
    from deid_core_dicom.conditions import OPERATORS

    return OPERATORS


@hookimpl
def deid_datasets() -> list[ExampleDataset]:
    """Declare the seven images of cookies."""
    from deid_core.records import ExampleDataset

    return [
        ExampleDataset(
            name="dicom-cookies",
            folder=lambda: _HERE / "data" / "dicom-cookies",
            summary="seven small drawings of cookies, with made-up patients",
        )
    ]


@hookimpl
def deid_parallel_runs() -> list[ParallelRun]:
    """Say that workers may share a run, unless its recipe counts what it meets."""
    from deid_core.records import ParallelRun
    from deid_core_dicom.counting import obstacle

    return [ParallelRun(name="dicom", obstacle=obstacle)]
