"""Reading: what is DICOM, what is not, and what is refused."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from deid_core import Batch, FileRef, Instance, NotDicomError, PluginHost, ReadError, Settings

Read = Callable[..., Instance]


@pytest.fixture
def read(host: PluginHost) -> Read:
    """Return a function that reads bytes or a path."""

    def read(source: bytes | Path, *, force: bool = False) -> Instance:
        batch = Batch(Settings(force=force), bytes(32), lambda rule, batch: lambda field: "")
        if isinstance(source, bytes):
            ref = FileRef("in.dcm", opener=lambda: BytesIO(source))
        else:
            ref = FileRef("in.dcm", path=source)
        return host.read_file(ref, batch)

    return read


@pytest.fixture
def encoded(small: Dataset, save: Any) -> bytes:
    path: Path = save(small)
    return path.read_bytes()


@pytest.mark.parametrize(
    "syntax",
    [
        ImplicitVRLittleEndian,
        ExplicitVRLittleEndian,
        ExplicitVRBigEndian,
        DeflatedExplicitVRLittleEndian,
    ],
)
def test_every_encoding_is_read(read: Read, small: Dataset, save: Any, syntax: str) -> None:
    instance = read(save(small, syntax=syntax))
    assert instance.dataset.PatientID == "P-1"
    assert instance.notes == ()
    assert instance.origin is not None
    assert instance.origin.transfer_syntax == syntax
    assert instance.origin.sop_instance == "1.2.3.4"


@pytest.mark.parametrize(
    ("implicit", "little", "syntax"),
    [
        (True, True, ImplicitVRLittleEndian),
        (False, True, ExplicitVRLittleEndian),
        (False, False, ExplicitVRBigEndian),
    ],
)
def test_a_bare_data_set_is_read(
    read: Read, small: Dataset, implicit: bool, little: bool, syntax: str
) -> None:
    stream = BytesIO()
    dcmwrite(stream, small, implicit_vr=implicit, little_endian=little)
    instance = read(stream.getvalue())
    assert instance.dataset.PatientID == "P-1"
    assert instance.dataset.file_meta.TransferSyntaxUID == syntax


@pytest.mark.parametrize(
    "data",
    [b"", b"text", b"\0" * 200, b"\xff" * 4000, b"PK\3\4" + b"x" * 500, b"\x89PNG\r\n\x1a\n"],
)
def test_what_is_not_dicom_is_passed_over(read: Read, data: bytes) -> None:
    with pytest.raises(NotDicomError, match=r"^is not DICOM$"):
        read(data)


def test_a_file_that_cannot_be_opened_is_refused(read: Read, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"^cannot be opened: No such file or directory$"):
        read(tmp_path / "none.dcm")
    with pytest.raises(ReadError, match=r"^cannot be opened: Is a directory$"):
        read(tmp_path)


def test_an_opener_that_fails_is_refused(host: PluginHost, batch: Batch) -> None:
    def fail() -> Any:
        raise OSError

    with pytest.raises(ReadError, match=r"^cannot be opened: OSError$"):
        host.read_file(FileRef("x", opener=fail), batch)


def test_a_file_that_is_cut_off_is_refused_wherever_it_ends(read: Read, encoded: bytes) -> None:
    with pytest.raises(ReadError, match=r"^the file ends inside of the element \(7FE0,0010\)$"):
        read(encoded[:-1])


def test_cutting_a_file_never_crashes(read: Read, encoded: bytes) -> None:
    for end in range(0, len(encoded), 3):
        try:
            read(encoded[:end])
        except (ReadError, NotDicomError) as error:
            told = str(error)
        else:
            told = ""
        assert "Homer" not in told


def test_bytes_after_the_data_set_are_dropped_with_a_note(read: Read, encoded: bytes) -> None:
    instance = read(encoded + b"PatientName=Homer")
    assert instance.notes == ("17 bytes after the data set dropped",)


def test_bytes_after_a_deflated_data_set_are_dropped_with_a_note(
    read: Read, small: Dataset, save: Any
) -> None:
    path = save(small, syntax=DeflatedExplicitVRLittleEndian)
    instance = read(path.read_bytes() + b"Homer Simpson")
    assert any("after the data set dropped" in note for note in instance.notes)


def test_a_broken_deflated_data_set_is_refused(read: Read, small: Dataset, save: Any) -> None:
    data = save(small, syntax=DeflatedExplicitVRLittleEndian).read_bytes()
    with pytest.raises(ReadError, match="deflated data set is cut off, or too large"):
        read(data[:-20])
    start = data.index(b"1.2.840.10008.1.2.1.99") + 22
    with pytest.raises(ReadError, match="deflated data set is broken"):
        read(data[: start + 60] + b"\xff" * 40)


def test_a_transfer_syntax_that_lies_is_set_right_with_a_note(read: Read, encoded: bytes) -> None:
    explicit, implicit = b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2\0\0\0"
    instance = read(encoded.replace(explicit, implicit))
    assert instance.dataset.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    assert instance.notes == ("the transfer syntax contradicted the data set; it was set right",)


def test_an_encapsulated_transfer_syntax_that_lies_is_refused(
    read: Read, small: Dataset, save: Any
) -> None:
    data = save(small, syntax=ImplicitVRLittleEndian).read_bytes()
    lie = data.replace(b"1.2.840.10008.1.2\0", b"1.2.840.10008.1.2.4.50\0"[:18])
    meta = Dataset()
    del meta
    with pytest.raises(ReadError, match=r"contradicts the encoding|cannot|start"):
        read(_with_syntax(data, "1.2.840.10008.1.2.4.50"))
    assert lie


def _with_syntax(data: bytes, syntax: str) -> bytes:
    """Return a file with another transfer syntax in its file meta information."""
    old = b"\x02\x00\x10\x00UI"
    at = data.index(old)
    length = struct.unpack_from("<H", data, at + 6)[0]
    text = syntax.encode() + b"\0" * (len(syntax) % 2)
    new = old + struct.pack("<H", len(text)) + text
    group = data.index(b"\x02\x00\x00\x00UL")
    total = struct.unpack_from("<L", data, group + 8)[0] + len(text) - length
    head = data[: group + 8] + struct.pack("<L", total) + data[group + 12 : at]
    return head + new + data[at + 8 + length :]


def test_a_file_without_transfer_syntax_is_read_by_its_first_element(
    read: Read, small: Dataset
) -> None:
    stream = BytesIO()
    dcmwrite(stream, small, implicit_vr=False, little_endian=True)
    instance = read(bytes(128) + b"DICM" + stream.getvalue())
    assert instance.dataset.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian


def test_a_data_set_that_starts_with_nonsense_is_refused(read: Read, encoded: bytes) -> None:
    start = encoded.index(b"\x08\x00\x16\x00UI")
    with pytest.raises(ReadError):
        read(encoded[:start] + b"\xff" * 100)


def test_pixel_data_behind_what_cannot_be_parsed_is_refused(read: Read, encoded: bytes) -> None:
    at = encoded.index(b"\x28\x00\x02\x00US")
    broken = encoded[:at] + b"\x01\x00\x00\x00??" + encoded[at:]
    with pytest.raises(ReadError, match=r"is no data element|pixel data follows"):
        read(broken)


def test_nesting_too_deep_is_refused(read: Read, encoded: bytes) -> None:
    start = encoded.index(b"\x08\x00\x16\x00UI")
    nest = b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff" * 200
    with pytest.raises(ReadError, match=r"deeper than|cannot be parsed|ends inside"):
        read(encoded[:start] + nest)


@pytest.mark.parametrize(
    "name",
    [
        "CT_small.dcm",
        "MR_small.dcm",
        "JPEG2000.dcm",
        "rtplan.dcm",
        "ExplVR_BigEnd.dcm",
        "UN_sequence.dcm",
        "nested_priv_SQ.dcm",
        "image_dfl.dcm",
        "meta_missing_tsyntax.dcm",
        "test-SR.dcm",
        "empty_charset_LEI.dcm",
        "chrH31.dcm",
        "no_ts.dcm",
    ],
)
def test_a_bundled_file_reads_as_pydicom_reads_it(read: Read, name: str) -> None:
    path = get_testdata_file(name, download=False)
    if path is None:
        pytest.skip(f"{name} is not bundled")
    instance = read(Path(path))
    theirs = dcmread(path, force=True)
    assert list(instance.dataset.keys()) == [t for t in theirs.keys() if t.group != 2]  # noqa: SIM118


def test_compression_bombs_do_not_fill_the_memory(read: Read, small: Dataset, save: Any) -> None:
    path = save(small, syntax=DeflatedExplicitVRLittleEndian)
    data = path.read_bytes()
    start = data.index(b"1.2.840.10008.1.2.1.99") + 22
    packed = zlib.compressobj(wbits=-15)
    junk = packed.compress(bytes(10_000_000)) + packed.flush()
    with pytest.raises((ReadError, NotDicomError)):
        read(data[:start] + junk)
