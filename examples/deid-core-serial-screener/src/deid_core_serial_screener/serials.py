"""Look for serial numbers in private elements, at every depth."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydicom.dataset import Dataset

from deid_core import ElementPath, ReadError
from deid_core.elements import (
    creator_of,
    is_creator,
    is_sequence,
    items_of,
    plain,
    private_creators,
    read_element,
    stored_vr,
)
from deid_core.field import Parent

SERIAL = "it looks like a serial number"
UNREADABLE = "it cannot be decoded, so it may be a serial number"

_SERIAL = re.compile(r"(?<![\d.])\d{5,}(?![\d.])")
"""Five digits or more that are no part of a decimal number or a UID."""


def serials(dataset: Dataset) -> Mapping[str, str]:
    """Return path → reason for the private elements that must go."""
    return dict(_walk(dataset, ()))


def _walk(dataset: Dataset, parents: tuple[Parent, ...]) -> Iterator[tuple[str, str]]:
    creators = private_creators(dataset)
    for tag in list(dataset.keys()):
        if is_creator(tag):
            continue
        path = ElementPath(tag, stored_vr(dataset, tag), creator_of(tag, creators), parents)
        try:
            if is_sequence(dataset, tag):
                for number, item in enumerate(items_of(dataset, tag)):
                    yield from _walk(item, (*parents, Parent(tag, number, path.creator)))
            elif path.is_private and _is_serial(plain(read_element(dataset, tag).value)):
                yield str(path), SERIAL
        except ReadError:
            # A public element that cannot be decoded is for others to judge.
            if path.is_private:
                yield str(path), UNREADABLE


def _is_serial(value: Any) -> bool:
    """Tell whether text holds one; what is stored as a number is a measurement."""
    if isinstance(value, list):
        return any(_is_serial(one) for one in value)
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    return isinstance(value, str) and _SERIAL.search(value) is not None
