"""The default plugin "record": what a run keeps of what it has done, and how it goes on from there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deid_core.hookspecs import hookimpl

if TYPE_CHECKING:
    import click

    from deid_core import Batch, FileRef, FileReport, ParallelRun, RunReport
    from deid_core.records import CliCommand


@hookimpl(trylast=True)
def deid_batch_started(batch: Batch) -> None:
    """Open the journal, or refuse to go on with what was begun in another way."""
    if batch.settings.record_folder is not None:
        from deid_core_record.run import begin

        begin(batch)


@hookimpl
def deid_recall_file(ref: FileRef, batch: Batch) -> FileReport | None:
    """Recall a file that is done."""
    if batch.settings.record_folder is None:
        return None
    from deid_core_record.run import record_of

    return record_of(batch).recall(ref)


@hookimpl
def deid_file_recorded(report: FileReport, batch: Batch) -> None:
    """Keep what became of a file."""
    if batch.settings.record_folder is not None:
        from deid_core_record.run import record_of

        record_of(batch).keep(report)


@hookimpl(trylast=True)
def deid_batch_finished(report: RunReport, batch: Batch) -> None:
    """Close the journal."""
    if batch.settings.record_folder is not None:
        from deid_core_record.run import end

        end(batch, report)


@hookimpl
def deid_parallel_runs() -> list[ParallelRun]:
    """Say that workers may share a run: the process that was started keeps the record."""
    from deid_core.records import ParallelRun

    return [ParallelRun(name="record")]


@hookimpl
def deid_cli_commands() -> list[CliCommand]:
    """Declare ``deid-core verify-log`` and ``deid-core review``."""
    from deid_core.records import CliCommand

    return [
        CliCommand(
            name="review",
            load=_review,
            summary="look at what a run has written, and mark what may go out",
        ),
        CliCommand(
            name="verify-log", load=_verify_log, summary="tell whether a record was changed"
        ),
    ]


def _review() -> click.Command:
    from deid_core_record.review.command import command

    return command


def _verify_log() -> click.Command:
    from deid_core_record.command import command

    return command
