"""Write people, times, places and texts into a header."""

from __future__ import annotations

import random
from datetime import date, timedelta

import attrs
from pydicom import Dataset, FileDataset
from pydicom.uid import UID

from benchmarks.corpora.people import Person, word

ROOT = "1.2.826.0.1.3680043.10.1541"
PRIVATE = 0x0099
ELEMENTS = 200
"""How many elements a header is to have, at all depths."""


@attrs.frozen
class Place:
    """Where a file stands: patient, study, series and instance, each by its number."""

    person: Person
    study: int
    series: int
    instance: int

    @property
    def study_uid(self) -> str:
        """Study Instance UID."""
        return f"{ROOT}.1.{1000 + self.study}"

    @property
    def series_uid(self) -> str:
        """Series Instance UID."""
        return f"{ROOT}.2.{1000 + self.series}"

    @property
    def instance_uid(self) -> str:
        """SOP Instance UID."""
        return f"{ROOT}.3.{1000 + self.series}.{self.instance + 1}"

    @property
    def day(self) -> date:
        """The day of the study."""
        return date(2015, 1, 1) + timedelta(days=37 * self.study % 3600)


def fill(dataset: FileDataset, place: Place, chance: random.Random, *, texts: bool) -> list[str]:
    """Make a header that of one instance; return words that no element tells to identify.

    ``texts`` plants the patient, and others, in descriptions and comments.
    """
    _whose(dataset, place.person)
    _when(dataset, place, chance)
    _which(dataset, place, chance)
    planted = _private(dataset, place, chance)
    _requests(dataset, place)
    if texts:
        planted += _texts(dataset, place)
    _references(dataset, place)
    return planted


def _whose(dataset: Dataset, person: Person) -> None:
    if person.character_set:
        dataset.SpecificCharacterSet = person.character_set
    dataset.PatientName = person.name
    dataset.PatientID = person.ident
    dataset.PatientBirthDate = f"{person.birth:%Y%m%d}"
    dataset.PatientSex = person.sex
    dataset.PatientAge = f"{2020 - person.birth.year:03d}Y"
    dataset.PatientAddress = person.street
    dataset.PatientTelephoneNumbers = person.phone
    dataset.ReferringPhysicianName = person.physician
    dataset.PerformingPhysicianName = person.physician
    dataset.InstitutionName = person.hospital
    dataset.InstitutionAddress = person.street
    other = Dataset()
    other.PatientID, other.TypeOfPatientID = f"{person.ident}-2", "TEXT"
    dataset.OtherPatientIDsSequence = [other]


def _when(dataset: Dataset, place: Place, chance: random.Random) -> None:
    day = f"{place.day:%Y%m%d}"
    seconds = 28800 + 20 * place.instance + 3600 * (place.series % 8)
    time = f"{seconds // 3600:02d}{seconds // 60 % 60:02d}{seconds % 60:02d}"
    for kind in ("Study", "Series", "Acquisition", "Content"):
        setattr(dataset, f"{kind}Date", day)
        setattr(dataset, f"{kind}Time", f"{time}.{chance.randrange(10**6):06d}")
    dataset.InstanceCreationDate, dataset.InstanceCreationTime = day, time
    dataset.PerformedProcedureStepStartDate = day


def _which(dataset: FileDataset, place: Place, chance: random.Random) -> None:
    dataset.StudyInstanceUID = place.study_uid
    dataset.SeriesInstanceUID = place.series_uid
    dataset.SOPInstanceUID = place.instance_uid
    dataset.file_meta.MediaStorageSOPInstanceUID = UID(place.instance_uid)
    dataset.FrameOfReferenceUID = f"{place.series_uid}.9"
    dataset.InstanceNumber = place.instance + 1
    dataset.SeriesNumber = place.series % 20 + 1
    dataset.StudyID = str(4000 + place.study)
    dataset.AccessionNumber = f"ACZQ{700000 + place.study}"
    if "ImagePositionPatient" in dataset:
        dataset.ImagePositionPatient = ["-158.13", "-179.03", f"{-75 + 2.5 * place.instance:.2f}"]
        dataset.SliceLocation = f"{-75 + 2.5 * place.instance:.2f}"
    if "WindowCenter" in dataset:
        dataset.WindowCenter = chance.randrange(20, 400)


def _private(dataset: Dataset, place: Place, chance: random.Random) -> list[str]:
    """Add a private block with a sequence, and return what identifies in it."""
    secret = word(chance, 5)
    block = dataset.private_block(PRIVATE, "ZQ BENCHMARK", create=True)
    block.add_new(0x01, "LO", f"scan of {secret}")
    block.add_new(0x02, "UN", place.person.last.encode("utf-8").ljust(24))
    block.add_new(0x03, "DS", [f"{chance.uniform(0, 9):.4f}" for _ in range(6)])
    block.add_new(0x04, "OB", chance.randbytes(256))
    inner = Dataset()
    inner.PatientName, inner.ReferencedSOPInstanceUID = place.person.name, place.instance_uid
    block.add_new(0x05, "SQ", [inner])
    return [secret]


def _code(value: str, meaning: str) -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, "99ZQ", meaning
    return code


def _requests(dataset: Dataset, place: Place) -> None:
    request = Dataset()
    request.AccessionNumber = dataset.AccessionNumber
    request.RequestedProcedureID = f"RP{place.study}"
    request.ScheduledProcedureStepDescription = "thorax, two phases"
    request.RequestedProcedureCodeSequence = [_code("Z100", "thorax")]
    request.ScheduledProtocolCodeSequence = [_code("Z200", "two phases")]
    dataset.RequestAttributesSequence = [request]
    dataset.PerformedProtocolCodeSequence = [_code("Z300", "late phase")]


def _texts(dataset: Dataset, place: Place) -> list[str]:
    """Tell in free text who the patient is, as people do."""
    person = place.person
    dataset.StudyDescription = f"thorax {person.last}"
    dataset.SeriesDescription = f"axial 2.5 {person.first.upper()}"
    dataset.ImageComments = f"{person.first} {person.last}, born {person.birth:%d.%m.%Y}, no change"
    dataset.PatientComments = f"call the sister, {person.relative}, {person.phone}"
    dataset.AdditionalPatientHistory = f"seen in {person.hospital}, file {person.ident}"
    dataset.AcquisitionComments = f"asked for by {person.physician.partition('^')[0]}"
    return person.listed()


def _references(dataset: FileDataset, place: Place) -> None:
    """Refer to other instances, until the header has as many elements as it is to have."""
    missing = ELEMENTS - sum(1 for _ in dataset.iterall())
    count = max(1, missing // 6)
    dataset.SourceImageSequence = [_reference(dataset, place, number) for number in range(count)]


def _reference(dataset: FileDataset, place: Place, number: int) -> Dataset:
    """Return an item of six elements."""
    reference = Dataset()
    reference.ReferencedSOPClassUID = dataset.SOPClassUID
    reference.ReferencedSOPInstanceUID = attrs.evolve(place, instance=number).instance_uid
    reference.SpatialLocationsPreserved = "YES"
    reference.PurposeOfReferenceCodeSequence = [_code("Z400", "source")]
    return reference
