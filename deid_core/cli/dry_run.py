"""``--dry-run`` of a run: all that it does, but for writing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from deid_core.engine import Engine
    from deid_core.model import FileRef, FileReport
    from deid_core.settings import Settings


@contextmanager
def tried(settings: Settings) -> Iterator[Settings]:
    """Give the settings of a run that leaves nothing behind.

    A crosswalk that is a file is used as a copy, for its owner alone. Raises `SettingsError` for one
    that is a database.
    """
    from deid_core.errors import SettingsError

    settings = attrs.evolve(
        settings, record_folder=None, quarantine_folder=None, log_key_file=None, retry=False
    )
    if settings.crosswalk is None:
        yield settings
        return
    if "://" in settings.crosswalk:
        raise SettingsError(
            "--dry-run cannot try a crosswalk that is a database: leave out --crosswalk"
        )
    with tempfile.TemporaryDirectory(prefix="deid-") as folder:
        copy = Path(folder) / "crosswalk"
        for end in ("", "-wal"):
            if Path(settings.crosswalk + end).is_file():
                shutil.copyfile(settings.crosswalk + end, f"{copy}{end}")
        yield attrs.evolve(settings, crosswalk=str(copy))


def foreseen(
    engine: Engine, refs: Iterable[FileRef], names: Iterable[PurePosixPath] | None
) -> Iterator[FileReport]:
    """Yield what would become of the files, one after the other."""
    from deid_core.execution.task import Task
    from deid_core.inputs import noted
    from deid_core.naming import distinct, safe_path

    named = iter(names) if names is not None else None
    settings = engine.batch.settings
    for number, ref in enumerate(noted(refs, settings, engine.batch.inputs), 1):
        target, label = None, f"file {number}"
        if named is not None:
            name = next(named)
            target, label = distinct(safe_path(name), engine.taken), name.name
        yield engine.foresee(Task(number, label, ref, target))
