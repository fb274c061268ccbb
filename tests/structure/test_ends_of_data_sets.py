"""Where a data set ends: what is appended does not get through, what is hidden is refused."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid_core import ReadError
from deid_core.structure import Encoding
from deid_core_dicom.extent import end_of_data_set

EXPLICIT = Encoding(implicit=False, little=True)
IMPLICIT = Encoding(implicit=True, little=True)


def explicit(tag: int, vr: bytes, value: bytes) -> bytes:
    return struct.pack("<HH2sH", tag >> 16, tag & 0xFFFF, vr, len(value)) + value


def implicit(tag: int, value: bytes, length: int | None = None) -> bytes:
    return (
        struct.pack("<HHL", tag >> 16, tag & 0xFFFF, len(value) if length is None else length)
        + value
    )


PATIENT = explicit(0x00100020, b"LO", b"P1")
PIXELS = struct.pack("<HH2s2xL", 0x7FE0, 0x0010, b"OW", 2) + b"ab"


@given(st.binary(max_size=32))
def test_after_pixel_data_anything_may_follow_and_is_not_part_of_it(junk: bytes) -> None:
    data = PATIENT + PIXELS
    try:
        end = end_of_data_set(data + bytes(8) + junk, 0, EXPLICIT)
    except ReadError:
        return
    assert end == len(data)


@pytest.mark.parametrize("junk", [b"", b"\0", b"\0" * 20, b"appended text that is long enough"])
def test_a_data_set_without_pixel_data_may_be_padded(junk: bytes) -> None:
    assert end_of_data_set(PATIENT + junk, 0, EXPLICIT) == len(PATIENT)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            PATIENT + explicit(0x00100030, b"DA", b"20200131")[:-1],
            "ends inside of the element (0010,0030)",
        ),
        (PATIENT + PIXELS[:-1], "ends inside of the element (7FE0,0010)"),
        (PATIENT + PIXELS[:2], "the file ends where pixel data begins"),
        (PATIENT + PIXELS[:7], "the file ends where pixel data begins"),
        (
            PATIENT + b"\1\2\3\4\5\6\7\x08" + PIXELS,
            "bytes at offset 10 are no data element, and pixel data",
        ),
        (
            PATIENT + b"\1\2\3\4\5\6\7\x08" + explicit(0x00100040, b"CS", b"M "),
            "bytes at offset 10 are no data element, and (0010,0040) seems to follow them",
        ),
    ],
)
def test_a_file_that_is_cut_off_or_broken_in_the_middle_is_refused(
    data: bytes, message: str
) -> None:
    with pytest.raises(ReadError) as caught:
        end_of_data_set(data, 0, EXPLICIT)
    assert message in str(caught.value)


def test_in_implicit_vr_an_unknown_tag_that_does_not_fit_is_junk() -> None:
    good = implicit(0x00100020, b"P1")
    assert end_of_data_set(good + implicit(0x00100011, b"", 1000), 0, IMPLICIT) == len(good)
    assert end_of_data_set(good + implicit(0x00080020, b"", 1000), 0, IMPLICIT) == len(good)


@pytest.mark.parametrize("tag", [0x00100030, 0x00110001])
def test_in_implicit_vr_a_known_or_private_tag_that_does_not_fit_was_cut_off(tag: int) -> None:
    with pytest.raises(ReadError, match="the file ends inside of the element"):
        end_of_data_set(implicit(0x00100020, b"P1") + implicit(tag, b"", 1000), 0, IMPLICIT)


def test_an_empty_data_set_ends_where_it_starts() -> None:
    assert end_of_data_set(b"", 0, EXPLICIT) == 0
    assert end_of_data_set(b"preamble", 8, EXPLICIT) == 8
