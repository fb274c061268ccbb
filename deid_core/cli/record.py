"""``--record``, ``--retry`` and ``--quarantine``: what a run keeps, and how it goes on from there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from rich.console import Console
from rich.markup import escape

from deid_core.commands import log_key_option, show_files_option

if TYPE_CHECKING:
    from deid_core.engine import Engine
    from deid_core.model import Outcome
    from deid_core.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

SUFFIX = ".record"
_OF_A_RECORD = ("record", "retry", "log_key_file", "thumbnails")
KEY_NAME = "run.key"
"""The key that was made for a run, until the run is complete: without it nobody could go on."""

_OPTIONS = [
    click.option(
        "--record",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="FOLDER",
        help="The record of the run, from which it goes on. Without: beside the output, OUT.record.",
    ),
    click.option("--no-record", is_flag=True, help="Keep no record: the run cannot go on later."),
    click.option(
        "--retry", is_flag=True, help="Do files again that an earlier run refused or failed on."
    ),
    show_files_option,
    click.option(
        "--quarantine",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="FOLDER",
        help="Copy files that are refused there, with their names and identifiers, for you alone.",
    ),
    log_key_option,
    click.option(
        "--thumbnails",
        type=click.IntRange(0, 24),
        help="Show images of so many series: in report.html, before and after. BURNED-IN TEXT SHOWS: do not share it then.",
    ),
]


def record_options(function: F) -> F:
    """Add the options."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def record_settings(settings: Settings, options: Mapping[str, Any]) -> Settings:
    """Return the settings with the folders that were asked for. Raises `SettingsError`."""
    import attrs

    from deid_core.errors import SettingsError

    quarantine = options["quarantine"] or settings.quarantine_folder
    if options["no_record"]:
        if any(options[name] for name in _OF_A_RECORD) or quarantine:
            raise SettingsError(
                "--no-record excludes --record, --retry, --quarantine, --log-key-file and --thumbnails"
            )
        return attrs.evolve(settings, record_folder=None)
    folder = options["record"] or settings.record_folder or beside(settings.output_folder)
    for one, what in ((folder, "record"), (quarantine, "quarantine")):
        if one is not None and one.resolve().is_relative_to(settings.output_folder.resolve()):
            raise SettingsError(
                f"{one} lies in the output folder, which others get to see; "
                f"choose another place for --{what}"
            )
    return attrs.evolve(
        settings,
        record_folder=folder,
        retry=options["retry"] or settings.retry,
        quarantine_folder=quarantine,
        log_key_file=options["log_key_file"] or settings.log_key_file,
        thumbnails=options["thumbnails"] or settings.thumbnails,
    )


def beside(output: Path) -> Path:
    """Return the folder of the record of an output: beside it, so that it does not go out with it."""
    whole = output if output.name not in ("", "..") else output.resolve()
    return whole.with_name(f"{whole.name or 'root'}{SUFFIX}")


def key_of_run(settings: Settings) -> bytes | None:
    """Return the key that was made for a run that is not complete yet, or make one.

    It is kept with the record, for its owner alone, unless the run before is complete: then nothing
    can be added, and this key is for nobody. None where there is no record. Raises
    `SettingsError` if it cannot be kept.
    """
    import secrets

    from deid_core.errors import SettingsError

    folder = settings.record_folder
    if folder is None:
        return None
    path = folder / KEY_NAME
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists():
            return bytes.fromhex(path.read_text(encoding="ascii"))
        key = secrets.token_bytes(32)
        if not settings.overwrite and _has_any(folder) and _has_any(settings.output_folder):
            return key
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(key.hex())
    except OSError as error:
        raise SettingsError(
            f"{path}: the key of this run cannot be kept ({error.strerror}); give --key-file, "
            "or name another folder with --record, or none with --no-record"
        ) from None
    except ValueError:
        raise SettingsError(
            f"{path}: is no key of a run that was broken off; remove it, and give another --output"
        ) from None
    return key


def _has_any(folder: Path) -> bool:
    return folder.is_dir() and any(True for _ in folder.iterdir())


def forget_key(folder: Path | None) -> None:
    """Remove the key that was made for a run, now that it is complete."""
    if folder is not None:
        (folder / KEY_NAME).unlink(missing_ok=True)


@contextmanager
def no_empty_record(folder: Path | None) -> Iterator[None]:
    """Leave no folder of a record behind where no run began, as for a recipe that means nothing."""
    is_new = folder is not None and not folder.exists()
    try:
        yield
    finally:
        if folder is not None and is_new and folder.is_dir():
            if {path.name for path in folder.iterdir()} == {KEY_NAME}:
                forget_key(folder)
            # Where anything else is in it, a run began.
            with suppress(OSError):
                folder.rmdir()


def recalled_bad(engine: Engine) -> int:
    """Return how many files were not written in earlier runs and were left alone in this one."""
    from deid_core.model import Outcome

    recalled = engine.recalled
    return sum(
        count
        for outcome, count in recalled.items()
        if outcome not in (Outcome.WRITTEN, Outcome.SKIPPED)
    )


def say_of_record(engine: Engine, counts: Mapping[Outcome, int]) -> None:
    """Print what earlier runs had done already, and where the record is."""
    console = Console(soft_wrap=True)
    before, bad = sum(engine.recalled.values()), recalled_bad(engine)
    if before:
        files = "file was" if before == 1 else "files were"
        lead = "" if sum(counts.values()) else "Nothing to do: "
        console.print(f"{lead}{before} {files} done by an earlier run.")
    if bad:
        of_them = f"{bad} of them {'was' if bad == 1 else 'were'} not written then"
        console.print(f"{of_them}; --retry does them again.")
    folder = engine.batch.settings.record_folder
    if folder is not None:
        console.print(f"Record in {escape(str(folder))}")
