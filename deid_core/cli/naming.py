"""``--name-by``, ``--flat``, ``--keep-names``, ``--keep-structure``: what outputs are called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

import click

from deid_core.cli.options import archives_option

if TYPE_CHECKING:
    from deid_core.model import FileRef
    from deid_core.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = [
    click.option(
        "--name-by",
        metavar="TEMPLATE",
        help="Name outputs by their own values, as '{PatientID}/{Modality|none}-{Rows:04}.dcm'.",
    ),
    click.option("--flat", is_flag=True, help="Name outputs by their UIDs, all in one folder."),
    click.option("--keep-names", is_flag=True, help="Keep base names, which may hold a patient's."),
    click.option(
        "--keep-structure",
        is_flag=True,
        help="Keep the folders below a source. THEIR NAMES MAY HOLD A PATIENT'S.",
    ),
    click.option(
        "--rename-folders",
        is_flag=True,
        help="Keep the folders below a source, and give them names that say nothing.",
    ),
    archives_option,
]


def naming_options(function: F) -> F:
    """Add the options."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def naming_settings(options: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """Return the settings that the options stand for.

    Raises `SettingsError` for a template that cannot be, and for options that exclude each other.
    """
    from deid_core.errors import SettingsError
    from deid_core.template import FLAT

    given = [name for name in ("name_by", "flat", "keep_names") if options[name]]
    if len(given) > 1:
        first, second = (f"--{name.replace('_', '-')}" for name in given[:2])
        raise SettingsError(f"{first} and {second} exclude each other: each says what names are")
    keep_structure = options["keep_structure"] or options["rename_folders"]
    if options["flat"] and keep_structure:
        raise SettingsError("--flat and folders that are kept exclude each other")
    name_by = FLAT if options["flat"] else options["name_by"]
    return {
        "name_by": name_by or (None if given else settings.name_by),
        "keep_names": options["keep_names"] or (settings.keep_names and not given),
        "keep_structure": keep_structure or (settings.keep_structure and not options["flat"]),
        "rename_folders": options["rename_folders"]
        or (settings.rename_folders and not options["flat"]),
    }


def names_of(
    refs: Iterator[FileRef], settings: Settings
) -> tuple[Iterable[FileRef], list[PurePosixPath] | None]:
    """Return the files of a run, and their names where these need all files to be known."""
    from deid_core.naming import kept_names

    if not settings.keep_names or settings.keeps_folders:
        return refs, None
    found = list(refs)
    return found, kept_names(found)
