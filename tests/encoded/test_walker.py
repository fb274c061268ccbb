"""The walker finds what pydicom finds, or says that it does not know."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from corpus_files import all_files
from hypothesis import example, given
from hypothesis import strategies as st
from pydicom.data import get_testdata_file
from pydicom.filereader import read_dataset

from deid_core.elements import heads, held, new_element, plain, read_element, value_of
from deid_core.encoded.encode import encode, encode_plain
from deid_core.encoded.source import Source
from deid_core.encoded.writing import pieces
from deid_core.errors import ReadError
from deid_core.quiet import quiet_pydicom
from deid_core_dicom.walk import walked

NAMES = [
    "CT_small.dcm",
    "MR_small.dcm",
    "rtplan.dcm",
    "test-SR.dcm",
    "JPEG2000.dcm",
    "reportsi.dcm",
]


def walk_bytes(data: bytes):
    """Walk over the bytes of a file."""
    return walked(Source(BytesIO(data)))


@pytest.mark.parametrize("path", all_files(), ids=lambda path: path.name)
def test_it_finds_the_elements_that_pydicom_finds(path: Path) -> None:
    dataset = walked(Source(path.open("rb")))
    if dataset is None:
        pytest.skip("left to the patient reader")
    with path.open("rb") as stream, quiet_pydicom():
        stream.seek(dataset.start)
        other = read_dataset(stream, dataset.implicit, True)
    assert list(dataset.keys()) == list(other.keys())
    for tag in heads(dataset)[0]:
        vr = held(other, tag).VR
        assert held(dataset, tag).VR in (vr, None)


@pytest.mark.parametrize("path", all_files(), ids=lambda path: path.name)
def test_plain_text_is_what_pydicom_makes_of_it(path: Path) -> None:
    dataset = walked(Source(path.open("rb")))
    if dataset is None:
        pytest.skip("left to the patient reader")
    with quiet_pydicom():
        for tag in heads(dataset)[0]:
            if dataset.plain_text(tag) is not None:
                assert value_of(dataset, tag) == plain(read_element(dataset, tag).value)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_cut_off_is_left_to_the_patient_reader(name: str) -> None:
    data = Path(str(get_testdata_file(name))).read_bytes()
    for end in range(min(len(data), 4000)):
        dataset = walk_bytes(data[:end])
        assert dataset is None or dataset.end == end


@given(st.binary(max_size=400), st.booleans())
def test_any_bytes_are_walked_to_their_end_or_left_alone(
    data: bytes,
    implicit: bool,
) -> None:
    syntax = b"1.2.840.10008.1.2\0" if implicit else b"1.2.840.10008.1.2.1\0"
    meta = b"\2\0\x10\0UI" + len(syntax).to_bytes(2, "little") + syntax
    dataset = walk_bytes(bytes(128) + b"DICM" + meta + data)
    if dataset is not None:
        assert b"".join(pieces(dataset)) == data or dataset.retired
        tags, _ = heads(dataset)
        assert list(tags) == sorted(set(tags))


@given(
    st.sampled_from(["AE", "AS", "CS", "DA", "DT", "LO", "SH", "TM", "UI"]),
    st.one_of(st.none(), st.text(st.characters(codec="ascii", min_codepoint=32), max_size=40)),
    st.booleans(),
)
@example("UI", " ", False)
def test_plain_text_is_encoded_as_pydicom_does(vr: str, value: str | None, implicit: bool) -> None:
    plain_bytes = encode_plain(0x00100020, vr, value, implicit=implicit)
    if plain_bytes is not None:
        with quiet_pydicom():
            element = new_element(0x00100020, vr, value)
            assert plain_bytes == encode(element, "iso8859", implicit=implicit)


def test_items_that_do_not_fill_their_sequence_are_left_to_the_patient_reader() -> None:
    syntax = b"1.2.840.10008.1.2.1\0"
    meta = b"\2\0\x10\0UI\x14\0" + syntax
    item = b"\xfe\xff\x00\xe0\x20\0\0\0" + b"\x08\0\x00\x01SH\2\0AB"
    data = b"\x08\0\x40\x11SQ\0\0" + len(item).to_bytes(4, "little") + item
    dataset = walk_bytes(bytes(128) + b"DICM" + meta + data)
    assert dataset is not None
    from deid_core import NotWalkableError

    with pytest.raises(NotWalkableError):
        dataset.items_of(0x00081140)


def test_a_closed_source_says_so() -> None:
    source = Source(BytesIO(b"abc"))
    with pytest.raises(ReadError):
        source.read(0, 10)
