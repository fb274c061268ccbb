"""Small pictures of images, as PNG: only with the extra ``images``, and only where all goes well."""

from __future__ import annotations

import base64
import importlib.util
import io
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydicom import Dataset, dcmread

NEEDED = ("numpy", "PIL")
MOST_PIXELS = 32 << 20
"""Pixels of an image, and bytes of its frames as they lie in the file: what is beyond is not decoded."""
_DARK, _LIGHT = 1, 99
"""Percentiles of the pixels that become black and white."""
_LARGE = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")


def are_possible() -> bool:
    """Tell whether the extra is installed."""
    return all(importlib.util.find_spec(name) is not None for name in NEEDED)


def thumbnail(path: Path, size: int) -> bytes | None:
    """Return the middle frame of an image as PNG, ``size`` pixels at most in width and height.

    None where the file holds no image, or none that can be decoded here. Whatever a decoder
    raises or logs ends here: it could quote what is in the file.
    """
    # Decoders come from many hands, and the bytes from anywhere.
    with suppress(Exception):
        return _thumbnail(path, size)
    return None


def as_address(png: bytes) -> str:
    """Return a picture as the address of itself (RFC 2397)."""
    return f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"


def _thumbnail(path: Path, size: int) -> bytes | None:
    from PIL import Image
    from pydicom.pixels.utils import pixel_array

    header = dcmread(path, defer_size=1 << 16)
    if not any(name in header for name in _LARGE) or not _is_small_enough(header, path):
        return None
    frames = int(header.get("NumberOfFrames") or 1)
    image = Image.fromarray(_as_bytes(pixel_array(path, index=frames // 2), header))
    image.thumbnail((size, size), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _is_small_enough(header: Dataset, path: Path) -> bool:
    pixels = int(header.Rows) * int(header.Columns) * int(header.SamplesPerPixel)
    return 0 < pixels <= MOST_PIXELS and path.stat().st_size <= MOST_PIXELS << 4


def _as_bytes(pixels: Any, header: Dataset) -> Any:
    """Return pixels as grey levels or colours from 0 to 255."""
    import numpy as np

    if pixels.ndim == 3 and pixels.dtype == np.uint8:  # noqa: PLR2004 - rows, columns, colours
        return pixels
    values = pixels.astype(np.float32)
    dark, light = np.percentile(values, (_DARK, _LIGHT))
    grey = np.clip((values - dark) / max(float(light - dark), 1e-6), 0, 1) * 255
    if str(header.get("PhotometricInterpretation")) == "MONOCHROME1":
        grey = 255 - grey
    return grey.astype(np.uint8)
