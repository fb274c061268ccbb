"""A small summary of a file by which its counterpart on the other side can be found."""

from __future__ import annotations

import hashlib
from array import array
from zlib import crc32

import attrs

from deid_core_audit.files import PIXELS, Content, File
from deid_core_audit.leaves import NUMBERS, Leaf, leaves

SIZE = 96
"""How many hashes stand for a file."""
BULK = PIXELS | {0x54001010}
"""Pixel data and Waveform Data."""
MARKS = frozenset(
    [
        "InstanceNumber",
        "AcquisitionNumber",
        "SeriesNumber",
        "Rows",
        "Columns",
        "NumberOfFrames",
        "ImageType",
        "ImagePositionPatient",
        "SliceLocation",
        "EchoTime",
        "EchoNumbers",
        "TemporalPositionIdentifier",
        "PhotometricInterpretation",
        "Modality",
    ]
)
"""Attributes that a de-identified object usually keeps, and by which objects differ."""
META_GROUP, PATIENT_GROUP = 0x0002, 0x0010


@attrs.frozen
class Fingerprint:
    """What is compared of a file. Hashes only, but for UIDs and the patient's ID."""

    file: File
    sop_class: str
    sop_instance: str = attrs.field(repr=False)
    study: str = attrs.field(repr=False)
    series: str = attrs.field(repr=False)
    patient: str = attrs.field(repr=False)
    bulk: bytes = attrs.field(repr=False)
    marks: array[int] = attrs.field(repr=False)
    values: array[int] = attrs.field(repr=False)
    structure: array[int] = attrs.field(repr=False)

    def likeness(self, other: Fingerprint) -> float:
        """Return how alike two files are, from 0 to 3, by what de-identification leaves."""
        return (
            _common(self.values, other.values)
            + _common(self.structure, other.structure)
            + _common(self.marks, other.marks)
        )


def fingerprint(file: File, content: Content) -> Fingerprint:
    """Summarize a file that was parsed."""
    dataset = content.dataset
    top: dict[str, str] = {}
    bulk = hashlib.sha256()
    has_bulk = False
    marks, values, structure = set(), set(), set()
    for leaf in leaves(dataset) if dataset is not None else ():
        if leaf.tag >> 16 == META_GROUP:
            if leaf.keyword == "TransferSyntaxUID":
                marks.add(crc32(leaf.text.encode()))
            continue
        if "[" not in leaf.path and leaf.keyword and not leaf.empty:
            top[leaf.keyword] = leaf.text
        if leaf.tag in BULK and not leaf.empty:
            bulk.update(leaf.raw)
            has_bulk = True
        elif not leaf.private:
            structure.add(crc32(leaf.path.encode()))
            if _stays(leaf):
                number = crc32(f"{leaf.path}={leaf.text}".encode())
                values.add(number)
                if leaf.keyword in MARKS and "[" not in leaf.path:
                    marks.add(number)
    return Fingerprint(
        file=file,
        sop_class=top.get("SOPClassUID", ""),
        sop_instance=top.get("SOPInstanceUID", ""),
        study=top.get("StudyInstanceUID", ""),
        series=top.get("SeriesInstanceUID", ""),
        patient=top.get("PatientID", ""),
        bulk=bulk.digest() if has_bulk else b"",
        marks=_sketch(marks),
        values=_sketch(values),
        structure=_sketch(structure),
    )


def _stays(leaf: Leaf) -> bool:
    """Whether a value is of a kind that is seldom changed."""
    return (
        (leaf.vr in NUMBERS or leaf.vr == "CS")
        and leaf.tag >> 16 != PATIENT_GROUP
        and not leaf.empty
    )


def _sketch(hashes: set[int]) -> array[int]:
    """Keep the smallest hashes: of two files they are a fair sample of what both share."""
    return array("L", sorted(hashes)[:SIZE])


def _common(one: array[int], other: array[int]) -> float:
    if not one or not other:
        return 0.0
    first, second = set(one), set(other)
    sample = sorted(first | second)[:SIZE]
    return sum(number in first and number in second for number in sample) / len(sample)
