"""An elementary stream that lies in pieces in another stream, edited where it lies."""

from __future__ import annotations

from collections.abc import Callable, Iterable

Strip = Callable[[bytearray], None]


def strip_pieces(data: bytearray, pieces: Iterable[tuple[int, int]], strip: Strip) -> None:
    """Strip the elementary stream that the pieces (start and end) of ``data`` make up, in place.

    Raises what ``strip`` raises.
    """
    known = list(pieces)
    stream = bytearray(b"".join(data[start:end] for start, end in known))
    strip(stream)
    at = 0
    for start, end in known:
        length = end - start
        data[start:end] = stream[at : at + length]
        at += length
