"""The chain of a log: lines of JSON, each with its own hash and that of the line before.

A line ends with ``"hash":"…"}``. What stands before that is what the hash is of, and holds as ``prev``
the hash of the line before. With a key the hash is HMAC-SHA-256 (RFC 2104), without SHA-256.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable
from typing import Any

import attrs

START = "0" * 64
"""What the first line holds as ``prev``."""
KEYED, PLAIN = "hmac-sha256", "sha256"
MOST_OF_A_LINE = 1 << 20
"""Bytes of the longest line: no event needs as many."""

_LINE = re.compile(
    rb'(\{"seq":([1-9][0-9]{0,18}),"prev":"([0-9a-f]{64})",[^\n]*),"hash":"([0-9a-f]{64})"\}\n'
)

Seal = Callable[[bytes], str]


def seal_of(key: bytes | None) -> Seal:
    """Return the function that gives the hash of the bytes before it, in hexadecimal."""
    if key is None:
        return lambda body: hashlib.sha256(body).hexdigest()
    return lambda body: hmac.digest(key, body, "sha256").hex()


@attrs.frozen
class Line:
    """A line that has the form of one; ``body`` is what its hash must be of."""

    body: bytes = attrs.field(repr=False)
    seq: int
    prev: str
    hash: str

    def event(self) -> dict[str, Any]:
        """Return what the line says; nothing if that is no object of JSON."""
        try:
            found = json.loads(self.body + b"}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def parse(line: bytes) -> Line | None:
    """Return a line, its end included, by its parts; None if it has not the form of one."""
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    return Line(found[1], int(found[2]), found[3].decode(), found[4].decode())
