"""``--key-file`` and its like: where the key of a run comes from, and that of its audit log."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def key_options(function: F) -> F:
    """Add ``--key-file`` and ``--key-keyring``."""
    function = click.option(
        "--key-keyring", metavar="NAME", help="Take the key of this name from the system's keyring."
    )(function)
    return click.option(
        "--key-file",
        type=_FILE,
        help="Secret bytes that make pseudonyms the same in every run; or the variable DEID_CORE_KEY.",
    )(function)


def log_key_option(function: F) -> F:
    """Add ``--log-key-file``."""
    return click.option(
        "--log-key-file",
        type=_FILE,
        help="Another key, which chains the audit log; or the variable DEID_CORE_LOG_KEY.",
    )(function)


def key_of(options: Mapping[str, Any]) -> bytes | None:
    """Return the key that options or ``DEID_CORE_KEY`` give, or None. Raises `SettingsError`."""
    from deid_core.keys import KEY_VARIABLE

    return _taken(options["key_file"], KEY_VARIABLE, options["key_keyring"])


def log_key_of(options: Mapping[str, Any]) -> bytes | None:
    """Return the key of the audit log, or None; see `deid_core.keys.refuse_same`."""
    from deid_core.keys import LOG_KEY_VARIABLE

    return _taken(options["log_key_file"], LOG_KEY_VARIABLE, None)


def _taken(file: Path | None, variable: str, keyring: str | None) -> bytes | None:
    """Return a key; what this process starts does not inherit it."""
    from deid_core.keys import key_from

    key = key_from(file, variable, keyring)
    os.environ.pop(variable, None)
    return key
