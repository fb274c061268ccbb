"""STRIP among other rules, and with pixel data that have no coded stream."""

from __future__ import annotations

import pytest
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian, RLELossless
from stream_parts import COMMENT, SECRET, after, frames_of, real, set_frames, strip

from deid_core_streams.bits import StreamError
from deid_core_streams.fragments import ITEM_START

JPEG = "SC_rgb_small_odd_jpeg.dcm"

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")


@pytest.fixture
def commented():
    dataset = real(JPEG)
    return set_frames(dataset, [after(frame, b"\xff\xd8", COMMENT) for frame in frames_of(dataset)])


def run(attempt, load, dataset, *lines, **options):
    report = attempt(dataset, *lines, syntax=dataset.file_meta.TransferSyntaxUID, **options)
    assert report.output, report.reason
    return load(report.output)


def test_strip_takes_the_place_of_the_rule_that_spares_pixels(attempt, load, commented):
    out = run(attempt, load, commented, "STRIP PixelData", top="")
    assert SECRET not in out.PixelData
    assert frames_of(out)


def test_keep_beside_it_shelters_the_pixels(attempt, load, commented):
    out = run(attempt, load, commented, "STRIP PixelData", "KEEP PixelData")
    assert SECRET in out.PixelData


def test_the_report_counts_what_was_stripped(attempt, commented):
    syntax = commented.file_meta.TransferSyntaxUID
    report = attempt(commented, "STRIP PixelData", syntax=syntax)
    assert report.actions["STRIP PixelData"] == 1


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_native_pixels_stay_whatever_they_look_like(syntax, stripped, small):
    small.PixelData = ITEM_START + COMMENT + b"\0" * (len(COMMENT) % 2)
    assert stripped(small, syntax=syntax).PixelData == small.PixelData


def test_rle_stays(stripped):
    dataset = real("MR_small_RLE.dcm")
    assert stripped(dataset, syntax=RLELossless).PixelData == dataset.PixelData


def test_empty_pixel_data_stay(stripped, small):
    small.PixelData = b""
    assert stripped(small).PixelData is None


def test_an_element_that_holds_no_bytes_is_refused(attempt, small):
    assert "holds no bytes" in attempt(small, "STRIP PatientID").reason


def test_fragments_of_a_transfer_syntax_that_nobody_knows_are_refused():
    with pytest.raises(StreamError, match="nothing here knows"):
        strip(ITEM_START + bytes(4), "1.2.3")


def test_native_pixels_of_a_private_transfer_syntax_stay():
    assert strip(b"\1\2\3\4", "1.2.840.113619.5.2") is None


@pytest.mark.parametrize(
    "value",
    [
        ITEM_START,
        ITEM_START + b"\xff\xff\xff\x7f",
        ITEM_START + bytes(4) + b"\xfe\xff\xdd\xe0" + bytes(4) + SECRET,
    ],
)
def test_fragments_that_cannot_be_parsed_are_refused(value):
    with pytest.raises(StreamError, match="fragments"):
        strip(value, "1.2.840.10008.1.2.4.50")


def test_an_icon_in_fragments_is_refused_where_the_transfer_syntax_knows_none(
    attempt, small, commented
):
    small.IconImageSequence = [commented]
    report = attempt(small, "STRIP PixelData")
    assert report.output is None
    assert "it is in fragments" in report.reason


def test_pixels_that_a_rule_made_are_looked_at_too(attempt, small):
    del small.PixelData
    lines = ("ADD PixelData deid_func:hash", "STRIP PixelData")
    assert attempt(small, *lines).actions["ADD PixelData"] == 1
