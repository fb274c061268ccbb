"""Pixel data that are written piece by piece: no large image is ever held in memory."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, repeat
from typing import BinaryIO


def append_pixels(file: BinaryIO, pieces: Iterable[bytes], size: int) -> int:
    """Write an element of pixel data in explicit VR (PS3.5 7.1.2); return the bytes written.

    ``pieces`` hold ``size`` bytes in all, which is an even number.
    """
    written = file.write(b"\xe0\x7f\x10\x00OW\0\0" + size.to_bytes(4, "little"))
    return written + sum(file.write(piece) for piece in pieces)


def repeated(piece: bytes, size: int) -> Iterable[bytes]:
    """Yield a piece again and again, until it is ``size`` bytes."""
    whole, rest = divmod(size, len(piece))
    return chain(repeat(piece, whole), [piece[:rest]])
