"""A plugin that writes all outputs of a run into one ZIP archive."""

from __future__ import annotations

from io import BytesIO
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from deid_core import Batch, Instance, RunReport, WriteReceipt, hookimpl

if TYPE_CHECKING:
    from deid_core_zip_writer.archive import Archive

_open: WeakKeyDictionary[Batch, Archive] = WeakKeyDictionary()
"""The archives of the runs under way."""


@hookimpl
def deid_write_file(instance: Instance, target: PurePosixPath, batch: Batch) -> WriteReceipt | None:
    """Write into an archive where the output is called ``….zip``; else it is not ours."""
    output = batch.settings.output_folder
    if output.suffix.lower() != ".zip" or output.is_dir():
        return None
    from deid_core_dicom.write import encode
    from deid_core_zip_writer.archive import Archive

    stream = BytesIO()
    encode(instance, stream)
    if batch not in _open:
        _open[batch] = Archive(output, overwrite=batch.settings.overwrite)
    return _open[batch].add(target, stream.getvalue())


@hookimpl
def deid_batch_finished(report: RunReport, batch: Batch) -> None:
    """Complete the archive; that of a run which broke off goes."""
    archive = _open.pop(batch, None)
    if archive is not None:
        archive.finish() if report.complete else archive.discard()
