"""The key of the runs that wrote a crosswalk, without which no command can open it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deid_core import SettingsError
from deid_core.commands import key_of
from deid_core.keys import KEY_VARIABLE


def needed_key(options: Mapping[str, Any]) -> bytes:
    """Return the key that the options or the variable give. Raises `SettingsError` if none does."""
    key = key_of(options)
    if key is None:
        raise SettingsError(
            "nobody can open a crosswalk without its key: "
            f"--key-file FILE, --key-keyring NAME or the variable {KEY_VARIABLE}"
        )
    return key
