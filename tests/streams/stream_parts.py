"""Real coded streams, and what the tests put into them."""

from __future__ import annotations

import warnings
from pathlib import Path

from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames

from deid_core import OverwriteBytes
from deid_core.encoded.patched import ValueView
from deid_core_streams.strip import strip as program_strip

MEDIA = Path(__file__).parent / "media"
SECRET = b"CANARY"


def real(name: str) -> Dataset:
    """Return a test file of pydicom."""
    path = get_testdata_file(name, download=False)
    assert path, name
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return dcmread(path)


def frames_of(dataset: Dataset) -> list[bytes]:
    """Return the coded frames of a data set."""
    count = int(dataset.get("NumberOfFrames") or 1)
    return list(generate_frames(dataset.PixelData, number_of_frames=count))


def set_frames(dataset: Dataset, frames: list[bytes], *, pieces: int = 1) -> Dataset:
    """Put coded frames into a data set, each in so many fragments."""
    dataset.PixelData = encapsulate(frames, fragments_per_frame=pieces)
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    return dataset


def segment(marker: int, content: bytes) -> bytes:
    """Return a JPEG or JPEG 2000 segment: marker, length, content."""
    return b"\xff" + bytes([marker]) + (len(content) + 2).to_bytes(2, "big") + content


def box(kind: bytes, content: bytes) -> bytes:
    """Return a box of JP2, JPEG XL or MP4."""
    return (len(content) + 8).to_bytes(4, "big") + kind + content


def after(stream: bytes, start: bytes, more: bytes) -> bytes:
    """Return ``stream`` with ``more`` behind its ``start``."""
    assert stream.startswith(start)
    return start + more + stream[len(start) :]


EXIF = segment(0xE1, b"Exif\0\0II*\0" + SECRET)
XMP = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + SECRET + b"</x:xmpmeta>")
COMMENT = segment(0xFE, SECRET)
PHOTOSHOP = segment(0xED, b"Photoshop 3.0\x008BIM" + SECRET)
ICC = segment(0xE2, b"ICC_PROFILE\0\1\1" + SECRET)
COMMENT_2000 = segment(0x64, b"\0\1" + SECRET)
COMMENT_2000_BINARY = segment(0x64, b"\0\0" + SECRET)


def strip(value: bytes, transfer_syntax: str, **told: bool) -> bytes | None:
    """Return a value without metadata in its coded streams; None if there is nothing to strip."""
    patches = program_strip(ValueView.of(value), transfer_syntax, **told)
    return OverwriteBytes(patches).carried_out(value) if patches else None
