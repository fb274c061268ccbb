"""The axes of the curve: what is varied, over which range, and what is kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import attrs
from pydicom.datadict import DicomDictionary  # type: ignore[attr-defined]

from benchmarks.curve.files import Shape

KILO, MEGA, GIGA = 10**3, 10**6, 10**9
PLENTY = 100


@attrs.frozen
class Point:
    """One point: the files, and what is asked for."""

    shape: Shape
    recipe: str = ""
    screening: tuple[str, ...] = ()
    """Patterns that are searched in private elements."""
    workers: int = 0
    """0 is one process, without the command line."""


@attrs.frozen
class Axis:
    """What is varied; ``per_file`` tells whether the cost of a file or that of the run counts."""

    name: str
    label: str
    values: tuple[int, ...]
    point: Callable[[int], Point]
    per_file: bool = True


def _elements(count: int) -> Point:
    return Point(Shape(files=100, elements=count))


def _size(count: int) -> Point:
    return Point(Shape(files=min(PLENTY, max(1, 200 * MEGA // count)), size=count))


def _rules(count: int) -> Point:
    lines = (f"REMOVE {keyword}" for keyword, _ in zip(_keywords(), range(count), strict=False))
    return Point(Shape(PLENTY), recipe="\n".join(lines))


def _patterns(count: int) -> Point:
    lines = (f"REMOVE contains:Zq{number:05d}" for number in range(count))
    return Point(Shape(PLENTY), recipe="\n".join(lines))


def _keywords() -> Iterator[str]:
    """Yield keywords of public elements, then private tags: there are not enough of the former."""
    for tag, (vr, _, _, _, keyword) in sorted(DicomDictionary.items()):
        # What a file is made of stays.
        if keyword and vr not in {"SQ", "OB", "OW", "UI"} and 0x0008 < tag >> 16 < 0x0028:  # noqa: PLR2004 - groups
            yield keyword
    yield from (
        f"({group:04x},10{number:02x})"
        for group in range(0x1001, 0x1101, 2)
        for number in range(0x100)
    )


def _screening(count: int) -> Point:
    return Point(Shape(PLENTY), screening=tuple(f"zq{n:05d}(abo|eku)" for n in range(count)))


CORES = os.cpu_count() or 1
AXES = (
    Axis(
        "files",
        "files",
        (1, 10, 100, 1000, 10_000, 100_000),
        lambda n: Point(Shape(n)),
        per_file=False,
    ),
    Axis("elements", "elements per file", (50, 100, 200, 500, 1000, 2000, 5000), _elements),
    Axis(
        "depth",
        "depth of nesting",
        (1, 2, 5, 10, 20, 50),
        lambda n: Point(Shape(PLENTY, depth=n)),
    ),
    Axis(
        "size",
        "bytes of pixel data",
        (10 * KILO, 100 * KILO, MEGA, 10 * MEGA, 100 * MEGA, GIGA, 2 * GIGA),
        _size,
    ),
    Axis("rules", "rules that name a tag", (1, 10, 100, 1000, 5000), _rules),
    Axis("patterns", "rules that name a pattern", (1, 10, 100, 1000), _patterns),
    Axis("screening", "screening rules", (1, 10, 100, 1000), _screening),
    Axis(
        "names",
        "names of one patient",
        (1, 10, 100, 1000),
        lambda n: Point(Shape(PLENTY, names=n)),
    ),
    Axis(
        "workers",
        "workers",
        tuple(sorted({*(2**n for n in range(6) if 2**n <= CORES), CORES})),
        lambda n: Point(Shape(10_000), workers=n),
        per_file=False,
    ),
)


def asked(point: Point) -> dict[str, Any]:
    """Return what the driver is told of a point."""
    return {"recipe": point.recipe, "screening": list(point.screening)}
