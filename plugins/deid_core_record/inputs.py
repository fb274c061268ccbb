"""Pictures of inputs as they were read: only where nothing of a file has changed since."""

from __future__ import annotations

import io
from collections.abc import Callable

from deid_core import FileRef
from deid_core.digests import digest_of_stream
from deid_core.pages.thumbnails import (
    FAR_INSIDE,
    MOST_BYTES,
    TOO_LARGE,
    UNREADABLE,
    Picture,
    is_far_inside,
    thumbnail,
)
from deid_core_record.journal import Entry

CHANGED = "The input is not as it was when it was read."

Keyed = Callable[[str], bytes]
"""The digest by which a journal names something."""


def place_of(ref: FileRef, keyed: Keyed) -> bytes | None:
    """Return by what a journal finds an input again; None if that is in no file."""
    if ref.path is None and ref.container is None:
        return None
    return keyed(f"place {ref.location}")


def content_of(digest: str, keyed: Keyed) -> str:
    """Return by what a journal knows the content of an input; empty if nobody knows its digest."""
    return keyed(f"content {digest}").hex() if digest else ""


def before_of(ref: FileRef, entry: Entry, keyed: Keyed, size: int) -> Picture:
    """Return the picture of an input, if it is still what the run has read."""
    if is_far_inside(ref):
        return Picture(why=FAR_INSIDE)
    try:
        with ref.open() as stream:
            if stream.seek(0, io.SEEK_END) > MOST_BYTES:
                return Picture(why=TOO_LARGE)
            stream.seek(0)
            if content_of(digest_of_stream(stream), keyed) != entry.input_digest:
                return Picture(why=CHANGED)
            return thumbnail(stream, size)
    except Exception:  # noqa: BLE001 - what a plugin opens may raise anything, and quote a name
        return Picture(why=UNREADABLE)
