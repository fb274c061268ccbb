"""Directory records: what a DICOMDIR says of an output and of all that is above it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydicom import dcmread
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

from deid_core import Batch
from deid_core_fileset.keys import ALONE, LEAVES, LEVELS, VERIFIED, Keys, kind_of
from deid_core_fileset.layout import Node
from deid_core_fileset.names import stand_in, text

_ALL = (*LEVELS.values(), *ALONE.values(), *LEAVES.values())
WANTED = sorted({key for keys in _ALL for key in (*keys.needed, *keys.known, *keys.held)})
"""The attributes that records take from an output."""
OBSERVERS = "VerifyingObserverSequence"

DATE, TIME, LABEL = "20000101", "000000", "UNNAMED"
STAND_INS = {
    "StudyDate": DATE,
    "StudyTime": TIME,
    "Modality": "OT",
    "ContentDate": DATE,
    "ContentTime": TIME,
    "ContentLabel": LABEL,
    "PresentationCreationDate": DATE,
    "PresentationCreationTime": TIME,
    "InstanceCreationDate": DATE,
    "RTPlanLabel": LABEL,
    "StructureSetLabel": LABEL,
    "HangingProtocolCreator": LABEL,
    "HangingProtocolCreationDateTime": DATE + TIME,
    "VerificationDateTime": DATE + TIME,
}
"""Values for keys that a record needs and de-identification has emptied. They tell nothing."""


class Unlisted(Exception):
    """Why a DICOMDIR cannot list a file; no value of the file is in it."""


def read_header(path: str) -> Dataset:
    """Read of an output what its records need. Raises `Unlisted`."""
    try:
        return dcmread(path, specific_tags=["Rows", OBSERVERS, *WANTED])
    except Exception as error:  # noqa: BLE001 - pydicom raises many, and quotes values
        raise Unlisted(f"it cannot be read ({type(error).__name__})") from None


def add_records(root: Node, dataset: Dataset, file_id: Sequence[str], batch: Batch) -> None:
    """Add the record of an instance, and those above it that are not there yet.

    Raises `Unlisted`, before anything was added.
    """
    try:
        path = list(_path(root, dataset, file_id, batch))
    except Unlisted:
        raise
    except Exception as error:  # noqa: BLE001 - pydicom raises many, and quotes values
        raise Unlisted(f"its record cannot be made ({type(error).__name__})") from None
    for key, node in path:
        root = root.children.setdefault(key, node)


def _path(
    parent: Node | None, dataset: Dataset, file_id: Sequence[str], batch: Batch
) -> Iterator[tuple[str, Node]]:
    """Yield the records of an instance from the highest, each with its key among its like."""
    meta = dataset.file_meta
    sop_class, uid = str(meta.MediaStorageSOPClassUID), str(meta.MediaStorageSOPInstanceUID)
    kind = kind_of(sop_class, dataset)
    if kind is None:
        raise Unlisted("the standard defines no directory record for its SOP class")
    keys = ALONE.get(kind)
    if keys is None:
        keys = VERIFIED if text(dataset, "VerificationFlag") == "VERIFIED" else LEAVES[kind]
        for level, identity in zip(LEVELS, _identities(dataset, batch), strict=True):
            found = parent.children.get(identity) if parent is not None else None
            if found is None:
                number = _next_number(parent)
                found = _node(level, _record(LEVELS[level], dataset, number, batch))
            yield identity, found
            parent = found
    record = _record(keys, dataset, _next_number(parent), batch)
    record.ReferencedFileID = list(file_id)
    record.ReferencedSOPClassUIDInFile = sop_class
    record.ReferencedSOPInstanceUIDInFile = uid
    record.ReferencedTransferSyntaxUIDInFile = meta.TransferSyntaxUID
    yield uid, _node(kind, record)


def _identities(dataset: Dataset, batch: Batch) -> tuple[str, str, str]:
    """Return what tells patient, study and series of an instance from others."""
    return (
        _patient(dataset, batch),
        text(dataset, "StudyInstanceUID"),
        text(dataset, "SeriesInstanceUID"),
    )


def _patient(dataset: Dataset, batch: Batch) -> str:
    """Return the Patient ID, or one for the study alone.

    That two studies are of one patient is not to be told by the directory if it is not by the
    files.
    """
    study = text(dataset, "StudyInstanceUID")
    return text(dataset, "PatientID") or stand_in("PT", study, batch)


def _next_number(parent: Node | None) -> int:
    return len(parent.children) + 1 if parent is not None else 1


def _record(keys: Keys, dataset: Dataset, number: int, batch: Batch) -> Dataset:
    """Return the keys of a record, with stand-ins; ``number`` is for what has none."""
    record = Dataset()
    for keyword in keys.needed:
        element = _valued(dataset, keyword)
        if element is not None:
            record.add(element)
        else:
            setattr(record, keyword, _stand_in(keyword, dataset, number, batch))
    for keyword in keys.known:
        setattr(record, keyword, None)
    for keyword in (*keys.known, *keys.held):
        element = _valued(dataset, keyword)
        if element is not None:
            record.add(element)
    if "SpecificCharacterSet" in dataset:
        record.SpecificCharacterSet = dataset.SpecificCharacterSet
    return record


def _valued(dataset: Dataset, keyword: str) -> DataElement | None:
    """Return an element with a value of its VR, or None; what is no such value is none."""
    if keyword == "VerificationDateTime":
        # The document says it for each observer (PS3.3 C.17.2), the directory for the last.
        times = [text(observer, keyword) for observer in dataset.get(OBSERVERS) or ()]
        return DataElement(keyword, "DT", max(times)) if any(times) else None
    try:
        element = dataset[keyword]
        expected = dictionary_VR(element.tag)
        if expected != element.VR:
            element = DataElement(element.tag, expected, element.value)
    except Exception:  # noqa: BLE001 - it is not there, or pydicom raises one of many
        return None
    if keyword == "ContentSequence":
        # Of a document's content, what its title is modified by (PS3.3 F.5.19, F.5.21).
        items = [i for i in element.value if text(i, "RelationshipType") == "HAS CONCEPT MOD"]
        return DataElement(element.tag, "SQ", items) if items else None
    return None if element.is_empty or not text(dataset, keyword) else element


def _stand_in(keyword: str, dataset: Dataset, number: int, batch: Batch) -> str | int:
    if keyword == "PatientID":
        return _patient(dataset, batch)
    if keyword == "StudyID":
        return stand_in("ST", text(dataset, "StudyInstanceUID"), batch)
    if keyword in ("SeriesNumber", "InstanceNumber"):
        return number
    if keyword not in STAND_INS:
        raise Unlisted(f"its directory record needs {keyword}, which has no value")
    return STAND_INS[keyword]


def _node(kind: str, record: Dataset) -> Node:
    """Return a record, encoded as every DICOMDIR is: explicit VR little endian (PS3.10 8.6)."""
    record.OffsetOfTheNextDirectoryRecord = 0
    record.RecordInUseFlag = 0xFFFF
    record.OffsetOfReferencedLowerLevelDirectoryEntity = 0
    record.DirectoryRecordType = kind
    stream = DicomBytesIO()
    stream.is_little_endian, stream.is_implicit_VR = True, False
    write_dataset(stream, record)
    return Node(bytearray(stream.getvalue()))
