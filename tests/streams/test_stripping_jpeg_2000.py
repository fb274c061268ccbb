"""Metadata in JPEG 2000 and JPEG XL goes; the coded image stays as it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydicom.encaps import encapsulate
from stream_parts import (
    COMMENT_2000,
    COMMENT_2000_BINARY,
    MEDIA,
    SECRET,
    box,
    frames_of,
    real,
    set_frames,
    strip,
)

from deid_core_streams.bits import StreamError
from deid_core_streams.jpeg2000 import strip_jpeg_2000, strip_jpeg_xl

LOSSLESS, LOSSY, SEVERAL = (
    "MR_small_jp2klossless.dcm",
    "JPEG2000.dcm",
    "emri_small_jpeg_2k_lossless.dcm",
)
SOC, SOT, SOD = b"\xff\x4f", b"\xff\x90", b"\xff\x93"
JPEG_XL = "1.2.840.10008.1.2.4.110"

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")


def commented(frame):
    """Return a codestream with comments in the main header and in that of its first tile-part."""
    at = frame.index(SOT)
    data = at + frame[at:].index(SOD)
    length = int.from_bytes(frame[at + 6 : at + 10], "big")
    longer = (length + len(COMMENT_2000)).to_bytes(4, "big") if length else bytes(4)
    start = frame[at : at + 6] + longer + frame[at + 10 : data]
    main = frame[:at] + COMMENT_2000 + COMMENT_2000_BINARY
    return main + start + COMMENT_2000 + frame[data:]


def jp2(frame):
    """Return a JP2 file around a codestream, with XML, a UUID box and UUID info."""
    height, width = frame[12:16], frame[8:12]
    header = box(b"ihdr", height + width + b"\0\1\x0f\x07\0\0")
    header += box(b"colr", b"\1\0\0\0\0\0\x11")
    header += box(b"lbl ", SECRET)
    return (
        box(b"jP  ", b"\r\n\x87\n")
        + box(b"ftyp", b"jp2 \0\0\0\0jp2 ")
        + box(b"jp2h", header)
        + box(b"xml ", b"<a>" + SECRET + b"</a>")
        + box(b"uuid", bytes(16) + SECRET)
        + box(b"uinf", box(b"url ", bytes(4) + SECRET))
        + box(b"jp2c", commented(frame))
    )


def run(dataset, stripped):
    return stripped(dataset, syntax=dataset.file_meta.TransferSyntaxUID)


@pytest.mark.parametrize("wrap", [commented, jp2])
@pytest.mark.parametrize("name", [LOSSLESS, LOSSY, SEVERAL])
def test_comments_and_boxes_go_and_pixels_decode_to_what_they_were(name, wrap, stripped):
    before = real(name).pixel_array
    dataset = real(name)
    planted = set_frames(dataset, [wrap(frame) for frame in frames_of(dataset)])
    length = len(planted.PixelData)
    out = run(planted, stripped)
    assert SECRET not in out.PixelData
    assert len(out.PixelData) == length
    assert np.array_equal(out.pixel_array, before)


def test_only_the_text_of_a_comment_changes(stripped):
    dataset = real(LOSSY)
    out = run(real(LOSSY), stripped)
    changed = [at for at, byte in enumerate(dataset.PixelData) if out.PixelData[at] != byte]
    text = b"Kakadu-2.2"
    start = dataset.PixelData.index(text)
    assert changed == list(range(start, start + len(text)))


def test_a_frame_in_several_fragments_is_read_as_one(stripped):
    dataset = real(LOSSLESS)
    frames = [commented(frame) for frame in frames_of(dataset)]
    out = run(set_frames(dataset, frames, pieces=5), stripped)
    assert SECRET not in b"".join(frames_of(out))


def test_what_follows_the_image_goes():
    (frame,) = frames_of(real(LOSSLESS))
    data = bytearray(frame + SECRET)
    strip_jpeg_2000(data)
    assert SECRET not in data


def test_boxes_of_jpeg_xl_become_free_space_and_the_codestream_stays():
    image = (MEDIA / "image.jxl").read_bytes()
    start = image.index(b"jxlc") - 4
    metadata = (
        box(b"Exif", bytes(4) + SECRET) + box(b"xml ", SECRET) + box(b"brob", b"xml " + SECRET)
    )
    data = bytearray(image[:start] + metadata + image[start:] + box(b"jumb", SECRET))
    length = len(data)
    strip_jpeg_xl(data)
    assert SECRET not in data
    assert image[start:] in data
    assert data.count(b"free") == 4
    assert len(data) == length


def test_a_bare_codestream_of_jpeg_xl_stays():
    assert strip(encapsulate([b"\xff\x0a" + bytes(range(100))]), JPEG_XL) is None


def test_a_png_under_the_name_of_jpeg_xl_is_refused():
    with pytest.raises(StreamError, match="cannot be read as JPEG XL"):
        strip(encapsulate([b"\x89PNG\r\n\x1a\n"]), JPEG_XL)


HEADERS = real(LOSSY).PixelData[16:]


@given(st.binary(max_size=120), st.integers(0, 300), st.binary(max_size=12))
@example(b"", 0, b"")
def test_a_damaged_codestream_is_stripped_or_refused(more, place, instead):
    data = bytearray(HEADERS[:place] + instead + HEADERS[place + len(instead) : 400] + more)
    length = len(data)
    try:
        strip_jpeg_2000(data)
    except StreamError:
        return
    assert len(data) == length


@given(st.binary(max_size=120))
def test_boxes_of_anything_are_stripped_or_refused(noise):
    for strip_in_place, start in (
        (strip_jpeg_2000, b"\0\0\0\x0cjP  \r\n\x87\n"),
        (strip_jpeg_xl, b"\0\0\0\x0cJXL \r\n\x87\n"),
    ):
        data = bytearray(start + noise)
        try:
            strip_in_place(data)
        except StreamError:
            continue
        assert len(data) == len(start) + len(noise)
