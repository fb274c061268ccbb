"""Many small files, rich in headers: 40 patients, 60 studies, 120 series, eight kinds of file."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from pathlib import Path

from pydicom import Dataset

from benchmarks.corpora.bases import BASES, load
from benchmarks.corpora.fill import Place, fill
from benchmarks.corpora.people import person

PATIENTS, STUDIES, SERIES = 40, 60, 120
TEXTS = 3
"""One file in so many has identifiers in its free text."""


def write_headers(folder: Path, count: int, seed: int) -> list[str]:
    """Write ``count`` files into a folder, of 16 KB or so and 200 elements each.

    Returns the planted words that only a list can tell.
    """
    loaded = [load(base) for base in BASES]
    planted: dict[str, None] = {}
    for number, place in enumerate(_places(count, seed)):
        # A series is of one kind.
        dataset = copy.deepcopy(loaded[place.series % len(loaded)])
        chance = random.Random(f"{seed} file {number}")  # noqa: S311 - no secret is made
        texts = number % TEXTS == 0
        planted |= dict.fromkeys(fill(dataset, place, chance, texts=texts))
        _own_pixels(dataset, chance)
        dataset.save_as(folder / f"{number:06d}.dcm")
    return list(planted)


def _own_pixels(dataset: Dataset, chance: random.Random) -> None:
    """Make an image differ from all others, as real ones do, so that an audit can pair it."""
    if "PixelData" in dataset:
        pixels = dataset.PixelData
        # Coded ones end with the item that delimits them; what is before it is not decoded here.
        end = len(pixels) - 64
        # Nothing above 7F, which could begin a marker in a coded image.
        own = bytes(byte & 0x7F for byte in chance.randbytes(32))
        dataset.PixelData = pixels[:end] + own + pixels[end + 32 :]


def _places(count: int, seed: int) -> Iterator[Place]:
    people = [person(seed, number) for number in range(PATIENTS)]
    for number in range(count):
        series = number % SERIES
        study = series % STUDIES
        yield Place(people[study % PATIENTS], study, series, number // SERIES)
