"""The default plugin "fileset": outputs as a DICOM file-set, with a DICOMDIR of their own.

It does nothing unless ``batch.settings.dicomdir`` asks for it. A DICOMDIR of the input is never
copied: what it says of patients, names and offsets is true of the input only (PS3.15 Annex E).
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from deid_core.hookspecs import hookimpl

if TYPE_CHECKING:
    from deid_core import Batch, FileReport, Instance, ParallelRun, RunReport


@hookimpl
def deid_batch_started(batch: Batch) -> None:
    """Stop the run where the new DICOMDIR would replace a stranger's."""
    if batch.settings.dicomdir:
        from deid_core_fileset.directory import start

        start(batch)


@hookimpl
def deid_name_output(instance: Instance, batch: Batch) -> PurePosixPath | None:
    """Name outputs by File IDs, where a DICOMDIR shall list them."""
    if not batch.settings.dicomdir:
        return None
    from deid_core_fileset.names import name_output

    return name_output(instance, batch)


@hookimpl
def deid_file_recorded(report: FileReport, batch: Batch) -> None:
    """Remember what was written."""
    if batch.settings.dicomdir and report.output is not None:
        from deid_core_fileset.directory import remember

        remember(report, batch)


@hookimpl
def deid_batch_finished(report: RunReport, batch: Batch) -> None:
    """Write the DICOMDIR; also where a run broke off, for what there is."""
    if batch.settings.dicomdir:
        from deid_core_fileset.directory import finish

        finish(batch)


@hookimpl
def deid_parallel_runs() -> list[ParallelRun]:
    """Say that workers may share a run: the DICOMDIR is made at its end, of the outputs."""
    from deid_core.records import ParallelRun

    return [ParallelRun(name="fileset")]
