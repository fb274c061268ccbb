"""Metadata in frames of JPEG and JPEG-LS goes; the coded image stays as it is."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydicom import dcmread
from stream_parts import (
    COMMENT,
    EXIF,
    ICC,
    PHOTOSHOP,
    SECRET,
    XMP,
    after,
    box,
    frames_of,
    real,
    segment,
    set_frames,
    strip,
)

from deid_core_streams.bits import StreamError
from deid_core_streams.jpeg import strip_jpeg

SOI = b"\xff\xd8"
METADATA = EXIF + XMP + PHOTOSHOP + ICC + COMMENT
BASELINE, EXTENDED, LOSSLESS = "SC_rgb_small_odd_jpeg.dcm", "JPGExtended.dcm", "JPEG-LL.dcm"
LS = "MR_small_jpeg_ls_lossless.dcm"
SEVERAL = "examples_ybr_color.dcm"

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")


def planted(name, metadata=METADATA, pieces=1):
    dataset = real(name)
    frames = [after(frame, SOI, metadata) for frame in frames_of(dataset)]
    return set_frames(dataset, frames, pieces=pieces)


def run(dataset, stripped):
    return stripped(dataset, syntax=dataset.file_meta.TransferSyntaxUID)


@pytest.mark.parametrize("name", [BASELINE, EXTENDED, LOSSLESS, LS, SEVERAL])
def test_exif_xmp_comments_and_profiles_go_from_every_frame(name, stripped):
    before = real(name)
    out = run(planted(name), stripped)
    assert SECRET not in out.PixelData
    for frame, original in zip(frames_of(out), frames_of(before), strict=True):
        coded = original.rstrip(b"\0")[2:]
        assert frame.rstrip(b"\0").endswith(coded)


@pytest.mark.parametrize("name", [BASELINE, "SC_rgb_jpeg_dcmtk.dcm", SEVERAL])
def test_pixels_decode_to_what_they_were(name, stripped):
    out = run(planted(name), stripped)
    assert np.array_equal(out.pixel_array, real(name).pixel_array)


@pytest.mark.skipif(not shutil.which("dcmdjpeg"), reason="dcmtk is not installed")
@pytest.mark.parametrize("name", [BASELINE, EXTENDED, LOSSLESS, SEVERAL])
def test_dcmtk_decodes_the_same_pixels(name, attempt, save, tmp_path):
    def decoded(path):
        target = tmp_path / "decoded.dcm"
        subprocess.run(["dcmdjpeg", str(path), str(target)], check=True)
        command = ["dcmdump", "+L", "+P", "7fe0,0010", str(target)]
        dump = subprocess.run(command, capture_output=True, check=True).stdout
        assert len(dump) > dcmread(target).Rows * dcmread(target).Columns
        return dump

    dataset = planted(name)
    syntax = dataset.file_meta.TransferSyntaxUID
    before = decoded(save(dataset, "before.dcm", syntax=syntax))
    out = attempt(tmp_path / "before.dcm", "STRIP PixelData").output
    assert SECRET not in Path(out).read_bytes()
    assert decoded(out) == before


@pytest.mark.parametrize("pieces", [2, 7])
def test_metadata_that_lies_across_fragments_goes(pieces, stripped):
    dataset = planted(BASELINE, METADATA * 4, pieces=pieces)
    out = run(dataset, stripped)
    assert SECRET not in b"".join(frames_of(out))
    assert len(out.PixelData) == len(dataset.PixelData)


def test_offsets_stay_right(stripped):
    dataset = planted(SEVERAL)
    out = run(dataset, stripped)
    table = slice(0, 8 + 4 * int(dataset.NumberOfFrames))
    assert out.PixelData[table] == dataset.PixelData[table]
    assert len(out.PixelData) == len(dataset.PixelData)


@pytest.mark.parametrize("name", [BASELINE, EXTENDED, LOSSLESS, LS, SEVERAL])
def test_pixel_data_without_metadata_stay_byte_for_byte(name, stripped):
    dataset = real(name)
    assert run(dataset, stripped).PixelData == dataset.PixelData


def test_an_icon_loses_its_metadata_too(stripped):
    dataset = real(BASELINE)
    dataset.IconImageSequence = [planted(BASELINE)]
    out = run(dataset, stripped)
    icon = out.IconImageSequence[0]
    assert SECRET not in icon.PixelData
    assert icon["PixelData"].is_undefined_length
    assert out.PixelData == dataset.PixelData


def test_an_icon_that_is_native_stays(stripped, small):
    dataset = real(BASELINE)
    dataset.IconImageSequence = [small]
    assert run(dataset, stripped).IconImageSequence[0].PixelData == small.PixelData


def test_what_tells_the_colours_stays():
    colours = b"Adobe\0\x64\0\0\0\0\2"
    jfif = b"JFIF\0\1\1\0\0\1\0\1\1\1"
    kept = segment(0xE0, jfif) + segment(0xEE, colours) + segment(0xE8, b"mrfx\1")
    added = segment(0xE0, jfif + b"RGB") + segment(0xEE, colours + SECRET)
    (frame,) = frames_of(real(BASELINE))
    data = bytearray(after(frame, SOI, kept + added))
    strip_jpeg(data)
    emptied = segment(0xE0, jfif + bytes(3)) + segment(0xEE, colours + bytes(len(SECRET)))
    assert data.startswith(SOI + kept + emptied)


def test_what_spiff_needs_stays_and_its_directory_goes():
    header = segment(0xE8, b"SPIFF\0" + bytes(range(24)))
    end = segment(0xE8, b"\0\0\0\1\xff\xd8")
    author = segment(0xE8, b"\0\0\0\x07" + SECRET)
    (frame,) = frames_of(real(LS))
    data = bytearray(after(frame, SOI, header + author + end))
    strip_jpeg(data)
    emptied = segment(0xE8, b"\0\0\0\x07" + bytes(len(SECRET)))
    assert data.startswith(SOI + header + emptied + end)


def test_metadata_between_scans_goes():
    dataset = real(BASELINE)
    (frame,) = frames_of(dataset)
    data = bytearray(frame[: frame.rindex(b"\xff\xd9")] + COMMENT + b"\xff\xd9")
    strip_jpeg(data)
    assert SECRET not in data


def test_what_follows_the_image_goes(stripped):
    dataset = real(BASELINE)
    (frame,) = frames_of(dataset)
    out = run(set_frames(dataset, [frame + SECRET]), stripped)
    assert frames_of(out)[0].startswith(frame)
    assert SECRET not in out.PixelData


def test_an_image_that_is_cut_off_in_its_coded_part_passes():
    (frame,) = frames_of(real(BASELINE))
    data = bytearray(after(frame, SOI, EXIF)[:-10])
    strip_jpeg(data)
    assert SECRET not in data


@pytest.mark.parametrize(
    "value",
    [
        b"not encapsulated",
        box(b"ftyp", SECRET),
        b"\xfe\xff\x00\xe0\0\0\0\0" + b"\xfe\xff\x00\xe0\xff\0\0\0" + SOI + b"\xff",
        b"\xfe\xff\x00\xe0\0\0\0\0" + b"\xfe\xff\x00\xe0\x08\0\0\0" + b"\x89PNG\r\n\x1a\n",
        b"\xfe\xff\x00\xe0\0\0\0\0" + b"\xfe\xff\x00\xe0\x08\0\0\0" + SOI + b"\xff\xe1\xff\xff\0\0",
    ],
)
def test_what_is_no_jpeg_is_refused_without_a_word_of_it(value):
    with pytest.raises(StreamError) as caught:
        strip(value, "1.2.840.10008.1.2.4.50")
    assert SECRET.decode() not in str(caught.value)


def test_a_file_whose_stream_cannot_be_parsed_is_not_written(attempt):
    dataset = set_frames(real(BASELINE), [b"\x89PNG\r\n\x1a\n" + SECRET])
    report = attempt(dataset, "STRIP PixelData", syntax=dataset.file_meta.TransferSyntaxUID)
    assert report.output is None
    assert report.code == "action-failed"
    assert "PixelData may hold metadata" in report.reason
    assert SECRET.decode() not in report.reason


@given(st.binary(max_size=200))
@example(b"")
@example(b"\xff" * 50)
@example(EXIF + b"\xff\xd9")
def test_whatever_follows_the_start_is_stripped_or_refused(noise):
    data = bytearray(SOI + b"\xff" + noise)
    length = len(data)
    try:
        strip_jpeg(data)
    except StreamError:
        return
    assert len(data) == length
    again = bytearray(data)
    strip_jpeg(again)
    assert again == data
