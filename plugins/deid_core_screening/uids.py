"""Find UIDs that are written in a text, and write those that stand for them."""

from __future__ import annotations

import regex
from pydicom.uid import UID

from deid_core import Batch

_UID = regex.compile(r"(?<![\d.])[0-2](?:\.(?:0|[1-9]\d*)){5,}(?![\d.]*\d)")
"""Six components and more, none with a leading zero (PS3.5 9.1): a date or version is shorter."""

SHORTEST = 14


def spans_of_uids(text: str) -> list[tuple[int, int]]:
    """Return where in a text UIDs stand."""
    if text.count(".") < 5:  # noqa: PLR2004 - parts six components
        return []
    return [match.span() for match in _UID.finditer(text) if len(match.group()) >= SHORTEST]


def holds_uid(text: str) -> bool:
    """Tell whether a text has a UID that the standard does not register."""
    return any(not is_registered(text[start:end]) for start, end in spans_of_uids(text))


def rewrite_uids(text: str, batch: Batch) -> str:
    """Return a text with the UIDs that stand for its own, as they stand in attributes as well.

    Those that the standard registers stay.
    """
    parts: list[str] = []
    at = 0
    for start, end in spans_of_uids(text):
        uid = text[start:end]
        new = uid if is_registered(uid) else batch.pseudonym_uid("uid", uid)
        parts += [text[at:start], new]
        at = end
    return "".join((*parts, text[at:]))


def is_registered(uid: str) -> bool:
    """Tell whether the standard registers a UID (PS3.6 A), so that it means no one."""
    return str(UID(uid).name) != uid
