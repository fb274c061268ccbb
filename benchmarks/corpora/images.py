"""Files in which pixel data weigh: slices of a scan, and large multi-frame files."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import attrs
from pydicom.uid import EnhancedCTImageStorage, UltrasoundMultiFrameImageStorage

from benchmarks.corpora.bases import Base, coded, frame_of, load
from benchmarks.corpora.fill import Place, fill
from benchmarks.corpora.people import person
from benchmarks.corpora.pixels import append_pixels

SIDE = 512
SLICES_OF_ONE = 100
"""How many slices a patient has."""
MEGABYTE = 1_000_000


@attrs.frozen
class Large:
    """A large file: what it is made of, and of how many bytes."""

    name: str
    base: str
    megabytes: int
    samples: int = 1
    fragments: int = 0
    """In how many fragments each coded frame lies; 0 for pixel data that are not coded."""


LARGE = (
    Large("ct", "CT_small.dcm", 105),
    Large("us", "examples_rgb_color.dcm", 300, samples=3),
    Large("coded", "J2K_pixelrep_mismatch.dcm", 200, fragments=2),
)
HUGE = Large("huge", "CT_small.dcm", 2000)
"""For the memory figure; made when asked for."""


def noise(seed: int, name: str, size: int) -> bytes:
    """Return bytes without meaning, the same for the same arguments."""
    return random.Random(f"{seed} {name}").randbytes(size)  # noqa: S311 - no secret is made


def write_slices(folder: Path, count: int, seed: int) -> list[str]:
    """Write slices of 512 x 512 pixels of 16 bit; return the words that only a list can tell."""
    dataset = load(Base("CT_small.dcm", SIDE))
    planted: dict[str, None] = {}
    image = noise(seed, "slice", 2 * SIDE * SIDE)
    for number in range(count):
        patient, instance = divmod(number, SLICES_OF_ONE)
        place = Place(person(seed, 100 + patient), 100 + patient, 200 + patient, instance)
        chance = random.Random(f"{seed} slice {number}")  # noqa: S311 - no secret is made
        planted |= dict.fromkeys(fill(dataset, place, chance, texts=True))
        # No two images are the same.
        start = 2 * (997 * number % (SIDE * SIDE))
        dataset.PixelData = image[start:] + image[:start]
        dataset.save_as(folder / f"{number:06d}.dcm")
    return list(planted)


def write_large(folder: Path, count: int, seed: int) -> list[str]:
    """Write the first ``count`` of the large files; return the words that only a list can tell."""
    return [
        word
        for number, large in enumerate(LARGE[:count])
        for word in write_one(folder / f"{large.name}.dcm", large, seed, number)
    ]


def write_huge(folder: Path, count: int, seed: int) -> list[str]:
    """Write the file of 2 GB, ``count`` being 1; return the words that only a list can tell."""
    return write_one(folder / f"{HUGE.name}.dcm", HUGE, seed, count + len(LARGE))


def write_one(path: Path, large: Large, seed: int, number: int) -> list[str]:
    """Write one large file."""
    dataset = load(Base(large.base, 0 if large.fragments else 16))
    place = Place(person(seed, 200 + number), 300 + number, 400 + number, 0)
    chance = random.Random(f"{seed} large {number}")  # noqa: S311 - no secret is made
    planted = fill(dataset, place, chance, texts=True)
    several = UltrasoundMultiFrameImageStorage if large.samples > 1 else EnhancedCTImageStorage
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = several
    size = large.megabytes * MEGABYTE
    if large.fragments:
        # What is coded has to be: a program may look into it.
        images = [frame_of(dataset)]
        images *= max(1, size // len(images[0]))
        dataset.PixelData = coded(images, large.fragments)
        dataset.NumberOfFrames = len(images)
        dataset.save_as(path)
        return planted
    frame = SIDE * SIDE * (large.samples if large.samples > 1 else 2)
    dataset.NumberOfFrames = count = max(1, size // frame)
    dataset.Rows = dataset.Columns = SIDE
    del dataset.PixelData
    dataset.save_as(path)
    with path.open("ab") as file:
        append_pixels(file, _frames(seed, large.name, frame, count), count * frame)
    return planted


def _frames(seed: int, name: str, size: int, count: int) -> Iterator[bytes]:
    image = noise(seed, name, size)
    for number in range(count):
        start = 2 * (997 * number % (size // 2))
        yield image[start:] + image[:start]
