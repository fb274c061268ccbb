"""Look for serial numbers in private elements, at every depth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from deid_core import Instance, ReadError
from deid_core.elements import is_creator, is_sequence, value_of, walk

SERIAL = "it looks like a serial number"
UNREADABLE = "it cannot be decoded, so it may be a serial number"

_SERIAL = re.compile(r"(?<![\d.])\d{5,}(?![\d.])")
"""Five digits or more that are no part of a decimal number or a UID."""


def serials(instance: Instance) -> Iterator[tuple[str, str]]:
    """Yield path and reason for the private elements that must go."""
    for holder, path in walk(instance.elements):
        if not path.is_private or is_creator(path.tag) or is_sequence(holder, path.tag):
            continue
        try:
            found = _is_serial(value_of(holder, path.tag))
        except ReadError:
            yield str(path), UNREADABLE
        else:
            if found:
                yield str(path), SERIAL


def _is_serial(value: Any) -> bool:
    """Tell whether text holds one; what is stored as a number is a measurement."""
    if isinstance(value, list):
        return any(_is_serial(one) for one in value)
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    return isinstance(value, str) and _SERIAL.search(value) is not None
