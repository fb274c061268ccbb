"""Files for the points of the curve, each a variation of one real header."""

from __future__ import annotations

import io
import random
from pathlib import Path

import attrs
from pydicom import Dataset, FileDataset
from pydicom.uid import UID

from benchmarks.corpora.bases import Base, load
from benchmarks.corpora.fill import ROOT, Place, fill
from benchmarks.corpora.people import person
from benchmarks.corpora.pixels import append_pixels, repeated

SEED = 20261
OF_ONE_PATIENT = 50
UID_MARK = f"{ROOT}.3.100000000"
PATIENT_MARK = "PZQ-100000000"
OWN = {"SOPClassUID", "SOPInstanceUID", "PatientID", "PatientName", "PatientBirthDate", "Modality"}
IMAGE = {0x0020, 0x0028, 0x7FE0}
"""Groups of elements without which it is no image."""
LEAVES = 200
"""Elements in the nested sequences of the axis of depth, however deep they are."""


@attrs.frozen
class Shape:
    """What the files of a point are like."""

    files: int = 100
    elements: int = 0
    depth: int = 0
    size: int = 0
    """Bytes of pixel data, an even number, instead of those that are there."""
    names: int = 0
    """How many other names the patient has."""


def write(folder: Path, shape: Shape) -> int:
    """Write the files of a shape and return their bytes in all."""
    template = _encoded(_header(shape))
    uid, patient = UID_MARK.encode(), PATIENT_MARK.encode()
    pixels = shape.size and random.Random(SEED).randbytes(min(shape.size, 2**20))  # noqa: S311 - no secret
    total = 0
    for number in range(shape.files):
        data = template.replace(uid, uid[:-9] + str(100_000_000 + number).encode())
        data = data.replace(patient, f"PZQ-{100_000_000 + number // OF_ONE_PATIENT}".encode())
        with (folder / f"{number:06d}.dcm").open("wb") as file:
            total += file.write(data)
            if pixels:
                total += append_pixels(file, repeated(pixels, shape.size), shape.size)
    return total


def _header(shape: Shape) -> FileDataset:
    dataset = load(Base("MR_small.dcm", 32))
    place = Place(person(SEED, 0), 0, 0, 0)
    fill(dataset, place, random.Random(SEED), texts=False)  # noqa: S311 - no secret is made
    dataset.SOPInstanceUID = UID_MARK
    dataset.file_meta.MediaStorageSOPInstanceUID = UID(UID_MARK)
    dataset.PatientID = PATIENT_MARK
    if shape.elements:
        _resize(dataset, shape.elements)
    if shape.depth:
        dataset.SourceImageSequence = []
        dataset.ContentSequence = [_nested(shape.depth, LEAVES // shape.depth)]
    if shape.names:
        dataset.OtherPatientNames = [f"Zq{number:05d}abo^Zq" for number in range(shape.names)]
    if shape.size:
        del dataset.PixelData
        # Of bytes after the last frame nobody knows what they are, so that they would be searched.
        dataset.Rows = dataset.Columns = dataset.SamplesPerPixel = 1
        dataset.BitsAllocated = dataset.BitsStored = 8
        dataset.HighBit = 7
        dataset.NumberOfFrames = shape.size
    return dataset


def _resize(dataset: FileDataset, elements: int) -> None:
    """Make the header have so many elements at all depths, by the items of one sequence."""
    del dataset.SourceImageSequence
    for element in list(dataset):
        surplus = sum(1 for _ in dataset.iterall()) - elements
        if surplus > 0 and element.tag.group not in IMAGE and element.keyword not in OWN:
            del dataset[element.tag]
    missing = elements - sum(1 for _ in dataset.iterall())
    dataset.SourceImageSequence = [_item(number) for number in range(max(0, missing // 3))]


def _item(number: int) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
    item.ReferencedSOPInstanceUID = f"{ROOT}.4.{number}"
    item.SpatialLocationsPreserved = "YES"
    return item


def _nested(depth: int, leaves: int) -> Dataset:
    """Return an item with so many plain elements, and an item of the same kind, ``depth`` times."""
    inner: Dataset | None = None
    for level in range(depth):
        item = Dataset()
        for number in range(leaves):
            item.add_new((0x0018, 0x9000 + number), "LO", f"leaf {level} {number}")
        if inner is not None:
            item.ContentSequence = [inner]
        inner = item
    return inner or Dataset()


def _encoded(dataset: FileDataset) -> bytes:
    out = io.BytesIO()
    dataset.save_as(out)
    return out.getvalue()
