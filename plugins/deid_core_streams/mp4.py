"""MP4 files (ISO/IEC 14496-12, 14496-15): boxes that describe, times, and the samples."""

from __future__ import annotations

from collections.abc import Iterator

from deid_core_streams.bits import StreamError, blank, number
from deid_core_streams.boxes import Box, Tree, boxes, prune, within
from deid_core_streams.elementary import Units, strip_unit

FILE_TYPE = b"ftyp"
STBL: Tree = dict.fromkeys(
    b"stsd stts ctts cslg stsc stsz stz2 stco co64 stss stsh stdp sdtp sgpd sbgp".split()
)
MINF: Tree = {b"vmhd": None, b"smhd": None, b"nmhd": None, b"dinf": {b"dref": None}, b"stbl": STBL}
TRAK: Tree = {
    b"tkhd": None,
    b"tref": None,
    b"edts": {b"elst": None},
    b"mdia": {b"mdhd": None, b"hdlr": None, b"minf": MINF},
}
FILE: Tree = {
    FILE_TYPE: None,
    b"mdat": None,
    b"moov": {b"mvhd": None, b"iods": None, b"trak": TRAK},
}
TIMED = frozenset([b"mvhd", b"tkhd", b"mdhd"])
VIDEO, SOUND = b"vide", b"soun"
FULL = 4
"""Version and flags, with which many boxes start."""
HANDLER_NAME, COMPRESSOR_NAME, COMPRESSOR_END, SAMPLE_ENTRY = 24, 42, 74, 78
SAMPLE_CONFIG = {b"avc1": b"avcC", b"avc3": b"avcC", b"hvc1": b"hvcC", b"hev1": b"hvcC"}
AVC_LENGTH, HEVC_LENGTH, HEVC_ARRAYS = 4, 21, 22


def is_mp4(data: bytes | bytearray) -> bool:
    """Tell whether the stream starts with the box of a file type."""
    return data[4:8] == FILE_TYPE


def strip_mp4(data: bytearray, units: Units) -> None:
    """Strip an MP4 file in place: boxes, times and names, and user data in the video.

    Raises `StreamError` if it cannot be parsed, is in movie fragments or has tracks that are
    neither video nor sound.
    """
    top = list(boxes(data, 0, len(data)))
    movies = [box for box in top if box.kind == b"moov"]
    if len(movies) != 1 or any(box.kind == b"moof" for box in top):
        raise StreamError("its MP4 file has no movie box, or is in fragments")
    prune(data, 0, len(data), FILE)
    used: list[tuple[int, int]] = []
    for track in boxes(data, movies[0].body, movies[0].end):
        if track.kind == b"mvhd":
            _blank_times(data, track)
        elif track.kind == b"trak":
            used += _strip_track(data, track, units)
    used.sort()
    for box in top:
        if box.kind == b"mdat":
            _blank_unused(data, box, used)


def _blank_unused(data: bytearray, box: Box, used: list[tuple[int, int]]) -> None:
    """Overwrite what lies in the media data and is no sample; ``used`` is in order."""
    at = box.body
    for start, end in used:
        if box.body <= start < box.end:
            blank(data, at, start)
            at = max(at, end)
    blank(data, at, box.end)


def _strip_track(data: bytearray, track: Box, units: Units) -> list[tuple[int, int]]:
    """Strip a track, and return where its samples lie."""
    header, media = within(data, track, b"tkhd"), within(data, track, b"mdia", b"mdhd")
    handler = within(data, track, b"mdia", b"hdlr")
    table = within(data, track, b"mdia", b"minf", b"stbl")
    if header is None or media is None or handler is None or table is None:
        raise StreamError("a track of its MP4 file has no header or no samples")
    _blank_times(data, header)
    _blank_times(data, media)
    kind = bytes(data[handler.body + 8 : handler.body + 12])
    blank(data, handler.body + HANDLER_NAME, handler.end)
    if kind not in (VIDEO, SOUND):
        raise StreamError("a track of its MP4 file is neither video nor sound")
    _blank_locations(data, within(data, track, b"mdia", b"minf", b"dinf", b"dref"))
    samples = list(_samples(data, table))
    if kind == VIDEO:
        prefix = _strip_descriptions(data, table, units)
        for start, end in samples:
            for unit in _units(data, start, end, prefix):
                strip_unit(data, *unit, units)
    return samples


def _blank_times(data: bytearray, box: Box) -> None:
    """Overwrite when something was made and changed (8.2.2, 8.3.2, 8.4.2)."""
    width = 8 if number(data, box.body, 1, box.end) else 4
    start = box.body + FULL
    if start + 2 * width > box.end:
        raise StreamError("a header of its MP4 file is cut off")
    blank(data, start, start + 2 * width)


def _blank_locations(data: bytearray, references: Box | None) -> None:
    """Overwrite the locations of media: they are in the file itself."""
    if references is not None:
        for entry in boxes(data, references.body + 2 * FULL, references.end):
            blank(data, entry.body + FULL, entry.end)


def _strip_descriptions(data: bytearray, table: Box, units: Units) -> int:
    """Strip the descriptions of samples; return how long the length before each unit is."""
    descriptions = within(data, table, b"stsd")
    if descriptions is None:
        raise StreamError("its MP4 file does not say how the video is coded")
    prefix = 0
    for entry in boxes(data, descriptions.body + 2 * FULL, descriptions.end):
        wanted = SAMPLE_CONFIG.get(entry.kind)
        inner = entry.body + SAMPLE_ENTRY
        if wanted is None or inner > entry.end:
            raise StreamError("the video in its MP4 file is of another coding")
        blank(data, entry.body + COMPRESSOR_NAME, entry.body + COMPRESSOR_END)
        keep = dict.fromkeys([wanted, b"pasp", b"colr", b"clap", b"btrt"])
        prune(data, inner, entry.end, keep)
        config = within(data, Box(b"", 0, inner, entry.end), wanted)
        if config is None:
            raise StreamError("its MP4 file does not say how the video is coded")
        is_hevc = wanted == b"hvcC"
        at = config.body + (HEVC_LENGTH if is_hevc else AVC_LENGTH)
        prefix = (number(data, at, 1, config.end) & 3) + 1
        if is_hevc:
            for unit in _arrays(data, config):
                strip_unit(data, *unit, units)
    return prefix


def _arrays(data: bytearray, config: Box) -> Iterator[tuple[int, int]]:
    """Yield the NAL units in the configuration of H.265 (14496-15 8.3.3)."""
    at = config.body + HEVC_ARRAYS + 1
    for _ in range(number(data, at - 1, 1, config.end)):
        count, at = number(data, at + 1, 2, config.end), at + 3
        for _ in range(count):
            start = at + 2
            at = start + number(data, at, 2, config.end)
            if at > config.end:
                raise StreamError("a unit is longer than what holds it")
            yield start, at


def _units(data: bytearray, start: int, end: int, prefix: int) -> Iterator[tuple[int, int]]:
    """Yield the NAL units of a sample, each after its length."""
    while start < end:
        unit = start + prefix
        start = unit + number(data, start, prefix, end)
        if start > end:
            raise StreamError("a unit is longer than its sample")
        yield unit, start


def _samples(data: bytearray, table: Box) -> Iterator[tuple[int, int]]:
    """Yield where the samples of a track lie (8.7): chunk after chunk, sample after sample."""
    sizes = _sizes(data, table)
    runs = _numbers(data, within(data, table, b"stsc"), 4, 3)
    wide = within(data, table, b"co64")
    offsets = _numbers(data, wide or within(data, table, b"stco"), 8 if wide else 4, 1)
    at = run = 0
    for chunk, (offset,) in enumerate(offsets, start=1):
        while run + 1 < len(runs) and runs[run + 1][0] <= chunk:
            run += 1
        count = runs[run][1] if runs else 0
        for size in sizes[at : at + count]:
            if offset + size > len(data):
                raise StreamError("a sample is beyond the end of its MP4 file")
            yield offset, offset + size
            offset += size  # noqa: PLW2901 - the next sample of the chunk follows
        at += count
    if at != len(sizes):
        raise StreamError("the samples of its MP4 file cannot be found")


def _sizes(data: bytearray, table: Box) -> list[int]:
    box = within(data, table, b"stsz")
    if box is None:
        raise StreamError("its MP4 file does not say how long samples are")
    size = number(data, box.body + FULL, 4, box.end)
    if size:
        count = number(data, box.body + FULL + 4, 4, box.end)
        if count > len(data):
            raise StreamError("its MP4 file has more samples than bytes")
        return [size] * count
    return [one for (one,) in _numbers(data, box, 4, 1, skip=4)]


def _numbers(
    data: bytearray, box: Box | None, width: int, columns: int, *, skip: int = 0
) -> list[list[int]]:
    """Return the table of numbers in a box, after how many rows it has."""
    if box is None:
        raise StreamError("a table of its MP4 file is missing")
    start = box.body + FULL + skip
    rows = number(data, start, 4, box.end)
    if rows * columns * width > box.end - start - 4:
        raise StreamError("a table of its MP4 file is cut off")
    at = iter(range(start + 4, box.end, width))
    return [[number(data, next(at), width) for _ in range(columns)] for _ in range(rows)]
