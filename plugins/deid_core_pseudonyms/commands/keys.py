"""The options by which the commands get the key of the runs before them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from deid_core import SettingsError
from deid_core.keys import KEY_VARIABLE, key_from

F = TypeVar("F", bound=Callable[..., Any])


def key_options(function: F) -> F:
    """Add ``--key-file`` and ``--key-keyring``."""
    function = click.option(
        "--key-keyring", metavar="NAME", help="Take the key of this name from the system's keyring."
    )(function)
    return click.option(
        "--key-file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="The key of the runs that wrote the crosswalk; or the variable DEID_CORE_KEY.",
    )(function)


def key_of(options: Mapping[str, Any]) -> bytes:
    """Return the key that the options or the variable give. Raises `SettingsError` if none does."""
    key = key_from(options["key_file"], keyring=options["key_keyring"])
    # What a plugin starts does not inherit it.
    os.environ.pop(KEY_VARIABLE, None)
    if key is None:
        raise SettingsError(
            "nobody can open a crosswalk without its key: "
            f"--key-file FILE, --key-keyring NAME or the variable {KEY_VARIABLE}"
        )
    return key
