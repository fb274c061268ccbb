"""Real headers to begin with: files that pydicom brings along, made small."""

from __future__ import annotations

from pathlib import Path

import attrs
from pydicom import Dataset, FileDataset, dcmread
from pydicom.data import get_testdata_file
from pydicom.encaps import encapsulate, generate_frames


@attrs.frozen
class Base:
    """A file to make others of, and the side length in pixels that its image is cut to.

    Side 0 leaves the pixel data as they are.
    """

    file: str
    side: int = 0


BASES = (
    Base("CT_small.dcm", 96),
    Base("MR_small.dcm", 96),
    Base("examples_overlay.dcm", 64),
    Base("test-SR.dcm"),
    Base("rtplan.dcm"),
    Base("examples_palette.dcm", 112),
    Base("examples_rgb_color.dcm", 64),
    Base("JPEG2000.dcm"),
)
"""CT, MR, MR with private headers, a report, a plan in implicit VR, two of ultrasound, NM coded."""


def load(base: Base) -> FileDataset:
    """Read a base file and cut its image."""
    path = get_testdata_file(base.file, download=False)
    if not path:
        raise SystemExit(f"{base.file} is not there: it comes with pydicom")
    dataset = dcmread(Path(str(path)))
    for keyword in ("DataSetTrailingPadding", "GraphicAnnotationSequence"):
        if keyword in dataset:
            del dataset[keyword]
    _drop_overlays(dataset)
    if base.side:
        _cut(dataset, base.side)
    return dataset


def _drop_overlays(dataset: Dataset) -> None:
    """Remove overlays: they are as large as the image was."""
    for tag in [tag for tag in dataset.keys() if 0x6000 <= tag.group <= 0x60FF]:  # noqa: PLR2004, SIM118 - a Dataset's own iteration converts
        del dataset[tag]


def _cut(dataset: Dataset, side: int) -> None:
    """Keep the first bytes of the image, as many as a square of ``side`` pixels has."""
    size = side * side * dataset.SamplesPerPixel * dataset.BitsAllocated // 8
    dataset.Rows = dataset.Columns = side
    dataset.PixelData = (dataset.PixelData * (size // len(dataset.PixelData) + 1))[:size]
    for keyword in [one for one in dataset.dir("PaletteColorLookupTableData") if one in dataset]:
        dataset[keyword].value = dataset[keyword].value[:512]
        descriptor = f"{keyword.removesuffix('Data')}Descriptor"
        dataset[descriptor].value = [256, *dataset[descriptor].value[1:]]


def frame_of(dataset: Dataset) -> bytes:
    """Return the first coded frame."""
    return next(generate_frames(dataset.PixelData, number_of_frames=1))


def coded(frames: list[bytes], fragments: int) -> bytes:
    """Return encapsulated pixel data, each frame in so many fragments (PS3.5 A.4)."""
    return encapsulate(frames, fragments_per_frame=fragments)
