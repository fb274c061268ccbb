"""A plugin that writes all outputs of a run into one ZIP archive."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from deid_core import Batch, Instance, RunReport, WriteReceipt, hookimpl

if TYPE_CHECKING:
    from deid_core_zip_writer.archive import Archive

_open: dict[int, tuple[Batch, Archive]] = {}
"""The archives of the runs under way, by the identity of the batch, which is kept with it."""


@hookimpl
def deid_write_file(instance: Instance, target: PurePosixPath, batch: Batch) -> WriteReceipt | None:
    """Write into an archive where the output is called ``….zip``; else it is not ours."""
    output = batch.settings.output_folder
    if output.suffix.lower() != ".zip" or output.is_dir():
        return None
    from deid_core_zip_writer.archive import Archive
    from deid_core_zip_writer.encode import encode

    if id(batch) not in _open:
        _open[id(batch)] = batch, Archive(output, overwrite=batch.settings.overwrite)
    _, archive = _open[id(batch)]
    return archive.add(target, encode(instance))


@hookimpl
def deid_batch_finished(report: RunReport, batch: Batch) -> None:  # noqa: ARG001 - as specified
    """Complete the archive."""
    _, archive = _open.pop(id(batch), (batch, None))
    if archive is not None:
        archive.finish()
