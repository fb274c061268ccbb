"""Images of a run for its report: some series, each before and after, and only a few."""

from __future__ import annotations

import os
import time

import attrs

from deid_core import FileRef, FileReport, Settings, SettingsError
from deid_core.archives import archive_kind
from deid_core.pages.evenly import Evenly, spread
from deid_core.pages.thumbnails import Picture, about, are_possible, thumbnail_of
from deid_core.quiet import quiet_pydicom
from deid_core_record.inputs import before_of
from deid_core_record.journal import Entry, Journal
from deid_core_record.written import members_at, output_of

SIZE = 128
"""Pixels of a picture, in width and height at most."""
LOOKED_AT = 100
"""Files that are looked at, and fewer than twice as many: a report must not take as long as the run."""
SECONDS = 60
"""How long it may take until no further picture is begun."""
LATE = "There was no time left to show it."
NO_PLACE = "Its input is in no file that could be opened again."


@attrs.frozen
class Pair:
    """One image before and after. ``regions`` are rectangles that were cleaned: no run does that yet."""

    number: int
    kind: str
    before: Picture
    after: Picture
    regions: tuple[tuple[int, int, int, int], ...] = ()


@attrs.frozen
class Seen:
    """A file of this run that was written, now or before; ``ref`` is None where it is in no file."""

    number: int
    ref: FileRef | None = attrs.field(repr=False)
    output: str = attrs.field(repr=False)


def refuse_impossible(count: int) -> None:
    """Refuse to show pictures without what draws them. Raises `SettingsError`."""
    if count and not are_possible():
        raise SettingsError("--thumbnails needs the extra images: pip install 'deid-core[images]'")


class Pictures:
    """What a run could show: it takes note of a few of its files, spread evenly over all."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._seen: Evenly[Seen] | None = Evenly(LOOKED_AT) if settings.thumbnails else None

    def note(self, number: int, ref: FileRef | None, report: FileReport) -> None:
        """Take note of a file that was written."""
        if self._seen is None or report.output is None:
            return
        is_somewhere = ref is not None and (ref.path is not None or ref.container is not None)
        # Who opens what is in no file may hold all of it in memory.
        self._seen.add(Seen(number, ref if is_somewhere else None, report.output))

    def pairs(self, journal: Journal) -> list[Pair] | None:
        """Return images of as many series as the settings say at most; None if that is none."""
        if self._seen is None:
            return None
        late = time.monotonic() + SECONDS
        with quiet_pydicom():
            series: dict[str, tuple[Seen, FileRef, str]] = {}
            for seen, ref in self._outputs(journal):
                if time.monotonic() > late:
                    break
                found = about(ref)
                if found is not None:
                    series.setdefault(found.series, (seen, ref, found.kind))
            chosen = spread(list(series.values()), self._settings.thumbnails)
            return [_pair(*one, journal, late) for one in chosen]

    def _outputs(self, journal: Journal) -> list[tuple[Seen, FileRef]]:
        kept = self._seen.kept() if self._seen is not None else []
        folder = self._settings.output_folder
        if archive_kind(folder.name) is not None and folder.is_file():
            places = {seen.number: os.path.abspath(seen.output) for seen in kept}  # noqa: PTH100
            found = members_at(folder, set(places.values()), self._settings.plugins)
            refs = {number: found.get(place) for number, place in places.items()}
        else:
            entries = ((seen.number, journal.at(seen.number)) for seen in kept)
            refs = {n: output_of(folder, entry) for n, entry in entries if entry is not None}
        return [(seen, ref) for seen in kept if (ref := refs.get(seen.number)) is not None]


def _pair(seen: Seen, output: FileRef, kind: str, journal: Journal, late: float) -> Pair:
    entry = journal.at(seen.number)
    return Pair(
        seen.number,
        kind,
        before=_before(seen, entry, journal, late),
        after=Picture(why=LATE) if time.monotonic() > late else thumbnail_of(output, SIZE),
    )


def _before(seen: Seen, entry: Entry | None, journal: Journal, late: float) -> Picture:
    if seen.ref is None or entry is None:
        return Picture(why=NO_PLACE)
    if time.monotonic() > late:
        return Picture(why=LATE)
    return before_of(seen.ref, entry, journal.keyed, SIZE)
