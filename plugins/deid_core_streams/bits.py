"""Read numbers from a coded stream, and overwrite parts of it without moving any."""

from __future__ import annotations


class StreamError(Exception):
    """The bytes are not what the transfer syntax says; the message holds none of them."""


def number(data: bytes | bytearray, at: int, size: int, end: int | None = None) -> int:
    """Return the unsigned big-endian number of ``size`` bytes at the offset ``at``.

    Raises `StreamError` if it does not end before ``end``, or the end of the data.
    """
    if at + size > (len(data) if end is None else end):
        raise StreamError("it ends in the middle of a header")
    return int.from_bytes(data[at : at + size], "big")


def blank(data: bytearray, start: int, end: int, fill: bytes = b"\0") -> None:
    """Overwrite the bytes from ``start`` to ``end``; where that is nothing, do nothing."""
    if end > start:
        data[start:end] = fill * (end - start)


def blank_tail(data: bytearray, start: int) -> None:
    """Overwrite what follows the end of a coded image, unless it is padding."""
    rest = data[start:]
    if len(rest) > 1 and rest.strip(b"\0\xff"):
        blank(data, start, len(data))
