"""Small DICOM files in which every element that may identify somebody holds a known value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Literal

import attrs
from pydicom import dcmread
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataset import FileDataset
from pydicom.uid import SecondaryCaptureImageStorage

from deid_core.testing.encoding import (
    BIG,
    EXPLICIT,
    IMPLICIT,
    Encoding,
    element,
    file_meta,
    item,
    padded,
    sequence,
)
from deid_core.testing.identifying import IDENTIFYING
from deid_core.testing.marks import mark_of

SEVERAL = (
    "OtherPatientIDs",
    "OperatorsName",
    "OtherPatientNames",
    "ReferringPhysicianTelephoneNumbers",
)
EMPTY = ("PatientBirthTime", "PatientSex", "ConsultingPhysicianName", "RequestedProcedureComments")
CREATOR = "PLANTED BY DEID_CORE"
PER_PATIENT = 400
"""Numbers of marks that one file may use."""
FIRST_DAY = date(1901, 2, 3)
APART = 401
"""Days between two dates of a file: no shift by less makes one into another."""
DATES = 20
"""Dates that one file may use."""


@attrs.frozen
class PlantedFile:
    """A DICOM file, and the values that were planted in it.

    ``values`` maps each value, as text, to the place where it was planted.
    """

    name: str
    data: bytes = attrs.field(repr=False)
    values: Mapping[str, str] = attrs.field(repr=False)

    def dataset(self) -> FileDataset:
        """Return the data set, as pydicom reads it."""
        return dcmread(BytesIO(self.data))

    def having(self, dataset: FileDataset) -> PlantedFile:
        """Return a file like this with another data set: such as this one's, and what was added."""
        stream = BytesIO()
        dataset.save_as(stream)
        return attrs.evolve(self, data=stream.getvalue())

    def save(self, folder: Path) -> Path:
        """Write the file into a folder, which is made if need be, and return where it is."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / self.name
        path.write_bytes(self.data)
        return path

    def left_in(self, data: bytes | str) -> list[str]:
        """Return the places whose values are in ``data``, in any case, in one or two bytes a character."""
        if isinstance(data, str):
            data = data.encode("utf-8", "surrogatepass")
        low = data.lower()
        single = low.replace(b"\0", b"")
        return sorted(
            {
                place
                for value, place in self.values.items()
                if (needle := value.lower().encode()) in low or needle in single
            }
        )


def plant(
    encoding: Encoding = EXPLICIT, *, patient: int = 1, instance: int = 1, garbage: bool = False
) -> PlantedFile:
    """Return a file in which all that may identify somebody holds a value that is known.

    That is: text of every VR, dates, times, numbers and UIDs, at the top level and in nested
    sequences; several values in one element, and none; private elements, also nested, in bytes and
    in text. One patient's files hold the same values but for the SOP Instance UID.

    With ``garbage``, hardly any value is what its VR allows (PS3.5 6.2): dates are words, texts have
    bytes of no character set, and one is very long. Only UIDs and the pixels are as they should be.
    """
    planter = _Planter(encoding, patient, instance, garbage=garbage)
    elements = dict(planter.elements())
    body = b"".join(elements[tag] for tag in sorted(elements))
    meta = file_meta(encoding, SecondaryCaptureImageStorage, planter.sop_instance)
    kind = "garbage" if garbage else "planted"
    name = f"{kind}-{patient}-{instance}.dcm"
    return PlantedFile(name, bytes(128) + b"DICM" + meta + body, planter.values)


def plant_several(*, garbage: bool = False) -> tuple[PlantedFile, ...]:
    """Return files of three patients, two of one, in the encodings that the readers part at.

    Those in little endian stay encoded (`deid_core.encoded.EncodedDataSet`); that in big endian is
    read by pydicom.
    """
    return (
        plant(EXPLICIT, patient=1, instance=1, garbage=garbage),
        plant(EXPLICIT, patient=1, instance=2, garbage=garbage),
        plant(IMPLICIT, patient=2, garbage=garbage),
        plant(BIG, patient=3, garbage=garbage),
    )


@attrs.define
class _Planter:
    """Encodes the elements of one file and remembers their values."""

    encoding: Encoding
    patient: int
    instance: int
    garbage: bool = attrs.field(kw_only=True)
    values: dict[str, str] = attrs.field(factory=dict)
    _count: int = 0
    _dates: int = 0

    @property
    def sop_instance(self) -> str:
        return f"1.2.826.0.1.77777.{self.patient}.{self.instance}"

    def elements(self) -> Iterator[tuple[int, bytes]]:
        """Yield the encoded elements of the data set by tag; later ones replace earlier ones."""
        for keyword in IDENTIFYING:
            yield self._named(keyword, keyword)
        for keyword in SEVERAL:
            yield self._named(keyword, f"{keyword}, one of several", several=True)
        for keyword in EMPTY:
            yield self._plain(keyword, "")
        yield from self._sequences()
        yield from self._private()
        self.values[self.sop_instance] = "SOPInstanceUID"
        yield self._plain("SOPClassUID", SecondaryCaptureImageStorage)
        yield self._plain("SOPInstanceUID", self.sop_instance)
        yield self._plain("Modality", "OT")
        yield self._plain("PatientAge", "093Y")
        yield from self._pixels()

    def _sequences(self) -> Iterator[tuple[int, bytes]]:
        enc = self.encoding
        inner = b"".join(
            self._named(keyword, f"{keyword}, nested")[1]
            for keyword in ("StudyDate", "AccessionNumber", "PatientName", "PatientID")
        )
        private = b"".join(data for _, data in self._block(0x0011, "nested"))
        empty = self._plain("PatientComments", "")[1]
        deep = sequence(0x00400275, [item(inner + private, enc), item(empty, enc)], enc)
        yield 0x00081115, sequence(0x00081115, [item(inner + deep, enc, undefined=True)], enc)
        yield 0x00101002, sequence(0x00101002, [], enc)

    def _private(self) -> Iterator[tuple[int, bytes]]:
        yield from self._block(0x0009, "private")
        nested = self._named("PatientName", "PatientName in a private sequence")[1]
        data = sequence(0x00091005, [item(nested, self.encoding)], self.encoding)
        yield 0x00091005, data

    def _block(self, group: int, place: str) -> Iterator[tuple[int, bytes]]:
        enc, start = self.encoding, group << 16
        yield start | 0x10, element(start | 0x10, "LO", CREATOR, enc)
        for number, vr in enumerate(("LO", "PN", "OB", "UN"), start=0x1001):
            value = self._mark("LO" if vr in ("OB", "UN") else vr, f"{vr}, {place}")
            yield start | number, element(start | number, vr, value, enc)

    def _pixels(self) -> Iterator[tuple[int, bytes]]:
        order: Literal["little", "big"] = "little" if self.encoding.little else "big"
        for keyword, number in {
            "SamplesPerPixel": 1,
            "Rows": 1,
            "Columns": 2,
            "BitsAllocated": 8,
            "BitsStored": 8,
            "HighBit": 7,
            "PixelRepresentation": 0,
        }.items():
            yield self._plain(keyword, number.to_bytes(2, order))
        yield self._plain("PhotometricInterpretation", "MONOCHROME2")
        yield 0x7FE00010, element(0x7FE00010, "OB", b"\1\2", self.encoding)

    def _plain(self, keyword: str, value: str | bytes) -> tuple[int, bytes]:
        tag = tag_for_keyword(keyword)
        assert tag is not None, keyword  # noqa: S101 - a keyword of ours
        vr = dictionary_VR(tag)
        pad = b"\0" if vr == "UI" else b" "
        return tag, element(tag, vr, padded(value, pad), self.encoding)

    def _named(self, keyword: str, place: str, *, several: bool = False) -> tuple[int, bytes]:
        tag = tag_for_keyword(keyword)
        assert tag is not None, keyword  # noqa: S101 - as above
        vr = dictionary_VR(tag)
        values = [self._mark(vr, place) for _ in range(3 if several else 1)]
        text = "\\".join(values)
        spoil = self.garbage and vr != "UI"
        return self._plain(keyword, _spoilt(text, vr) if spoil else text)

    def _mark(self, vr: str, place: str) -> str:
        number = self.patient * PER_PATIENT + self._count
        self._count += 1
        value = mark_of(number)
        if vr == "UI" or not self.garbage:
            value = _legal(vr, number, self._day(vr)) or value
        self.values[value] = place
        return value

    def _day(self, vr: str) -> date:
        """Return a day; another one each time, where the VR needs one."""
        day = FIRST_DAY + timedelta(days=APART * (self.patient * DATES + self._dates))
        self._dates += vr in ("DA", "DT")
        return day


def _legal(vr: str, number: int, day: date) -> str | None:
    """Return a value that the VR allows (PS3.5 6.2) and no other number has; None for text."""
    time = f"{number % 24:02}{number % 60:02}{number % 59:02}.{number:06}"
    legal = {
        "AE": f"ZQ{number:05}MARK",
        "CS": f"ZQ{number:05}MARK",
        "DA": f"{day:%Y%m%d}",
        "TM": time,
        "DT": f"{day:%Y%m%d}{time}",
        "DS": f"7{number:05}.625",
        "IS": f"73{number:05}",
        "UI": f"1.2.826.0.1.88888.{number}.99",
    }
    return legal.get(vr)


def _spoilt(value: str, vr: str) -> bytes:
    """Return a value that its VR does not allow, and that still holds all its marks."""
    odd = {"LT": value * 100, "LO": f"\\{value}\\\\", "PN": f"{value}={value}=^^^^^^^"}
    return b"\xff" + odd.get(vr, value).encode() + b"\x1b\x00"
