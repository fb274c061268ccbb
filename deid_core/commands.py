"""Options and words that the commands of ``deid-core`` share: for authors of commands.

An option means the same in each command that has it. A command of a plugin that takes these is like
the others; its options may be said by variables and in config files, without its doing anything.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from deid_core.keys import KEY_VARIABLE, LOG_KEY_VARIABLE, key_from

if TYPE_CHECKING:
    from deid_core.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

PLACE = click.Path(readable=False)
"""The type of an argument that is a file, a folder, or a place that a plugin knows: shells complete
files, and nothing is checked."""

CONFIG = "deid_core.config"
"""Under this, the `click.Context.meta` of a command has what its config file says."""

_KEY_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def json_option(function: F) -> F:
    """Add ``--json``: one object on standard output, and nothing besides."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON object, and nothing besides."
    )(function)


def print_json(shown: Mapping[str, Any]) -> None:
    """Print one object, as all commands do with ``--json``; ``command`` in it is the command's name."""
    text = json.dumps(shown, indent=2, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        # The name of a file that is no UTF-8.
        text = json.dumps(shown, indent=2)
    click.echo(text)


def output_option(
    what: str, *, required: bool = False, each_time: bool = False
) -> Callable[[F], F]:
    """Add ``--output``; ``what`` says what is written there.

    ``each_time`` keeps it out of variables and config files: where what is written identifies patients,
    it must not go where other outputs go by habit.
    """
    return click.option(
        "--output",
        "-o",
        type=click.Path(path_type=Path),
        required=required,
        allow_from_autoenv=not each_time,
        help=f"Where the output goes: {what}",
    )


def overwrite_option(*, each_time: bool = False) -> Callable[[F], F]:
    """Add ``--overwrite``; ``each_time`` as for `output_option`."""
    return click.option(
        "--overwrite",
        is_flag=True,
        allow_from_autoenv=not each_time,
        help="Replace outputs that are there already.",
    )


def dry_run_option(function: F) -> F:
    """Add ``--dry-run``: all is read and checked, and nothing at all is written."""
    return click.option(
        "--dry-run",
        is_flag=True,
        help="Read, decide, check and count, but write nothing at all.",
    )(function)


def say_dry_run(paths: Iterable[Path | str]) -> None:
    """Print what would be written, in the words of all commands."""
    click.echo("Dry run: nothing is written.")
    for path in paths:
        click.echo(f"Would be written: {path}")


def show_values_option(function: F) -> F:
    """Add ``--show-values``."""
    return click.option("--show-values", is_flag=True, help="Show values. THEY IDENTIFY PATIENTS.")(
        function
    )


def show_files_option(function: F) -> F:
    """Add ``--show-files``."""
    return click.option(
        "--show-files",
        is_flag=True,
        help="Name files that are listed also where the output is no terminal. "
        "NAMES MAY HOLD A PATIENT'S.",
    )(function)


def key_options(function: F) -> F:
    """Add ``--key-file`` and ``--key-keyring``; see `key_of`."""
    function = click.option(
        "--key-keyring", metavar="NAME", help="Take the key of this name from the system's keyring."
    )(function)
    return click.option(
        "--key-file",
        type=_KEY_FILE,
        help="The secret key from which pseudonyms are made, the same in each run; or the variable "
        f"{KEY_VARIABLE}.",
    )(function)


def log_key_option(function: F) -> F:
    """Add ``--log-key-file``."""
    return click.option(
        "--log-key-file",
        type=_KEY_FILE,
        help=f"The key that chains the log of a record; or the variable {LOG_KEY_VARIABLE}.",
    )(function)


def key_of(options: Mapping[str, Any]) -> bytes | None:
    """Return the key that options or ``DEID_CORE_KEY`` give, or None. Raises `SettingsError`.

    What this process starts does not inherit the variable.
    """
    key = key_from(options["key_file"], KEY_VARIABLE, options["key_keyring"])
    os.environ.pop(KEY_VARIABLE, None)
    return key


def said_settings() -> Settings:
    """Return the settings of the config file of the command that runs. Raises `SettingsError`."""
    from deid_core.settings import Settings  # noqa: PLC0415 - it takes longer than any --help

    context = click.get_current_context(silent=True)
    config = context.meta.get(CONFIG) if context is not None else None
    settings: Settings = Settings() if config is None else config.settings()
    return settings
