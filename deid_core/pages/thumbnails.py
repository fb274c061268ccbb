"""Small pictures of images, as PNG: only with the extra ``images``, and words where there is none."""

from __future__ import annotations

import base64
import importlib.util
import io
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO

import attrs
from pydicom import Dataset, dcmread
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from deid_core.archives import archive_of, is_compressed

if TYPE_CHECKING:
    from deid_core.model import FileRef

NEEDED = ("numpy", "PIL")
MOST_PIXELS = 32 << 20
"""Numbers of one frame: what is beyond is not decoded."""
MOST_BYTES = MOST_PIXELS << 4
"""Of a file."""
MOST_RLE = 8 << 20
"""Bytes of a frame, and an eighth of those of a file, in RLE: it is decoded byte by byte."""
MOST_DEFLATED = 512 << 10
"""Bytes of a file that is deflated as a whole: it may become a thousand times as large."""
MOST_TO_EXPAND = 1 << 30
"""Bytes of a compressed tar: each look at a member may have to expand it from its beginning."""
_HEAD = 4096
_DARK, _LIGHT = 1, 99
"""Percentiles of the pixels that become black and white."""
_READ = ["Rows", "SOPClassUID", "SeriesInstanceUID"]

NO_IMAGE = "It holds no image."
TOO_LARGE = "The image is too large to be shown here."
NOT_DECODED = "The image cannot be decoded here."
UNREADABLE = "The file cannot be read."
FAR_INSIDE = "It lies in a compressed archive that is too large to be expanded again."


@attrs.frozen
class Picture:
    """A PNG, or in words why there is none; the words hold nothing of the file."""

    png: bytes = attrs.field(default=b"", repr=False)
    why: str = ""

    @property
    def address(self) -> str:
        """The picture as the address of itself (RFC 2397)."""
        return f"data:image/png;base64,{base64.b64encode(self.png).decode('ascii')}"


@attrs.frozen
class About:
    """Of what an image is: ``kind`` is the name of its SOP Class, which tells nothing of a patient."""

    series: str = attrs.field(repr=False)
    kind: str


def are_possible() -> bool:
    """Tell whether the extra is installed."""
    return all(importlib.util.find_spec(name) is not None for name in NEEDED)


def thumbnail_of(ref: FileRef, size: int) -> Picture:
    """Return the picture of a file, as `thumbnail`."""
    if is_far_inside(ref):
        return Picture(why=FAR_INSIDE)
    try:
        with ref.open() as stream:
            return thumbnail(stream, size)
    except Exception:  # noqa: BLE001 - what a plugin opens may raise anything
        return Picture(why=UNREADABLE)


def thumbnail(stream: BinaryIO, size: int) -> Picture:
    """Return the middle frame of an image, ``size`` pixels at most in width and height.

    Whatever a decoder raises or logs ends here: it could quote what is in the file.
    """
    # Decoders come from many hands, and the bytes from anywhere.
    try:
        length = stream.seek(0, io.SEEK_END)
        stream.seek(0)
        return _thumbnail(stream, length, size)
    except Exception:  # noqa: BLE001 - as above
        return Picture(why=NOT_DECODED)


def about(ref: FileRef) -> About | None:
    """Return of what a file is an image; None if it is none, or cannot be read."""
    if is_far_inside(ref):
        return None
    with suppress(Exception), ref.open() as stream:
        length = stream.seek(0, io.SEEK_END)
        stream.seek(0)
        if length > MOST_BYTES or _is_bomb(stream, length):
            return None
        header = dcmread(stream, stop_before_pixels=True, specific_tags=_READ, force=True)
        if "Rows" not in header:
            return None
        return About(str(header.get("SeriesInstanceUID", "")), _kind(header))
    return None


def is_far_inside(ref: FileRef) -> bool:
    """Tell whether a file lies in a large archive of which all must be expanded to reach it."""
    archive = archive_of(ref)
    if archive is None or not is_compressed(archive.name):
        return False
    try:
        return archive.stat().st_size > MOST_TO_EXPAND
    except OSError:
        return False


def _thumbnail(stream: BinaryIO, length: int, size: int) -> Picture:
    if length > MOST_BYTES or _is_bomb(stream, length):
        return Picture(why=TOO_LARGE)
    header = dcmread(stream, stop_before_pixels=True, force=True)
    if not all(name in header for name in ("Rows", "Columns", "SamplesPerPixel")):
        return Picture(why=NO_IMAGE)
    syntax = _syntax(header)
    numbers = int(header.Rows) * int(header.Columns) * int(header.SamplesPerPixel)
    in_rle = numbers * (int(header.BitsAllocated) // 8) if syntax == RLELossless else 0
    if numbers > MOST_PIXELS or in_rle > MOST_RLE or (in_rle and length > MOST_RLE * 8):
        return Picture(why=TOO_LARGE)
    if not _is_decoded_here(syntax):
        return Picture(why=f"Images in {syntax.name} cannot be decoded here.")
    stream.seek(0)
    return Picture(_png(_pixels(stream, header, syntax), header, size))


def _is_bomb(stream: BinaryIO, length: int) -> bool:
    """Tell whether a file is deflated as a whole, and large: it would be expanded at once."""
    head = stream.read(_HEAD)
    stream.seek(0)
    return length > MOST_DEFLATED and DeflatedExplicitVRLittleEndian.encode() in head


def _kind(header: Dataset) -> str:
    """Return what an image is by its SOP Class; empty if DICOM has no such class."""
    uid = UID(str(header.get("SOPClassUID", "")))
    # What is not in the dictionary could be anything.
    known = uid.type == "SOP Class" and uid.name != uid
    return uid.name.partition(" Storage")[0] if known else ""


def _syntax(header: Dataset) -> UID:
    """Return the transfer syntax; of a bare data set that by which it was read."""
    meta = getattr(header, "file_meta", None)
    found = UID(str(meta.get("TransferSyntaxUID", "") if meta is not None else ""))
    if found:
        return found
    implicit, little = header.original_encoding
    if implicit:
        return ImplicitVRLittleEndian
    return ExplicitVRLittleEndian if little else ExplicitVRBigEndian


def _is_decoded_here(syntax: UID) -> bool:
    from pydicom.pixels.decoders.base import get_decoder

    # A name that is not DICOM's could be anything, and would be shown.
    if syntax.is_private or syntax.type != "Transfer Syntax":
        raise ValueError("no transfer syntax of DICOM")
    try:
        return bool(get_decoder(syntax).is_available)
    except NotImplementedError:
        return False


def _pixels(stream: BinaryIO, header: Dataset, syntax: UID) -> Any:
    """Return the middle frame, with the colours of its palette if it has one."""
    from pydicom.pixels.processing import apply_color_lut
    from pydicom.pixels.utils import pixel_array

    index = int(header.get("NumberOfFrames") or 1) // 2
    if syntax == DeflatedExplicitVRLittleEndian:
        found = pixel_array(dcmread(stream), index=index)
    else:
        found = pixel_array(stream, index=index, transfer_syntax_uid=syntax)
    if header.PhotometricInterpretation != "PALETTE COLOR":
        return found
    coloured = apply_color_lut(found, header)
    if coloured.max() == coloured.min():
        # A palette of one colour would hide what is there.
        return found
    return coloured if coloured.dtype.itemsize == 1 else (coloured >> 8).astype("uint8")


def _png(pixels: Any, header: Dataset, size: int) -> bytes:
    from PIL import Image

    # A picture needs few of many pixels; what is left is made smaller with care.
    step = max(1, max(pixels.shape[:2]) // (size * 8))
    image = Image.fromarray(_as_bytes(pixels[::step, ::step], header))
    times = size // max(image.size)
    if times > 1:
        image = image.resize((image.width * times, image.height * times), Image.Resampling.NEAREST)
    image.thumbnail((size, size), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _as_bytes(pixels: Any, header: Dataset) -> Any:
    """Return pixels as grey levels or colours from 0 to 255."""
    import numpy as np

    if pixels.ndim == 3 and pixels.dtype == np.uint8:  # noqa: PLR2004 - rows, columns, colours
        return np.ascontiguousarray(pixels)
    with np.errstate(all="ignore"):
        values = np.nan_to_num(pixels.astype(np.float64))
        dark, light = np.percentile(values, (_DARK, _LIGHT))
        grey = np.clip((values - dark) / max(float(light - dark), 1e-6), 0, 1) * 255
    if str(header.get("PhotometricInterpretation")) == "MONOCHROME1":
        grey = 255 - grey
    return np.nan_to_num(grey).astype(np.uint8)
