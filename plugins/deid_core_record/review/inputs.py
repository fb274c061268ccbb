"""Inputs that were given to a review: those that it can show are looked for by their places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from deid_core import (
    DiscoveryOptions,
    FileRef,
    NoPluginAnsweredError,
    PluginHost,
    SettingsError,
)
from deid_core_record.inputs import Keyed, place_of

NOT_GIVEN = "Its input is not among those that were given."
STILL_LOOKING = "The inputs are still being looked through."


class Inputs:
    """Some inputs by the numbers of their files. Nothing is opened to find them."""

    def __init__(self, sources: Sequence[Iterable[FileRef]]) -> None:
        self._sources = sources
        self._found: dict[int, FileRef] = {}
        self.complete = False

    def look_for(
        self, wanted: Mapping[bytes, int], keyed: Keyed, stopped: Callable[[], bool]
    ) -> None:
        """Go through the sources until all that is wanted, by its place, is found."""
        try:
            for ref in chain.from_iterable(self._sources):
                if stopped() or len(self._found) == len(wanted):
                    return
                place = place_of(ref, keyed)
                number = None if place is None else wanted.get(place)
                if number is not None:
                    self._found[number] = ref
        finally:
            self.complete = True

    def find(self, number: int) -> FileRef | None:
        """Return the input of a file, if it was found so far."""
        return self._found.get(number)

    @property
    def are_others(self) -> bool:
        """Whether none of them was read by the run."""
        return self.complete and not self._found

    @property
    def missing(self) -> str:
        """Say why an input was not found."""
        return NOT_GIVEN if self.complete else STILL_LOOKING


def files_of(locations: Sequence[str]) -> list[Iterator[FileRef]]:
    """Return the files of each location. Raises `SettingsError` for one that nobody knows."""
    host, found = PluginHost.load(), []
    for location in locations:
        try:
            found.append(host.discover_files(location, DiscoveryOptions()))
        except NoPluginAnsweredError:
            raise SettingsError(
                f"{location}: no such file or folder; look whether the path is right"
            ) from None
    return found
