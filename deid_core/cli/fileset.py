"""``--dicomdir``: whether the outputs become a file-set, with a directory of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from deid_core.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

NAMING = ("keep_names", "name_by", "flat", "keep_structure", "rename_folders")
"""Options by which names are no File IDs."""

DIRECTORY = "DICOMDIR"
"""The File ID of the directory of a file-set (PS3.10 8.6)."""


def fileset_option(function: F) -> F:
    """Add ``--dicomdir``."""
    return click.option(
        "--dicomdir/--no-dicomdir",
        default=None,
        help="Make a DICOMDIR of the outputs, which are named as it needs. "
        "Without either: where a source has a DICOMDIR at its top.",
    )(function)


def wants_dicomdir(
    options: Mapping[str, Any], sources: tuple[str, ...], settings: Settings
) -> bool:
    """Say whether this run makes a DICOMDIR.

    Names that are kept are seldom legal File IDs (PS3.10 8.5), so that a directory could not
    list the files. Raises `SettingsError` where both were asked for.
    """
    from deid_core.archives import archive_kind
    from deid_core.errors import SettingsError

    given: bool | None = options["dicomdir"]
    asked = given or (given is None and settings.dicomdir)
    naming = [name for name in NAMING if options[name]]
    if naming and asked:
        raise SettingsError(
            "a DICOMDIR needs names of its own for the files: "
            f"leave out --{naming[0].replace('_', '-')}, or say --no-dicomdir"
        )
    is_archive = archive_kind(options["output"].name) is not None
    kept = settings.keep_names or settings.keeps_folders or settings.name_by is not None
    if naming or kept or is_archive:
        return asked
    return asked or (given is None and any(_is_file_set(Path(source)) for source in sources))


def _is_file_set(source: Path) -> bool:
    """Tell whether a source is a DICOMDIR, or a folder with one at its top."""
    if not source.is_dir():
        return source.name.upper() == DIRECTORY
    try:
        # Media with lower-case names are common: some systems show them so.
        return any(path.name.upper() == DIRECTORY for path in source.iterdir())
    except OSError:
        return False


def say_of_directory(settings: Settings, skipped: Mapping[str, int]) -> None:
    """Print where the new DICOMDIR is, or how to get one where the source's was passed over."""
    if settings.dicomdir and (settings.output_folder / DIRECTORY).is_file():
        click.echo(f"{settings.output_folder / DIRECTORY} lists the outputs.")
    elif skipped.get("dicomdir"):
        click.echo("No DICOMDIR was made for the outputs; --dicomdir makes one.")
