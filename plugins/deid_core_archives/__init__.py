"""The default plugin "archives": zip and tar as sources, and as what is written.

Members are read where they are: nothing is unpacked to disk.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from deid_core.hookspecs import hookimpl

if TYPE_CHECKING:
    from deid_core import (
        Batch,
        DiscoveryOptions,
        FileRef,
        Instance,
        ParallelRun,
        RunReport,
        WriteReceipt,
    )


@hookimpl(wrapper=True)
def deid_discover_files(
    location: str, options: DiscoveryOptions
) -> Generator[None, Iterable[FileRef] | None, Iterable[FileRef] | None]:
    """Give the members of an archive in its place, wherever a file was found that is one."""
    found = yield
    if found is None:
        return None
    from deid_core_archives.found import opened

    return opened(found, location, options)


@hookimpl
def deid_batch_started(batch: Batch) -> None:
    """Stop a run that would write an archive with a DICOMDIR."""
    if batch.settings.dicomdir:
        from deid_core_archives.output import refuse_directory

        refuse_directory(batch)


@hookimpl
def deid_write_file(instance: Instance, target: PurePosixPath, batch: Batch) -> WriteReceipt | None:
    """Write into an archive where the output is called like one; else it is not ours."""
    from deid_core_archives.output import is_archive, write

    return write(instance, target, batch) if is_archive(batch.settings) else None


@hookimpl
def deid_batch_finished(report: RunReport, batch: Batch) -> None:
    """Give the archive its name; that of a run which broke off goes."""
    from deid_core_archives.output import finish

    finish(batch, complete=report.complete)


@hookimpl
def deid_parallel_runs() -> list[ParallelRun]:
    """Say that workers may share a run, unless it writes an archive."""
    from deid_core.records import ParallelRun
    from deid_core_archives.output import obstacle

    return [ParallelRun(name="archives", obstacle=obstacle)]
