"""Secret keys: where they come from, how they are made, and by what they are told apart.

There are two kinds. From the *key* of a run pseudonyms are derived. The *log key* chains the lines of
an audit log. Who may check a log need not be able to compute pseudonyms, so the two must differ.
"""

from __future__ import annotations

import errno
import hmac
import os
import secrets
import shlex
import stat
from contextlib import suppress
from pathlib import Path
from types import ModuleType

from deid_core.errors import SettingsError

SMALLEST_KEY = 16
"""Bytes of the shortest key: what has fewer can be found by trying."""

LARGEST_KEY = 65536
"""Bytes of the longest: what has more is another file, given by mistake."""

KEY_VARIABLE = "DEID_CORE_KEY"
"""The variable of the environment that may hold the key of a run."""

LOG_KEY_VARIABLE = "DEID_CORE_LOG_KEY"
"""The variable that may hold the key of the audit log."""

KEYRING_SERVICE = "deid-core"
"""The service under which keys are kept in the keyring of the system."""

_FINGERPRINT = b"deid_core fingerprint of a key"
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL
_NEW_FILE |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_NEW_BYTES = 32


def key_from(
    file: str | os.PathLike[str] | None = None,
    variable: str = KEY_VARIABLE,
    keyring: str | None = None,
) -> bytes | None:
    """Return the key that a file, a variable of the environment or the system's keyring holds.

    ``variable`` is looked at always, ``keyring`` is a name in the keyring. None of them: None. No
    place wins over another: that a key is given twice is refused, or one of them would be
    passed over in silence. White space around a key does not count.

    Raises `SettingsError` for a key that is given twice, cannot be read or is too short, and for a
    file that others than its owner may read.
    """
    given = {
        "a file": file is not None,
        f"the variable {variable}": variable in os.environ,
        "the keyring": keyring is not None,
    }
    places = [place for place, is_given in given.items() if is_given]
    if len(places) > 1:
        raise SettingsError(f"a key is given by {' and by '.join(places)}; keep one of them")
    if file is not None:
        return read_key(file)
    if keyring is not None:
        return _long_enough(_from_keyring(keyring), f"the key {keyring!r} in the keyring")
    if variable in os.environ:
        return _long_enough(os.fsencode(os.environ[variable]), f"the variable {variable}")
    return None


def read_key(path: str | os.PathLike[str]) -> bytes:
    """Read a secret key from a file; white space around it does not count.

    Raises `SettingsError` if it cannot be read, is too short to be a secret, or is none because
    others than the owner of the file may read it (where the system has such permissions).
    """
    try:
        with Path(path).open("rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            if os.name == "posix" and stat.S_ISREG(mode) and mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise SettingsError(
                    f"{path}: others than its owner may read or change this key; "
                    f"run: chmod 600 {shlex.quote(os.fspath(path))}"
                )
            key = stream.read(LARGEST_KEY + 1)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror})") from None
    if len(key) > LARGEST_KEY:
        raise SettingsError(f"{path}: is no key, but a file of more than {LARGEST_KEY} bytes")
    return _long_enough(key, os.fspath(path))


def _long_enough(key: bytes, where: str) -> bytes:
    key = key.strip()
    if len(key) < SMALLEST_KEY:
        raise SettingsError(f"{where}: a key needs at least {SMALLEST_KEY} bytes")
    return key


def refuse_same(key: bytes | None, log_key: bytes | None) -> None:
    """Raise `SettingsError` if both are given and are one."""
    if key is not None and log_key is not None and hmac.compare_digest(key, log_key):
        raise SettingsError(
            "the key of the audit log is that of the pseudonyms, so that who may check a log "
            "could compute them; make another: deid-core key new"
        )


def fingerprint(key: bytes) -> str:
    """Return 16 hexadecimal digits that tell one key from another.

    They are part of a HMAC-SHA-256 (RFC 2104) under the key and say nothing about it. But who guesses
    a key can check it by them, so a key must not be guessable: `new_key` makes such.
    """
    return hmac.digest(key, _FINGERPRINT, "sha256")[:8].hex()


def new_key() -> str:
    """Return a new key of 256 random bits, as text that a file, a variable or a keyring can hold."""
    return secrets.token_hex(_NEW_BYTES)


def write_key(key: str, path: str | os.PathLike[str]) -> None:
    """Write a key to a new file that only its owner may read.

    Raises `SettingsError` if there is something of that name already, or no file can be made.
    """
    try:
        descriptor = os.open(path, _NEW_FILE, stat.S_IRUSR | stat.S_IWUSR)
    except FileExistsError:
        raise _taken(path) from None
    except OSError as error:
        raise _unmakable(path, error.strerror) from None
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(f"{key}\n".encode())
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        with suppress(OSError):
            Path(path).unlink()
        raise _unmakable(path, error.strerror) from None


def refuse_taken(path: str | os.PathLike[str] | None, name: str | None) -> None:
    """Raise `SettingsError` where `write_key` or `store_key` would, as far as can be told before."""
    if path is not None:
        place = Path(path)
        if os.path.lexists(place):
            raise _taken(path)
        if not place.absolute().parent.is_dir():
            raise _unmakable(path, os.strerror(errno.ENOENT))
        if not os.access(place.absolute().parent, os.W_OK | os.X_OK):
            raise _unmakable(path, os.strerror(errno.EACCES))
    if name is not None:
        try:
            taken = _keyring().get_password(KEYRING_SERVICE, name) is not None
        except SettingsError:
            raise
        except Exception as error:  # noqa: BLE001 - each backend raises its own
            raise _unusable(error) from None
        if taken:
            raise _taken_in_keyring(name)


def _taken(path: str | os.PathLike[str]) -> SettingsError:
    return SettingsError(
        f"{path}: is there already, and a key is never replaced; give another name"
    )


def _taken_in_keyring(name: str) -> SettingsError:
    return SettingsError(
        f"the keyring has a key {name!r} already, and a key is never replaced; give another name"
    )


def _unmakable(path: str | os.PathLike[str], why: str | None) -> SettingsError:
    return SettingsError(f"{path}: cannot be made ({why}); name a file in a folder of yours")


def store_key(key: str, name: str) -> None:
    """Store a key under a name in the keyring of the system.

    Raises `SettingsError` if the name is taken, or there is no keyring.
    """
    keyring = _keyring()
    try:
        taken = keyring.get_password(KEYRING_SERVICE, name) is not None
        if not taken:
            keyring.set_password(KEYRING_SERVICE, name, key)
    except Exception as error:  # noqa: BLE001 - each backend raises its own
        raise _unusable(error) from None
    if taken:
        raise _taken_in_keyring(name)


def _from_keyring(name: str) -> bytes:
    try:
        key = _keyring().get_password(KEYRING_SERVICE, name)
    except SettingsError:
        raise
    except Exception as error:  # noqa: BLE001 - each backend raises its own
        raise _unusable(error) from None
    if key is None:
        raise SettingsError(
            f"the keyring has no key {name!r}; make one: deid-core key new --keyring {name}"
        )
    return str(key).encode()


def _keyring() -> ModuleType:
    try:
        import keyring  # noqa: PLC0415 - an extra, and it takes long to import
    except ImportError:
        raise SettingsError(
            "the keyring needs the package keyring: pip install 'deid-core[keyring]'"
        ) from None
    return keyring


def _unusable(error: Exception) -> SettingsError:
    # The text of the error is left out: nobody knows what a backend quotes.
    return SettingsError(
        f"the keyring of the system cannot be used ({type(error).__name__}); "
        "give the key by a file or a variable"
    )
