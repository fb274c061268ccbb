"""Images of a run for its report: one of each series, as it was written, and only a few."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import attrs
from pydicom import dcmread

from deid_core import SettingsError
from deid_core.quiet import quiet_pydicom
from deid_core_record.journal import Entry, Journal
from deid_core_record.thumbnails import are_possible, thumbnail

SIZE = 128
"""Pixels of a picture, in width and height at most."""
MOST_LOOKED_AT = 200
"""Files that are looked at, spread evenly over a run: a report must not take as long as the run."""


@attrs.frozen
class Picture:
    """One image of the result. ``regions`` are rectangles that were cleaned: no run does that yet."""

    number: int
    modality: str = attrs.field(repr=False)
    png: bytes = attrs.field(repr=False)
    regions: tuple[tuple[int, int, int, int], ...] = ()


def refuse_impossible(count: int) -> None:
    """Refuse to show pictures without what draws them. Raises `SettingsError`."""
    if count and not are_possible():
        raise SettingsError("--thumbnails needs the extra images: pip install 'deid-core[images]'")


def pictures_of(journal: Journal, output: Path, count: int) -> list[Picture]:
    """Return pictures of so many series at most; what cannot be shown is left out."""
    found: list[Picture] = []
    if not count:
        return found
    series: set[str] = set()
    with quiet_pydicom():
        for entry in _spread(journal):
            path = output / (entry.output or "")
            uid, modality = _series_of(path)
            if uid in series or (png := thumbnail(path, SIZE)) is None:
                continue
            series.add(uid)
            found.append(Picture(entry.number, modality, png))
            if len(found) == count:
                break
    return found


def _spread(journal: Journal) -> Iterator[Entry]:
    """Yield some of what was written, spread over the run."""
    total = sum(n for (outcome, _), n in journal.outcomes().items() if outcome == "written")
    step = max(1, total // MOST_LOOKED_AT)
    written = (entry for entry in journal.entries() if entry.outcome == "written")
    yield from (entry for at, entry in enumerate(written) if at % step == 0)


def _series_of(path: Path) -> tuple[str, str]:
    """Return UID and modality of what a file is of; empty if it cannot be read."""
    try:
        tags = ["Modality", "SeriesInstanceUID"]
        header = dcmread(path, stop_before_pixels=True, specific_tags=tags)
        return str(header.get("SeriesInstanceUID", "")), str(header.get("Modality") or "")
    except Exception:  # noqa: BLE001 - then there is no picture; pydicom raises many kinds
        return "", ""
