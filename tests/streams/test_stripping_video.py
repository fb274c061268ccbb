"""Metadata in videos goes, from the stream and from what contains it; the coded video stays."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydicom.encaps import encapsulate, generate_frames
from stream_parts import MEDIA, SECRET, box, frames_of, set_frames, strip

from deid_core_streams.bits import StreamError
from deid_core_streams.elementary import AVC_UNITS, HEVC_UNITS, strip_byte_stream, strip_unit
from deid_core_streams.video import strip_avc, strip_hevc, strip_mpeg_2

MPEG_2, AVC, HEVC = (f"1.2.840.10008.1.2.4.{number}" for number in (100, 102, 107))
USER_DATA = b"\0\0\1\xb2" + SECRET
FILES = {
    "mpeg2.m2v": MPEG_2,
    "mpeg2.mpg": MPEG_2,
    "mpeg2.ts": MPEG_2,
    "avc.h264": AVC,
    "avc.ts": AVC,
    "avc.mp4": AVC,
    "hevc.hevc": HEVC,
    "hevc.mp4": HEVC,
}
TELLING = [SECRET, b"x265", b"VideoHandler", b"Lavf", bytes.fromhex("da33c6d5")]
"""What stands in the files: our own words, those of the encoder, and a date in seconds."""


def planted(name):
    """Return a stream; in those of MPEG-2, user data stand in place of the sequence's end."""
    data = (MEDIA / name).read_bytes()
    if name == "mpeg2.m2v":
        at = data.index(b"\0\0\1\xb8")
        return data[:at] + USER_DATA + data[at:] + USER_DATA
    return data


def cleaned(name):
    value = encapsulate([planted(name)])
    (stream,) = generate_frames(strip(value, FILES[name]) or value, number_of_frames=1)
    return stream[: len(planted(name))]


def slices(data, of_slice):
    """Return the coded slices of an elementary stream, in order."""
    units = re.split(rb"\x00\x00\x01", data)[1:]
    return [unit for unit in units if of_slice(unit[0])]


@pytest.mark.parametrize("name", [name for name in FILES if name != "mpeg2.mpg"])
def test_no_word_of_the_metadata_is_left(name):
    before, after = planted(name), cleaned(name)
    assert any(word in before for word in TELLING)
    assert not any(word in after for word in TELLING)
    assert len(before) == len(after)


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="ffmpeg is not installed")
@pytest.mark.parametrize("name", FILES)
def test_pictures_and_sound_decode_to_what_they_were(name, tmp_path):
    def decoded(data):
        path = tmp_path / name
        path.write_bytes(data)
        command = ["ffmpeg", "-v", "error", "-i", path, "-map", "0:v", "-f", "framemd5", "-"]
        return subprocess.run(command, capture_output=True, check=True).stdout

    assert decoded(cleaned(name)) == decoded(planted(name))


@pytest.mark.parametrize(
    ("name", "of_slice"),
    [
        ("mpeg2.m2v", lambda code: code < 0xB0),
        ("avc.h264", lambda byte: byte & 0x1F in (1, 5, 7, 8)),
        ("hevc.hevc", lambda byte: byte >> 1 < 35),
    ],
)
def test_the_coded_video_stays_byte_for_byte(name, of_slice):
    before, after = slices(planted(name), of_slice), slices(cleaned(name), of_slice)
    assert len(before) >= 3
    assert after == before


def test_a_video_goes_through_a_run(stripped, small):
    stream = planted("avc.ts")
    out = stripped(set_frames(small, [stream]), syntax=AVC)
    (after,) = frames_of(out)
    assert SECRET not in after
    assert len(after) == len(stream)


def test_a_video_in_several_fragments_goes_through_a_run(stripped, small):
    dataset = set_frames(small, [planted("avc.mp4")], pieces=3)
    out = stripped(dataset, syntax=AVC + ".1")
    assert SECRET not in b"".join(frames_of(out))


def test_a_video_without_metadata_stays_byte_for_byte():
    assert strip(encapsulate([(MEDIA / "mpeg2.m2v").read_bytes()]), MPEG_2) is None


@pytest.mark.parametrize("name", [name for name in FILES if name not in ("mpeg2.m2v", "mpeg2.mpg")])
def test_what_was_stripped_stays_as_it_is(name):
    assert strip(encapsulate([cleaned(name)]), FILES[name]) is None


def test_user_data_in_a_program_stream_go():
    data = bytearray((MEDIA / "mpeg2.mpg").read_bytes())
    # The first picture's slices make room for them.
    at = data.index(b"\0\0\1\x01")
    data[at : at + len(USER_DATA)] = USER_DATA
    strip_mpeg_2(data)
    assert SECRET not in data


def test_private_packets_of_a_program_stream_go():
    data = bytearray((MEDIA / "mpeg2.mpg").read_bytes())
    private = b"\0\0\1\xbf" + len(SECRET).to_bytes(2, "big") + SECRET
    at = data.index(b"\0\0\1\xe0")
    data[at:at] = private
    strip_mpeg_2(data)
    assert SECRET not in data


def sei(*messages, header=b"\x06"):
    """Return a NAL unit of SEI, escaped (ISO/IEC 14496-10 7.3.1)."""
    content = b"".join(bytes([kind, len(body)]) + body for kind, body in messages) + b"\x80"
    return header + re.sub(rb"\x00\x00(?=[\x00-\x03])", b"\0\0\3", content)


def unescaped(unit):
    return unit.replace(b"\0\0\3", b"\0\0")


@pytest.mark.parametrize("kind", [4, 5])
def test_user_data_of_sei_go_and_other_messages_stay(kind):
    timing, recovery = (1, b"\0\0\0\1"), (6, b"\xa0")
    body = SECRET + bytes(5) + b"\1" + SECRET + bytes(2)
    data = bytearray(sei(timing, (kind, body), recovery))
    strip_unit(data, 0, len(data), AVC_UNITS)
    after = unescaped(bytes(data))
    assert SECRET not in data
    assert after.startswith(unescaped(sei(timing))[:-1])
    assert after.endswith(b"\6\1\xa0\x80")
    assert len(after) == len(unescaped(sei(timing, (kind, body), recovery)))
    assert not re.search(rb"\x00\x00[\x00-\x02]", data)


@given(st.binary(max_size=200), st.binary(max_size=4))
def test_a_stripped_message_is_as_long_as_before_whatever_it_held(body, other):
    before = sei((5, body), (6, other))
    data = bytearray(before)
    strip_unit(data, 0, len(data), AVC_UNITS)
    after = unescaped(bytes(data))
    assert len(after) == len(unescaped(before))
    assert after.endswith(bytes([6, len(other)]) + other + b"\x80")


def test_units_that_the_standard_leaves_open_go():
    data = bytearray(b"\0\0\1\x67abc\0\0\1\x18" + SECRET + b"\0\0\0\1\x65abc")
    strip_byte_stream(data, AVC_UNITS)
    assert data == b"\0\0\1\x67abc\0\0\1\x18" + b"\xff" * len(SECRET) + b"\0\0\0\1\x65abc"


def test_suffixes_of_h_265_go():
    data = bytearray(b"\0\0\1" + sei((5, bytes(16) + SECRET), header=b"\x50\x01"))
    strip_byte_stream(data, HEVC_UNITS)
    assert SECRET not in data


def test_boxes_of_mp4_that_describe_become_free_space():
    data = (MEDIA / "avc.mp4").read_bytes()
    more = box(b"uuid", bytes(16) + SECRET) + box(b"free", SECRET)
    stream = bytearray(data + more)
    strip_avc(stream)
    assert SECRET not in stream
    assert stream.count(b"free") == data.count(b"free") + data.count(b"udta") + 2


def test_media_data_that_are_no_sample_go():
    data = (MEDIA / "avc.mp4").read_bytes()
    at = data.index(b"mdat") + 4
    # Samples are found by their offset, so the box can only grow at its end.
    size = int.from_bytes(data[at - 8 : at - 4], "big")
    end = at - 8 + size
    longer = (size + len(SECRET)).to_bytes(4, "big")
    stream = bytearray(data[: at - 8] + longer + data[at - 4 : end] + SECRET + data[end:])
    strip_avc(stream)
    assert SECRET not in stream


@pytest.mark.parametrize(
    ("stream", "reason"),
    [
        (b"\x1aE\xdf\xa3 matroska", "starts like no video"),
        (box(b"ftyp", b"isom") + box(b"mdat", SECRET), "no movie box"),
        ((MEDIA / "avc.mp4").read_bytes().replace(b"vide", b"meta"), "neither video nor sound"),
        ((MEDIA / "hevc.mp4").read_bytes().replace(b"hev1", b"mp4v"), "another coding"),
        (b"\x47" + bytes(187), "no video"),
        (b"\0\0\1\x06\x05\xff" + SECRET + b"\x80", "cut off"),
    ],
)
def test_what_cannot_be_parsed_is_refused_without_a_word_of_it(stream, reason):
    with pytest.raises(StreamError, match=reason) as caught:
        strip(encapsulate([stream]), AVC)
    assert SECRET.decode() not in str(caught.value)


STREAMS = {name: planted(name) for name in FILES}
STRIPS = {MPEG_2: strip_mpeg_2, AVC: strip_avc, HEVC: strip_hevc}


@given(
    st.sampled_from(sorted(FILES)),
    st.lists(st.tuples(st.integers(0, 7000), st.binary(max_size=6)), max_size=6),
    st.integers(0, 7000),
)
@example("avc.ts", [], 0)
def test_a_damaged_video_is_stripped_or_refused(name, changes, length):
    data = bytearray(STREAMS[name][: length or None])
    for at, more in changes:
        data[at : at + len(more)] = more[: max(0, len(data) - at)]
    before = len(data)
    try:
        STRIPS[FILES[name]](data)
    except StreamError:
        return
    assert len(data) == before


@given(st.sampled_from([*FILES.values()]), st.binary(max_size=400))
def test_anything_is_stripped_or_refused(syntax, noise):
    try:
        result = strip(encapsulate([noise or b"\0\0"]), syntax)
    except StreamError:
        return
    assert result is None or len(result) == len(encapsulate([noise or b"\0\0"]))
