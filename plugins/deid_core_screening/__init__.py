"""The default plugin "screening": looks for what identifies a patient where no rule looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deid_core.hookspecs import hookimpl

if TYPE_CHECKING:
    from deid_core import Batch, Check, Identifiers, Instance, ParallelRun, PrivateVerdict, Sweep


@hookimpl
def deid_screen_private_tags(
    instance: Instance, identifiers: Identifiers, batch: Batch
) -> PrivateVerdict:
    """Remove private elements, keep them, or keep those in which no rule finds anything."""
    from deid_core_screening.private import screen

    return screen(instance, batch)


@hookimpl
def deid_sweep_values(instance: Instance, identifiers: Identifiers, batch: Batch) -> Sweep:
    """Look for the patient's names, identifiers and birth date in every value that stays."""
    from deid_core_screening.sweep import sweep

    return sweep(instance, identifiers, batch)


@hookimpl
def deid_checks() -> list[Check]:
    """Declare the check that no identifier is left in what is about to be written."""
    from deid_core import IdentifierLeftError
    from deid_core.records import Check
    from deid_core_screening.output_check import compile_check

    return [
        Check(
            name="identifiers",
            compile=compile_check,
            compares=True,
            error=IdentifierLeftError,
            summary="no identifier that the input held is left in what is about to be written",
        )
    ]


@hookimpl
def deid_parallel_runs() -> list[ParallelRun]:
    """Say that no file depends on another."""
    from deid_core.records import ParallelRun

    return [ParallelRun(name="screening")]
