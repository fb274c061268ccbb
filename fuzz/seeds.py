"""What fuzzing begins with: small files of every kind, real streams, and the bundled recipes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pydicom
from pydicom.encaps import generate_frames

from fuzz.kinds import PREAMBLE, kinds

CHECKOUT = Path(__file__).parents[1]
SMALL = 3000
"""Bytes of the largest real file that is a seed."""
MEDIA = (
    ("avc.h264", 4),
    ("avc.mp4", 4),
    ("avc.ts", 4),
    ("hevc.hevc", 5),
    ("hevc.mp4", 5),
    ("image.jxl", 2),
    ("mpeg2.m2v", 3),
    ("mpeg2.mpg", 3),
    ("mpeg2.ts", 3),
)
"""Streams of the tests, and their number in `targets.CODINGS`."""
WORDS = (
    b"DICM", b"\\xfe\\xff\\x00\\xe0", b"\\xfe\\xff\\x0d\\xe0", b"\\xfe\\xff\\xdd\\xe0",
    b"\\xff\\xfe\\xe0\\x00", b"\\xff\\xff\\xff\\xff", b"SQ\\x00\\x00", b"UN\\x00\\x00", b"OB\\x00\\x00",
    b"OW\\x00\\x00", b"LO", b"PN", b"UI", b"DA", b"DS", b"IS", b"UT\\x00\\x00", b"AT",
    b"\\xe0\\x7f\\x10\\x00", b"\\x10\\x00\\x10\\x00PN", b"\\x10\\x00\\x20\\x00LO",
    b"\\x08\\x00\\x05\\x00CS", b"ISO 2022 IR 87", b"ISO_IR 192", b"GB18030", b"\\x1b$B",
    b"\\x29\\x00\\x10\\x00LO", b"\\x00\\x60\\x00\\x30", b"zqplant", b"kywo",
)  # fmt: skip
"""A dictionary for libFuzzer, in its own spelling."""


def seeds(target: str) -> Iterator[bytes]:
    """Yield the seeds of a target."""
    if target == "files":
        yield from _files()
    elif target == "recipes":
        for path in sorted(CHECKOUT.glob("plugins/*/recipes/*")):
            yield path.read_bytes()[:SMALL]
        for path in sorted(CHECKOUT.glob("tests/compatibility/recipes/*")):
            yield path.read_bytes()[:SMALL]
    else:
        media = CHECKOUT / "tests" / "streams" / "media"
        for name, number in MEDIA:
            yield bytes([number]) + (media / name).read_bytes()
        yield from _images()


def _files() -> Iterator[bytes]:
    for content in kinds().values():
        for first in (0, 0x80):
            yield bytes([first]) + content
    whole = kinds()
    for number, name in enumerate(
        ["explicit little endian", "implicit little endian", "explicit big endian"], start=1
    ):
        for first in (0, 0x80):
            yield bytes([number + first]) + _data_set(whole[name])
    for name in ("nested, undefined lengths", "private, curve and overlay", "structured report"):
        yield b"\6" + _data_set(whole[name])
        yield b"\1" + _data_set(whole[name])
    folder = Path(pydicom.__file__).parent / "data" / "test_files"
    for path in sorted(folder.glob("*.dcm")):
        if path.stat().st_size <= SMALL:
            yield b"\0" + path.read_bytes()


def _data_set(file: bytes) -> bytes:
    start = len(PREAMBLE) + 12 + int.from_bytes(file[140:144], "little")
    return file[start:]


def _images() -> Iterator[bytes]:
    folder = Path(pydicom.__file__).parent / "data" / "test_files"
    images = (
        ("SC_rgb_small_odd_jpeg.dcm", 0),
        ("JPEGLSNearLossless_08.dcm", 0),
        ("SC_rgb_jls_lossy_line.dcm", 0),
        ("GDCMJ2K_TextGBR.dcm", 1),
    )
    for name, number in images:
        dataset = pydicom.dcmread(folder / name)
        yield bytes([number]) + next(generate_frames(dataset.PixelData, number_of_frames=1))[:SMALL]
