"""A plugin that writes all outputs of a run into one ZIP archive."""

from __future__ import annotations

from io import BytesIO
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from deid_core import Batch, Instance, ParallelRun, RunReport, WriteReceipt, hookimpl

if TYPE_CHECKING:
    from deid_core_zip_writer.archive import Archive

_open: WeakKeyDictionary[Batch, Archive] = WeakKeyDictionary()
"""The archives of the runs under way."""


@hookimpl
def deid_write_file(instance: Instance, target: PurePosixPath, batch: Batch) -> WriteReceipt | None:
    """Write into an archive where the output is called ``….zip``; else it is not ours."""
    if not _is_ours(batch):
        return None
    output = batch.settings.output_folder
    from deid_core.part10 import encode
    from deid_core_zip_writer.archive import Archive

    stream = BytesIO()
    encode(instance, stream)
    if batch not in _open:
        _open[batch] = Archive(output, overwrite=batch.settings.overwrite)
    return _open[batch].add(target, stream.getvalue())


@hookimpl
def deid_parallel_runs() -> list[ParallelRun]:
    """Let several workers share a run, but for one that writes an archive."""
    return [ParallelRun(name="zip-writer", obstacle=_obstacle)]


def _obstacle(batch: Batch) -> str | None:
    return "one process writes the archive" if _is_ours(batch) else None


def _is_ours(batch: Batch) -> bool:
    output = batch.settings.output_folder
    return output.suffix.lower() == ".zip" and not output.is_dir()


@hookimpl
def deid_batch_finished(report: RunReport, batch: Batch) -> None:
    """Complete the archive; that of a run which broke off goes."""
    archive = _open.pop(batch, None)
    if archive is not None:
        archive.finish() if report.complete else archive.discard()
