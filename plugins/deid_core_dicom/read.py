"""Read a DICOM file: Part 10, or a bare data set as some archives keep it."""

from __future__ import annotations

import zlib
from io import BytesIO

from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.filereader import read_dataset
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    MediaStorageDirectoryStorage,
)

from deid_core import (
    Batch,
    DeidError,
    FileRef,
    Instance,
    MediaDirectoryError,
    NotDicomError,
    ReadError,
)
from deid_core.encoded.source import Source
from deid_core.structure import (
    UNDEFINED,
    Encoding,
    NoElement,
    elements,
    read_element,
)
from deid_core_dicom.extent import PIXEL_DATA, end_of_data_set
from deid_core_dicom.uids import origin_of
from deid_core_dicom.walk import walked

PREAMBLE = 128
PREFIX = b"DICM"
FILE_META_GROUP = 0x0002
LONGEST_FIRST = 1024
"""Longest first element of a bare data set: a group length, a character set or an image type."""
EXPLICIT_LITTLE = Encoding(implicit=False, little=True)
IMPLICIT_LITTLE = Encoding(implicit=True, little=True)
EXPLICIT_BIG = Encoding(implicit=False, little=False)
MAX_INFLATED = 2**29
MAX_RATIO = 1000
"""What a deflated data set may become: more is made to exhaust its reader."""
MAX_WHOLE = 2**31
"""Bytes of the largest file that is read as a whole, as those must be that are odd."""
AT_ONCE = 2**20
"""Bytes that are inflated at once where it is only counted how many there are."""

UNCOMPRESSED = (ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian)

_ENCODINGS = {
    ImplicitVRLittleEndian: IMPLICIT_LITTLE,
    ExplicitVRBigEndian: EXPLICIT_BIG,
}


def read(ref: FileRef, batch: Batch) -> Instance:
    """Read the file into an `Instance` whose elements are still encoded.

    A file in little endian that is as it should be is not even parsed by pydicom, see `walked`.
    Raises `NotDicomError` if it does not look like DICOM, `MediaDirectoryError` for a DICOMDIR,
    and `ReadError` if it looks like DICOM but cannot be parsed or opened.
    """
    source = _opened(ref)
    encoded = walked(source)
    if encoded is not None:
        return Instance(encoded, ref, (), origin_of(encoded))
    return _read_patiently(source, ref, batch)


def read_patiently(ref: FileRef, batch: Batch) -> Instance:
    """Read the file as `read` reads one that is odd: by pydicom, and with notes on what is mended."""
    return _read_patiently(_opened(ref), ref, batch)


def _opened(ref: FileRef) -> Source:
    try:
        return Source(ref.open(), is_file=ref.opener is None)
    except DeidError:
        raise
    except Exception as error:  # noqa: BLE001 - a stream may be a stranger's
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise ReadError(f"cannot be opened: {reason}") from None


def _read_patiently(source: Source, ref: FileRef, batch: Batch) -> Instance:
    if source.size > MAX_WHOLE:
        source.close()
        raise ReadError("it is not as it should be, and too large to be read as a whole")
    try:
        data = source.read(0, source.size)
        source.close()
        dataset, notes = parse(data, force=batch.settings.force)
        origin = origin_of(dataset)
    except DeidError:
        raise
    except Exception as error:  # noqa: BLE001 - as in _read, where pydicom converts at once
        raise ReadError(f"the data set cannot be parsed ({type(error).__name__})") from None
    if origin.sop_class == MediaStorageDirectoryStorage:
        raise MediaDirectoryError("is a directory of files (DICOMDIR)")
    if not len(dataset) and not origin.sop_class:
        raise ReadError("there is no data set")
    return Instance(dataset, ref, tuple(notes), origin)


def looks_like_dicom(head: bytes, *, force: bool = False) -> bool:
    """Tell from its first bytes whether a file is worth reading."""
    if head[PREAMBLE : PREAMBLE + 4] == PREFIX:
        return True
    return _bare_encoding(head, force=force) is not None


def parse(data: bytes, *, force: bool = False) -> tuple[FileDataset, list[str]]:
    """Parse the bytes of a file: the data set, and notes about what was left out of it."""
    start, file_meta = _file_meta(data)
    if file_meta is None:
        encoding = _bare_encoding(data, force=force)
        if encoding is None:
            raise NotDicomError("is not DICOM")
        start = 0
        file_meta = FileMetaDataset()
        file_meta.TransferSyntaxUID = _syntax_of(encoding)
    syntax = UID(str(file_meta.get("TransferSyntaxUID", "") or ""))
    notes = []
    if syntax == DeflatedExplicitVRLittleEndian:
        data, unused = _inflate(data[start:])
        start = 0
        if unused:
            notes.append(f"{unused} bytes after the data set dropped")
    encoding = _encoding(data, start, syntax)
    settled = _settled(syntax, encoding, data, start)
    if settled != syntax:
        file_meta.TransferSyntaxUID = settled
        if syntax:
            notes.append("the transfer syntax contradicted the data set; it was set right")
    end = end_of_data_set(data, start, encoding)
    if end < len(data):
        notes.append(f"{len(data) - end} bytes after the data set dropped")
    dataset = _read(data[start:end], encoding)
    whole = FileDataset(
        "",
        dataset,
        file_meta=file_meta,
        is_implicit_VR=encoding.implicit,
        is_little_endian=encoding.little,
    )
    whole.set_original_encoding(encoding.implicit, encoding.little, dataset.original_character_set)
    return whole, notes


def _file_meta(data: bytes) -> tuple[int, FileMetaDataset | None]:
    """Return where the data set starts, and the file meta information if there is any."""
    start = PREAMBLE + 4 if data[PREAMBLE : PREAMBLE + 4] == PREFIX else 0
    end = start
    for element, after in elements(data, start, EXPLICIT_LITTLE):
        if element.tag >> 16 != FILE_META_GROUP or after < 0:
            break
        end = after
    if end == start:
        return (start, FileMetaDataset()) if start else (0, None)
    file_meta = FileMetaDataset()
    encoded = _read(data[start:end], EXPLICIT_LITTLE)
    for tag in encoded.keys():  # noqa: SIM118 - a Dataset iterates over converted elements
        file_meta[tag] = encoded.get_item(tag)
    return end, file_meta


def _settled(syntax: UID, encoding: Encoding, data: bytes, start: int) -> UID:
    """Return a transfer syntax of the standard that says how the data set is encoded.

    Raises `ReadError` where only the one that the file names could decode the pixels.
    """
    standard = syntax.type == "Transfer Syntax" and not syntax.is_private
    if standard and encoding is _declared(syntax):
        return syntax
    if (standard and syntax not in UNCOMPRESSED) or _is_encapsulated(data, start, encoding):
        raise ReadError("the transfer syntax contradicts the encoding of the data set")
    return _syntax_of(encoding)


def _is_encapsulated(data: bytes, start: int, encoding: Encoding) -> bool:
    """Tell whether pixel data are in fragments, so that only the transfer syntax decodes them."""
    return any(
        element.tag == PIXEL_DATA and element.length == UNDEFINED
        for element, _ in elements(data, start, encoding)
    )


def _read(data: bytes, encoding: Encoding) -> Dataset:
    try:
        return read_dataset(BytesIO(data), encoding.implicit, encoding.little)
    except Exception as error:  # noqa: BLE001 - pydicom raises many, and quotes values
        raise ReadError(f"the data set cannot be parsed ({type(error).__name__})") from None


def _declared(syntax: UID) -> Encoding:
    return _ENCODINGS.get(syntax, EXPLICIT_LITTLE)


def _encoding(data: bytes, start: int, syntax: UID) -> Encoding:
    """Return how the data set is encoded, by its first element where the syntax lies."""
    declared = _declared(syntax) if syntax else None
    if declared is not None and (start >= len(data) or _fits(data, start, declared)):
        return declared
    for encoding in (EXPLICIT_LITTLE, IMPLICIT_LITTLE, EXPLICIT_BIG):
        if start >= len(data) or _starts_low(data, start, encoding):
            return encoding
    raise ReadError("the data set does not start with a data element")


def _fits(data: bytes, start: int, encoding: Encoding) -> bool:
    try:
        element = read_element(data, start, encoding)
    except NoElement:
        return False
    fits = element.length == UNDEFINED or element.end <= len(data)
    return fits and encoding.implicit == (element.vr is None)


def _starts_low(data: bytes, start: int, encoding: Encoding) -> bool:
    """Tell whether an element is at ``start`` with which a data set is likely to start."""
    if not _fits(data, start, encoding):
        return False
    tag = read_element(data, start, encoding).tag
    return tag >> 16 <= 0x0010 or bool(tag >> 16 & 1)  # noqa: PLR2004 - a group number


def _bare_encoding(data: bytes, *, force: bool) -> Encoding | None:
    """Return the encoding of a data set without preamble, or None if it is none.

    It must start with an element of group 0008 that has a length a reader expects there.
    """
    for encoding in (EXPLICIT_LITTLE, IMPLICIT_LITTLE, EXPLICIT_BIG):
        if not _fits(data, 0, encoding):
            continue
        element = read_element(data, 0, encoding)
        if element.tag >> 16 == 0x0008 and element.length <= LONGEST_FIRST:  # noqa: PLR2004 - a group number
            return encoding
        if force and element.tag >> 16 & 1 == 0:
            return encoding
    return None


def _syntax_of(encoding: Encoding) -> UID:
    if encoding.implicit:
        return ImplicitVRLittleEndian
    return ExplicitVRLittleEndian if encoding.little else ExplicitVRBigEndian


def _inflate(data: bytes) -> tuple[bytes, int]:
    """Return the inflated data set, and how many bytes follow the deflated stream."""
    limit = min(MAX_INFLATED, MAX_RATIO * len(data))
    decompressor = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        if MAX_RATIO * len(data) > MAX_INFLATED:
            _check_size(data)
        inflated = decompressor.decompress(data, limit)
    except zlib.error:
        raise ReadError("the deflated data set is broken") from None
    if not decompressor.eof:
        raise ReadError("the deflated data set is cut off, or too large")
    # The stream may be padded to even length (PS3.5 A.5).
    unused = len(decompressor.unused_data)
    return inflated, unused if decompressor.unused_data.strip(b"\0") else 0


def _check_size(data: bytes) -> None:
    """Raise `ReadError` for what becomes too large, before there is room for it in memory."""
    decompressor = zlib.decompressobj(-zlib.MAX_WBITS)
    size, rest = 0, data
    while size <= MAX_INFLATED:
        found = len(decompressor.decompress(rest, AT_ONCE))
        size, rest = size + found, decompressor.unconsumed_tail
        if not found or decompressor.eof:
            return
    raise ReadError("the deflated data set is cut off, or too large")
