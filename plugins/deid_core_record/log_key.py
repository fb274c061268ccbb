"""The key of a log: another than that of the pseudonyms, so that who checks a log cannot compute them."""

from __future__ import annotations

import os
from pathlib import Path

from deid_core.keys import LOG_KEY_VARIABLE, key_from


def log_key(file: Path | None) -> bytes | None:
    """Return the key of a log out of a file, or of the variable for it; None without either.

    What this process starts does not inherit the variable. Raises `SettingsError`, as `key_from`.
    """
    key = key_from(file, LOG_KEY_VARIABLE)
    os.environ.pop(LOG_KEY_VARIABLE, None)
    return key
