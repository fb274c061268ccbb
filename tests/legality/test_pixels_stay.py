"""What no rule touches comes out byte for byte: pixels and waveforms first of all."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from jobs import Pair, loaded
from pydicom.dataset import Dataset

from deid_core import OverwriteBytes
from deid_core.encoded.patched import ValueView
from deid_core_streams.strip import strip

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")

BULK = {"PixelData", "FloatPixelData", "DoubleFloatPixelData", "WaveformData"}


def bulk(dataset: Dataset, place: str = "") -> Iterator[tuple[str, bytes]]:
    for element in dataset:
        if element.VR == "SQ" and element.keyword != "IconImageSequence":
            for number, item in enumerate(element.value):
                yield from bulk(item, f"{place}{element.keyword}[{number}].")
        elif element.keyword in BULK:
            yield place + element.keyword, element.value


def changed(pairs: list[Pair]) -> list[str]:
    """Return the files whose pixels differ in more than the metadata of a coded stream."""
    return [
        pair.label
        for pair in pairs
        if stripped(loaded(pair.before)) != dict(bulk(loaded(pair.after)))
    ]


def stripped(dataset: Dataset) -> dict[str, bytes]:
    found = dict(bulk(dataset))
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    if syntax is None or not syntax.is_encapsulated or "PixelData" not in found:
        return found
    pixels = found["PixelData"]
    patches = strip(ValueView.of(pixels), syntax)
    return {**found, "PixelData": OverwriteBytes(patches).carried_out(pixels)}


def test_the_basic_profile_leaves_pixels_and_waveforms_as_they_were(every_pair: list[Pair]):
    assert changed(every_pair) == []


@pytest.mark.parametrize("name", ["cleaning", "all but modified dates", "modified dates"])
def test_options_leave_pixels_and_waveforms_as_they_were(
    name: str, few_pairs: Callable[[str], list[Pair]]
):
    assert changed(few_pairs(name)) == []


def test_most_files_have_pixels_that_could_change(every_pair: list[Pair]):
    assert sum(bool(dict(bulk(loaded(pair.before)))) for pair in every_pair) > 150


def test_the_transfer_syntax_stays(every_pair: list[Pair]):
    differing = []
    for pair in every_pair:
        before, after = (loaded(path).file_meta for path in (pair.before, pair.after))
        syntax = before.get("TransferSyntaxUID")
        if syntax is not None and after.TransferSyntaxUID != syntax:
            differing.append(pair.label)
    assert differing == []
