"""The key of a log: another than that of the pseudonyms, so that who checks a log cannot compute them."""

from __future__ import annotations

import hmac
import os
import stat
from pathlib import Path

from deid_core import SettingsError
from deid_core.settings import SMALLEST_KEY

VARIABLE = "DEID_CORE_LOG_KEY"


def log_key(file: Path | None) -> bytes | None:
    """Return the key of a log out of a file, or of the variable `VARIABLE`; None without either.

    What this process starts does not inherit the variable. Raises `SettingsError` for a key that is
    given twice, cannot be read or is too short, and for a file that others may read.
    """
    given = os.environ.pop(VARIABLE, None)
    if file is not None and given is not None:
        raise SettingsError(f"the key of the log is given by a file and by {VARIABLE}; keep one")
    if file is None and given is None:
        return None
    if file is None:
        assert given is not None  # noqa: S101 - for the type checker: one of the two is there
        return _long_enough(os.fsencode(given), f"the variable {VARIABLE}")
    try:
        mode = file.stat().st_mode
        key = file.read_bytes()
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read ({error.strerror})") from None
    if os.name == "posix" and stat.S_ISREG(mode) and mode & 0o077:
        raise SettingsError(f"{file}: others may read this key; close it by: chmod 600 {file}")
    return _long_enough(key, str(file))


def refuse_same(key: bytes, of_log: bytes | None) -> None:
    """Raise `SettingsError` if the key of the pseudonyms is that of the log."""
    if of_log is not None and hmac.compare_digest(key, of_log):
        raise SettingsError(
            "the key of the log is that of the pseudonyms, so that who checks a log could compute "
            "them; give another --log-key-file"
        )


def _long_enough(key: bytes, where: str) -> bytes:
    key = key.strip()
    if len(key) < SMALLEST_KEY:
        raise SettingsError(f"{where}: a key needs at least {SMALLEST_KEY} bytes")
    return key
