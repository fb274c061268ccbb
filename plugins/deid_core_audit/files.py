"""Find and read the files of one side, and part the bytes of each by what they belong to."""

from __future__ import annotations

import io
import logging
import os
import struct
import warnings
import zlib
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
import pydicom
from pydicom import config
from pydicom.dataset import Dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian

PREFIX = slice(128, 132)
BARE = frozenset(
    struct.pack(f"{order}HH", group, element)
    for order in "<>"
    for group in (0x0002, 0x0008)
    for element in (0x0000, 0x0001, 0x0005, 0x0008, 0x0012, 0x0016)
)
"""How a data set starts that was stored without preamble and prefix."""
LONG_VRS = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
PIXELS = frozenset([0x7FE00008, 0x7FE00009, 0x7FE00010])
"""Float Pixel Data, Double Float Pixel Data and Pixel Data."""
BEFORE, META, AFTER = -3, -2, -1
"""Stand for a tag where bytes belong to none: preamble, file meta, the end of the file."""


@attrs.frozen
class File:
    """A file of one side: its number, and its path below the folder that was given."""

    number: int
    path: Path = attrs.field(repr=False)
    name: str = attrs.field(repr=False)


@attrs.frozen
class Span:
    """Where the value of a top-level element starts, and in which stretch of bytes."""

    start: int
    tag: int


@attrs.frozen
class Stretch:
    """Bytes to be searched, with the element that each position belongs to."""

    data: bytes = attrs.field(repr=False)
    spans: tuple[Span, ...]
    pixels: tuple[tuple[int, int], ...]

    def tag_at(self, offset: int) -> int:
        """Return the tag of the top-level element at ``offset``, or one of the constants."""
        at = bisect_right(self.spans, offset, key=lambda span: span.start)
        return self.spans[at - 1].tag if at else BEFORE


@attrs.frozen
class Content:
    """A file as it was read. ``dataset`` is None where it is not DICOM or cannot be parsed."""

    dicom: bool
    dataset: Dataset | None = attrs.field(repr=False)
    stretches: tuple[Stretch, ...]


def find(root: Path) -> list[File]:
    """Return the files below ``root``, or ``root`` itself, in the order of their names.

    A folder that cannot be looked into is among them: what is in it cannot be read.
    """
    if root.is_file():
        return [File(1, root, root.name)]
    closed: list[Path] = []
    walk = os.walk(root, onerror=lambda error: closed.append(Path(error.filename)))
    paths = [Path(folder) / name for folder, _, names in walk for name in names]
    found = sorted([*(path for path in paths if path.is_file()), *closed])
    return [
        File(number, path, path.relative_to(root).as_posix())
        for number, path in enumerate(found, 1)
    ]


@contextmanager
def quiet() -> Iterator[None]:
    """Keep pydicom from warning and logging, since what it says can quote a value."""
    logger = logging.getLogger("pydicom")
    was_disabled, mode = logger.disabled, config.settings.reading_validation_mode
    logger.disabled = True
    config.settings.reading_validation_mode = config.IGNORE
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.disabled = was_disabled
        config.settings.reading_validation_mode = mode


def read(file: File) -> Content:
    """Read a file whole; call it inside of `quiet`. One that cannot be opened holds nothing."""
    try:
        data = file.path.read_bytes()
    except OSError:
        return Content(dicom=True, dataset=None, stretches=())
    bare = data[PREFIX] != b"DICM"
    if bare and data[:4] not in BARE:
        return _not_dicom(data)
    try:
        dataset = pydicom.dcmread(io.BytesIO(data), force=bare)
        content = Content(dicom=True, dataset=dataset, stretches=_parted(data, dataset))
    except Exception:  # noqa: BLE001 - whatever a damaged file makes pydicom raise
        return (
            _not_dicom(data)
            if bare
            else Content(dicom=True, dataset=None, stretches=_unparsed(data))
        )
    if bare and "SOPClassUID" not in dataset:
        return _not_dicom(data)
    return content


def _not_dicom(data: bytes) -> Content:
    return Content(dicom=False, dataset=None, stretches=(Stretch(data, (), ()),))


def _unparsed(data: bytes) -> tuple[Stretch, ...]:
    return (Stretch(data, (Span(0, BEFORE), Span(132, META), Span(_meta_end(data), AFTER)), ()),)


def _parted(data: bytes, dataset: Dataset) -> tuple[Stretch, ...]:
    head: tuple[Span, ...] = (Span(0, BEFORE), Span(132, META))
    start = _meta_end(data)
    syntax = str(dataset.file_meta.get("TransferSyntaxUID", ""))
    if data[PREFIX] != b"DICM":
        head = (Span(0, META),)
    if syntax != DeflatedExplicitVRLittleEndian:
        spans, pixels = _elements(dataset, len(data))
        return (Stretch(data, (*head, *spans), pixels),)
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    inflated = inflater.decompress(data[start:])
    spans, pixels = _elements(dataset, len(inflated))
    # What stands behind the deflated stream is not inflated, and compressed bytes hold no text.
    outside = data[:start] + inflater.unused_data
    return (Stretch(outside, (*head, Span(start, AFTER)), ()), Stretch(inflated, spans, pixels))


def _elements(dataset: Dataset, size: int) -> tuple[tuple[Span, ...], tuple[tuple[int, int], ...]]:
    spans, pixels = [], []
    end = 0
    for tag in dataset.keys():  # noqa: SIM118 - iterating over a data set decodes its elements
        item = dataset.get_item(tag, keep_deferred=True)
        start = getattr(item, "value_tell", None)
        if start is None:
            start = getattr(item, "file_tell", None) or 0
        value = item.value if isinstance(item.value, bytes) else b""
        spans.append(Span(start, int(tag)))
        if int(tag) in PIXELS:
            pixels.append((start, min(start + len(value), size)))
        end = max(end, start + len(value))
    spans.sort(key=lambda span: span.start)
    if spans and spans[-1].tag in PIXELS:
        spans.append(Span(end, AFTER))
    return tuple(spans), tuple(pixels)


def _meta_end(data: bytes) -> int:
    """Return where the file meta information ends, whatever its group length says."""
    at = 132
    while data[at : at + 2] == b"\2\0" and at + 12 <= len(data):
        if data[at + 4 : at + 6] in LONG_VRS:
            at += 12 + struct.unpack_from("<L", data, at + 8)[0]
        else:
            at += 8 + struct.unpack_from("<H", data, at + 6)[0]
    return min(at, len(data))
