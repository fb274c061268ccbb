"""The outputs of a run one by one: files of a folder, or members of an archive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path

import attrs
from pydicom import Dataset, dcmread

from deid_core import FileRef
from deid_core.digests import digest_of_stream
from deid_core_record.journal import Entry, Journal
from deid_core_record.written import output_of

AT_ONCE = 500
"""Files between two looks at the journal."""
MEMBERS_AT_ONCE = 50
"""Members of an archive between two looks: each is read as a whole."""
_READ = ["Modality", "SeriesDescription", "SeriesInstanceUID"]
_KEY = 16
"""Digits of a digest by which an output is looked for; all are compared when it is found."""

Journals = Callable[[], AbstractContextManager[Journal]]


@attrs.frozen
class Output:
    """One output. ``header`` is None where it is not there as it was written.

    ``entry`` is None for what no run has written; ``member`` is None for a file of a folder.
    """

    entry: Entry | None
    header: Dataset | None = attrs.field(default=None, repr=False)
    member: FileRef | None = attrs.field(default=None, repr=False)


def in_folder(folder: Path, journals: Journals) -> Iterator[Output]:
    """Yield what the journal knows of, in the order in which it was written."""
    last = 0
    while True:
        with journals() as journal:
            entries = journal.written_after(last, AT_ONCE)
        if not entries:
            return
        for entry in entries:
            ref = output_of(folder, entry)
            yield Output(entry, _header(ref) if ref is not None else None)
        last = entries[-1].number


def in_archive(
    members: Iterable[FileRef], journals: Journals, stopped: Callable[[], bool]
) -> Iterator[Output]:
    """Yield what lies in an archive, each known by the digest of all its bytes."""
    numbers = _numbers(journals)
    members = iter(members)
    while some := list(islice(members, MEMBERS_AT_ONCE)):
        read = [(ref, *_member(ref)) for ref in some if not stopped()]
        with journals() as journal:
            for ref, digest, header in read:
                waiting = numbers.get(digest[:_KEY], [])
                entry = journal.at(waiting[-1]) if waiting else None
                if entry is None or entry.output_digest != digest:
                    yield Output(None)
                    continue
                waiting.pop()
                yield Output(entry, header, ref)


def _numbers(journals: Journals) -> dict[str, list[int]]:
    """Return the numbers of what was written, by the beginning of its digest, the last first."""
    numbers: dict[str, list[int]] = {}
    last = 0
    with journals() as journal:
        while entries := journal.written_after(last, AT_ONCE):
            for entry in entries:
                numbers.setdefault(entry.output_digest[:_KEY], []).insert(0, entry.number)
            last = entries[-1].number
    return numbers


def _member(ref: FileRef) -> tuple[str, Dataset | None]:
    """Return digest and header of a member; empty if it cannot be read."""
    try:
        with ref.open() as stream:
            digest = digest_of_stream(stream)
            stream.seek(0)
            return digest, dcmread(stream, stop_before_pixels=True, specific_tags=_READ)
    except Exception:  # noqa: BLE001 - it is not as it was written; openers raise many kinds
        return "", None


def _header(ref: FileRef) -> Dataset | None:
    try:
        with ref.open() as stream:
            return dcmread(stream, stop_before_pixels=True, specific_tags=_READ)
    except Exception:  # noqa: BLE001 - as above
        return None
