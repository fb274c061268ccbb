"""A plugin: JITTER by weeks that each patient has of its own, and the new action COARSEN."""

from __future__ import annotations

from deid_core import FieldAction, ParallelRun, Rank, Takes, hookimpl


@hookimpl
def deid_field_actions() -> list[FieldAction]:
    """Replace the JITTER of the plugin "dicom", and add COARSEN."""
    from deid_core_patient_jitter.coarsen import compile_coarsen
    from deid_core_patient_jitter.jitter import compile_jitter

    return [
        FieldAction(
            name="JITTER",
            compile=compile_jitter,
            rank=Rank.CHANGES,
            takes=Takes.VALUE,
            summary="shift a date by weeks of the patient's own, at most so many days",
            replaces="dicom",
        ),
        FieldAction(
            name="COARSEN",
            compile=compile_coarsen,
            rank=Rank.CHANGES,
            takes=Takes.VALUE,
            summary="make a date the first day of its week, month, quarter or year",
        ),
    ]


@hookimpl
def deid_parallel_runs() -> list[ParallelRun]:
    """Let several workers share a run: no file depends on another."""
    return [ParallelRun(name="patient-jitter")]
