"""What locks a crosswalk: AES-256-GCM, with keys derived from the user's by HKDF (RFC 5869)."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import zlib
from functools import cache
from typing import TYPE_CHECKING, Any

from deid_core import SettingsError
from deid_core.keys import SMALLEST_KEY

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
KEY = 32
PURPOSE = "deid_core crosswalk"


class WrongKeyError(Exception):
    """A row does not open: it was locked with another key, or changed since."""


class Cipher:
    """Locks the rows of one crosswalk, and makes the names under which they are looked up.

    Each kind of row has a key of its own, and each row is bound to its kind and name, so that
    rows cannot be exchanged. Raises `SettingsError` without the package that encrypts.
    """

    def __init__(self, key: bytes, salt: bytes) -> None:
        if len(key) < SMALLEST_KEY:
            raise SettingsError(f"a crosswalk needs a key of at least {SMALLEST_KEY} bytes")
        try:
            from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - it may be missing
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415
            from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415
        except ImportError:
            raise SettingsError(
                "a crosswalk needs the package cryptography: pip install 'deid-core[crosswalk]'"
            ) from None

        def derived(purpose: str) -> bytes:
            info = f"{PURPOSE}, {purpose}".encode()
            return HKDF(algorithm=hashes.SHA256(), length=KEY, salt=salt, info=info).derive(key)

        @cache
        def cipher_of(kind: str) -> AESGCM:
            return AESGCM(derived(f"rows: {kind}"))

        self._names = derived("names")
        self._cipher_of = cipher_of

    def name(self, kind: str, *texts: str) -> bytes:
        """Return the 32 bytes under which the row about ``texts`` stands: a keyed hash."""
        message = json.dumps([kind, *texts]).encode()
        return hmac.new(self._names, message, hashlib.sha256).digest()

    def lock(self, kind: str, name: bytes, content: Any) -> bytes:
        """Return ``content``, anything that JSON can hold, as a locked row."""
        nonce = os.urandom(NONCE)
        plain = zlib.compress(json.dumps(content).encode())
        return nonce + self._cipher_of(kind).encrypt(nonce, plain, kind.encode() + name)

    def unlock(self, kind: str, name: bytes, row: bytes) -> Any:
        """Return the content of a row. Raises `WrongKeyError`."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - it may be missing

        try:
            plain = self._cipher_of(kind).decrypt(row[:NONCE], row[NONCE:], kind.encode() + name)
        except (InvalidTag, ValueError):
            raise WrongKeyError from None
        return json.loads(zlib.decompress(plain))
