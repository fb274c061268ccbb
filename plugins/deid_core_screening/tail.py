"""What follows the last frame of native Pixel Data: no reader shows it, but it may be text."""

from __future__ import annotations

import re
from typing import Any

from pydicom.dataelem import RawDataElement

from deid_core import ReadError
from deid_core.elements import Elements, held, plain, read_element, stored_vr

SAMPLES_PER_PIXEL, PHOTOMETRIC_INTERPRETATION = 0x00280002, 0x00280004
NUMBER_OF_FRAMES, ROWS, COLUMNS, BITS_ALLOCATED = 0x00280008, 0x00280010, 0x00280011, 0x00280100
TWO_BYTES = 2
_TERM, _NUMBER = re.compile(rb"[A-Z0-9_]+"), re.compile(rb"[0-9]{1,9}")


def length_of_frames(dataset: Elements) -> int | None:
    """Return how many bytes the frames of native Pixel Data have (PS3.5 8.1.1, PS3.3 C.7.6.3.1.2).

    None where the data set does not say. Bytes that fill up to an even length do not count.
    """
    frames = _value(dataset, NUMBER_OF_FRAMES) or 1
    numbers = [
        frames,
        *(_value(dataset, tag) for tag in (ROWS, COLUMNS, SAMPLES_PER_PIXEL, BITS_ALLOCATED)),
    ]
    interpretation = _value(dataset, PHOTOMETRIC_INTERPRETATION)
    if interpretation is None or not all(isinstance(number, int) for number in numbers):
        return None
    frames, rows, columns, samples, bits = numbers
    samples_of_all = rows * columns * samples * frames
    length: int = -(-samples_of_all // 8) if bits == 1 else samples_of_all * (bits // 8)
    # A pixel in two has no chrominance of its own.
    return length // 3 * 2 if interpretation == "YBR_FULL_422" else length


def _value(dataset: Elements, tag: int) -> Any:
    if tag not in dataset:
        return None
    element = held(dataset, tag)
    data = element.value
    if isinstance(element, RawDataElement) and isinstance(data, bytes):
        # What pydicom would make of it, which takes ten times as long.
        vr = stored_vr(dataset, tag)
        if vr == "US" and len(data) == TWO_BYTES:
            return int.from_bytes(data, "little" if element.is_little_endian else "big")
        text = data.rstrip(b" \0")
        if vr == "CS" and _TERM.fullmatch(text):
            return text.decode("ascii")
        if vr == "IS" and _NUMBER.fullmatch(text):
            return int(text)
    try:
        return plain(read_element(dataset, tag).value)
    except ReadError:
        return None
