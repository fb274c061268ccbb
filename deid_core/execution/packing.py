"""Tasks and results as bytes, as short as can be: they are the cost of a second process."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from types import FunctionType, MappingProxyType, MethodType
from typing import Any

from deid_core.errors import PluginError, PluginFailedError
from deid_core.execution.task import Configuration, LogLine, Result, Task
from deid_core.model import FileRef, FileReport, Outcome

_OUTCOMES = {outcome.value: outcome for outcome in Outcome}


def pack_configuration(configuration: Configuration) -> bytes:
    """Return a configuration as bytes. They hold the key."""
    return pickle.dumps(configuration, pickle.HIGHEST_PROTOCOL)


def obstacle_in(ids: object) -> str | None:
    """Return why the variables of a run cannot be given to another process, or None if they can."""
    try:
        _Plain(_Nowhere(), pickle.HIGHEST_PROTOCOL).dump(ids)
    except Exception:  # noqa: BLE001 - whatever pickling a stranger's object raises
        return "its ids hold a function, or something else that only this process has"
    return None


class _Plain(pickle.Pickler):
    """Refuses functions: what one of them remembers would differ from worker to worker."""

    def reducer_override(self, value: object) -> Any:
        if isinstance(value, FunctionType | MethodType | partial):
            raise pickle.PicklingError("a function")
        return NotImplemented


class _Nowhere:
    def write(self, data: Any) -> int:
        return len(data)


def unpack_configuration(payload: bytes) -> Configuration:
    """Return what was packed."""
    found = pickle.loads(payload)  # noqa: S301 - by the run that started this worker
    assert isinstance(found, Configuration)  # noqa: S101 - by the run that started this worker
    return found


def pack_tasks(tasks: Iterable[Task]) -> bytes:
    """Return tasks as bytes; raises whatever pickling does where one cannot be sent."""
    rows = []
    for task in tasks:
        ref = task.ref
        rows.append(
            (
                task.number,
                task.label,
                ref.name,
                ref.folders,
                None if ref.path is None else str(ref.path),
                ref.opener,
                ref.container,
                None if task.target is None else str(task.target),
                task.overwrite,
                task.told_apart,
            )
        )
    return pickle.dumps(rows, pickle.HIGHEST_PROTOCOL)


def unpack_tasks(payload: bytes) -> list[Task]:
    """Return the tasks that were packed; raises whatever loading does."""
    tasks = []
    rows = pickle.loads(payload)  # noqa: S301 - by the run that started this worker
    for number, label, name, folders, path, opener, container, target, *flags in rows:
        ref = FileRef(name, folders, None if path is None else Path(path), opener, container)
        path_of = None if target is None else PurePosixPath(target)
        tasks.append(Task(number, label, ref, path_of, *flags))
    return tasks


def pack_results(results: Iterable[Result], seconds: float) -> bytes:
    """Return results as bytes, with the seconds they took; what many have in common, once."""
    shared: dict[tuple[tuple[tuple[str, int], ...], ...], int] = {}
    rows = []
    for result in results:
        report = result.report
        counts = tuple(report.actions.items()), tuple(report.rules.items())
        counted = shared.setdefault(counts, len(shared))
        rows.append(
            (
                report.number,
                report.outcome.value,
                report.code,
                report.reason,
                report.output,
                report.warnings,
                report.notes,
                counted,
                report.input_digest,
                report.output_digest,
                None if report.fault is None else _packed_fault(report.fault),
                None if result.target is None else str(result.target),
                tuple(
                    (line.logger, line.level, line.message, line.is_note) for line in result.lines
                ),
            )
        )
    return pickle.dumps((seconds, list(shared), rows), pickle.HIGHEST_PROTOCOL)


def _packed_fault(fault: PluginError) -> bytes:
    try:
        packed = pickle.dumps(fault)
        pickle.loads(packed)  # noqa: S301 - made above
    except Exception:  # noqa: BLE001 - a stranger's class need not be fit to travel
        return pickle.dumps(PluginFailedError(str(fault)))
    return packed


def unpack_results(payload: bytes, ref_of: Callable[[int], FileRef]) -> tuple[float, list[Result]]:
    """Return the seconds that a chunk took, and its results. ``ref_of`` finds a file by number."""
    seconds, shared, rows = pickle.loads(payload)  # noqa: S301 - by a worker of this run
    tables: Sequence[tuple[Mapping[str, int], ...]] = [
        tuple(MappingProxyType(dict(table)) for table in tables) for tables in shared
    ]
    results = []
    for (
        number,
        outcome,
        code,
        reason,
        output,
        warnings,
        notes,
        counted,
        input_digest,
        output_digest,
        fault,
        target,
        lines,
    ) in rows:
        report = FileReport(
            number,
            _OUTCOMES[outcome],
            code,
            reason,
            output,
            warnings,
            notes,
            tables[counted][0],
            ref_of(number),
            None if fault is None else pickle.loads(fault),  # noqa: S301 - as above
            tables[counted][1],
            input_digest,
            output_digest,
        )
        path = None if target is None else PurePosixPath(target)
        results.append(Result(report, path, tuple(LogLine(*line) for line in lines)))
    return seconds, results
