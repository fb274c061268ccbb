"""The default plugin "pseudonyms": one new identity for each patient, and the way back to the old."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from deid_core.hookspecs import hookimpl

if TYPE_CHECKING:
    from deid_core import (
        Batch,
        CliCommand,
        FieldAction,
        Identifiers,
        Instance,
        ParallelRun,
        RecipeSource,
        RunReport,
        ValueFunction,
    )


@hookimpl
def deid_find_recipe(name: str) -> RecipeSource | None:
    """Find ``deid.pseudonyms.code``, ``.number``, ``.list`` and ``.reidentify``."""
    from deid_core_pseudonyms.bundled import find

    return find(name)


@hookimpl
def deid_value_functions() -> list[ValueFunction]:
    """Declare ``deid_func:patient``."""
    from deid_core.records import ValueFunction
    from deid_core_pseudonyms.functions import compile_patient

    return [
        ValueFunction(
            name="patient",
            compile=compile_patient,
            summary="the one pseudonym of the patient: form=code, number, list or function",
        )
    ]


@hookimpl
def deid_field_actions() -> list[FieldAction]:
    """Declare RESTORE."""
    from deid_core_pseudonyms.restore import ACTIONS

    return ACTIONS


@hookimpl
def deid_cli_commands() -> list[CliCommand]:
    """Declare ``crosswalk`` and ``reidentify``."""
    from deid_core.records import CliCommand
    from deid_core_pseudonyms import commands

    return [
        CliCommand(
            name="crosswalk", load=commands.load_crosswalk, summary="export or search a crosswalk"
        ),
        CliCommand(
            name="reidentify",
            load=commands.load_reidentify,
            summary="put identifiers back from a crosswalk",
        ),
    ]


@hookimpl
def deid_batch_started(batch: Batch) -> None:
    """Open the crosswalk before the first file, or refuse the run."""
    from deid_core_pseudonyms.run import run_of

    run_of(batch).start()


@hookimpl(wrapper=True)
def deid_extract_identifiers(
    instance: Instance, batch: Batch
) -> Generator[None, Identifiers, Identifiers]:
    """Remember the untouched instance, and tell what is known of its patient from others."""
    identifiers = yield
    if batch.settings.crosswalk is None:
        return identifiers
    from deid_core_pseudonyms.run import run_of

    return run_of(batch).begin(instance, identifiers)


@hookimpl(wrapper=True)
def deid_finish_instance(instance: Instance, batch: Batch) -> Generator[None, Instance, Instance]:
    """Enter into the crosswalk what became of the instance, before anything is written."""
    finished = yield
    if batch.settings.crosswalk is not None:
        from deid_core_pseudonyms.run import run_of

        run_of(batch).enter(instance, finished)
    return finished


@hookimpl
def deid_batch_finished(report: RunReport, batch: Batch) -> None:
    """Close the crosswalk."""
    from deid_core_pseudonyms.run import run_of

    run_of(batch).close()


@hookimpl
def deid_parallel_runs() -> list[ParallelRun]:
    """Say that workers may share a run in which no file depends on what others hold."""
    from deid_core.records import ParallelRun
    from deid_core_pseudonyms.obstacle import obstacle

    return [ParallelRun(name="pseudonyms", obstacle=obstacle)]
