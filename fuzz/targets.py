"""What is fuzzed: files the whole way, recipes, and the parsers of coded streams."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from deid_core.errors import RecipeError
from deid_core.recipe.syntax import lines_of, parse
from deid_core_streams.bits import StreamError
from deid_core_streams.strip import AVC, HEVC, JPEG, JPEG_2000, JPEG_XL, MPEG_2
from fuzz import kinds
from fuzz.whole import BrokenError, Whole

Target = Callable[[bytes], None]

SHAPES: tuple[Callable[[bytes], bytes], ...] = (
    lambda data: data,
    kinds.part_10,
    lambda data: kinds.part_10(data, kinds.IMPLICIT.syntax),
    lambda data: kinds.part_10(data, kinds.BIG.syntax),
    lambda data: kinds.part_10(kinds.deflated(data), kinds.DEFLATED.syntax),
    lambda data: kinds.part_10(data, kinds.JPEG.syntax),
    lambda data: kinds.part_10(kinds.patient() + data),
    lambda data: kinds.part_10(kinds.patient(kinds.IMPLICIT) + data, kinds.IMPLICIT.syntax),
)
"""What the first byte of an input makes of the others, so that more of them lie in a data set."""

CODINGS = (JPEG, JPEG_2000, JPEG_XL, MPEG_2, AVC, HEVC)


def file_of(data: bytes) -> bytes:
    """Return the file that an input of the fuzzer stands for."""
    return SHAPES[data[0] % len(SHAPES)](data[1:]) if data else b""


def files(folder: Path | None = None) -> Target:
    """Return what runs bytes as a file, by the profile and by the default recipe."""
    base = folder or Path(tempfile.mkdtemp(prefix="fuzz-"))
    profile, default = Whole(base / "profile"), Whole(base / "default", recipes=())

    def run(data: bytes) -> None:
        file = file_of(data)
        whole = default if data[:1] >= b"\x80" else profile
        try:
            whole(file)
        except BrokenError as error:
            error.history = whole.history
            raise

    return run


def recipes() -> Target:
    """Return what parses bytes as a recipe: it is one, or each of its problems has a place."""

    def run(data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        try:
            parse(text, "fuzzed")
        except RecipeError as error:
            lines = len(lines_of(text))
            for problem in error.problems:
                if not problem.message or problem.line > lines:
                    raise BrokenError(f"a problem without a place: {problem}") from None

    return run


def streams() -> Target:
    """Return what strips bytes as coded streams: their length stays, and doing it twice is once."""

    def run(data: bytes) -> None:
        if not data:
            return
        coding, content = CODINGS[data[0] % len(CODINGS)], bytearray(data[1:])
        try:
            coding.strip(content)
        except StreamError:
            return
        if len(content) != len(data) - 1:
            raise BrokenError("the length of the stream changed")
        once = bytes(content)
        try:
            coding.strip(content)
        except StreamError:
            # What was no video before may be less of one after.
            return
        if content != once:
            raise BrokenError("what was stripped can be stripped once more")

    return run


TARGETS: dict[str, Callable[[], Target]] = {
    "files": files,
    "recipes": recipes,
    "streams": streams,
}
