"""Video: an elementary stream as it is, or in a container (PS3.5 8.2.5 to 8.2.8)."""

from __future__ import annotations

from functools import partial

from deid_core_streams.bits import StreamError
from deid_core_streams.elementary import (
    AVC_UNITS,
    HEVC_UNITS,
    START_CODE,
    Units,
    strip_byte_stream,
    strip_user_data,
)
from deid_core_streams.mp4 import is_mp4, strip_mp4
from deid_core_streams.program import PACK_START, strip_program_stream
from deid_core_streams.spans import Strip
from deid_core_streams.transport import is_transport_stream, strip_transport_stream

SEQUENCE_HEADER = b"\0\0\1\xb3"


def strip_mpeg_2(data: bytearray) -> None:
    """Overwrite the metadata in a video of MPEG-2, in place. Raises `StreamError`."""
    if data.startswith(SEQUENCE_HEADER):
        strip_user_data(data)
    else:
        _strip_contained(data, strip_user_data)


def strip_avc(data: bytearray) -> None:
    """Overwrite the metadata in a video of H.264, in place. Raises `StreamError`."""
    _strip_units(data, AVC_UNITS)


def strip_hevc(data: bytearray) -> None:
    """Overwrite the metadata in a video of H.265, in place. Raises `StreamError`."""
    _strip_units(data, HEVC_UNITS)


def _strip_units(data: bytearray, units: Units) -> None:
    strip = partial(strip_byte_stream, units=units)
    if is_mp4(data):
        strip_mp4(data, units)
    elif data.startswith((START_CODE, b"\0" + START_CODE)) and not data.startswith(PACK_START):
        strip(data)
    else:
        _strip_contained(data, strip)


def _strip_contained(data: bytearray, strip: Strip) -> None:
    if is_transport_stream(data):
        strip_transport_stream(data, strip)
    elif data.startswith(PACK_START):
        strip_program_stream(data, strip)
    else:
        raise StreamError("it starts like no video and no container of one")
