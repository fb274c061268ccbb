"""Lengths that lie: beyond the end, over other elements, undefined where they may not be, negative."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import islice

import pytest
from hostile_files import assert_harmless

from deid_core import Outcome
from deid_core.structure import Encoding, elements
from fuzz import kinds

ENCODINGS = {
    "explicit little endian": kinds.EXPLICIT,
    "implicit little endian": kinds.IMPLICIT,
    "explicit big endian": kinds.BIG,
    "nested, undefined lengths": kinds.EXPLICIT,
    "nested, defined lengths": kinds.EXPLICIT,
    "private, curve and overlay": kinds.EXPLICIT,
    "structured report": kinds.EXPLICIT,
    "multi-frame": kinds.EXPLICIT,
}
FILES = kinds.kinds()


def data_set(file: bytes) -> int:
    """Return where the data set of a file starts."""
    return 144 + int.from_bytes(file[140:144], "little")


def lengths(file: bytes, encoding: kinds.Encoding) -> Iterator[tuple[int, str, int, int]]:
    """Yield where the length of each element at the top level stands, its form, itself, and the rest."""
    own = Encoding(implicit=encoding.implicit, little=encoding.little)
    for element, end in elements(file, data_set(file), own):
        is_long = encoding.implicit or (element.vr or b"").decode() in kinds.LONG_VRS
        form = f"{encoding.order}{'L' if is_long else 'H'}"
        at = element.start - struct.calcsize(form)
        yield at, form, element.length, len(file) - end


def lies(length: int, rest: int, most: int) -> set[int]:
    """Return lengths that are not true: those that take in what follows reach to ends of elements."""
    taken = {length + more for more in (1, 2, 8, 16, 40, 100, 200, 500, rest, rest + 2)}
    fewer = {length - 1, length - 2, length - 8, 0}
    return {one & most for one in (taken | fewer | {most, most - 1, most // 2}) - {length}}


def every_lie(kind: str) -> Iterator[bytes]:
    file, encoding = FILES[kind], ENCODINGS[kind]
    for at, form, length, rest in lengths(file, encoding):
        size = struct.calcsize(form)
        for lie in sorted(lies(length, rest, (1 << 8 * size) - 1)):
            yield file[:at] + struct.pack(form, lie) + file[at + size :]


def over_following(kind: str) -> Iterator[bytes]:
    """Yield files in which one element takes in the one, or more, that follow it to the byte."""
    file, encoding = FILES[kind], ENCODINGS[kind]
    found = list(lengths(file, encoding))
    for number, (at, form, length, rest) in enumerate(found):
        size = struct.calcsize(form)
        for _, _, _, left in found[number + 1 :]:
            lie = length + rest - left
            if lie < 1 << 8 * size:
                yield file[:at] + struct.pack(form, lie) + file[at + size :]


@pytest.mark.parametrize("kind", ENCODINGS)
def test_a_length_that_lies_gets_nothing_through(kind, profile):
    for data in islice(every_lie(kind), 0, None, 4):
        assert_harmless(profile, data)


@pytest.mark.parametrize("kind", ["explicit little endian", "implicit little endian"])
def test_an_element_that_takes_in_others_to_the_byte_does_not_keep_them(kind, profile):
    for data in islice(over_following(kind), 0, None, 3):
        assert_harmless(profile, data)


@pytest.mark.exhaustive
@pytest.mark.parametrize("recipe", ["profile", "default"])
@pytest.mark.parametrize("kind", ENCODINGS)
def test_every_length_that_lies_gets_nothing_through(kind, recipe, request):
    make = request.getfixturevalue(recipe)
    for data in (*every_lie(kind), *over_following(kind)):
        assert_harmless(make, data)


def nested(outer: int, inner: int, value: int) -> bytes:
    """Return a file with a sequence of one item, whose lengths differ from the truth by so much."""
    name = kinds.element(
        0x00100010, "PN", kinds.NAME, length=(len(kinds.NAME) + 1 + value) & 0xFFFF
    )
    name += b" " * (len(kinds.NAME) & 1)
    item = b"\xfe\xff\x00\xe0" + struct.pack("<L", (len(name) + inner) & 0xFFFFFFFF) + name
    sequence = kinds.element(0x00400275, "SQ", item, length=(len(item) + outer) & 0xFFFFFFFF)
    rest = kinds.element(0x00880200, "SQ", b"") + kinds.element(0x20500020, "CS", "IDENTITY")
    return kinds.part_10(kinds.patient() + sequence + rest)


@pytest.mark.parametrize("outer", [-8, -2, 0, 2, 12, 1 << 31])
@pytest.mark.parametrize("inner", [-8, -2, 0, 2, 12, 1 << 31])
@pytest.mark.parametrize("value", [-2, 0, 2, 100])
def test_lengths_of_items_that_do_not_add_up(outer, inner, value, profile, default):
    for make in (profile, default):
        assert_harmless(make, nested(outer, inner, value))


@pytest.mark.parametrize("claimed", [0xFFFFFFFF, 0xFFFFFFF0, 1 << 31])
def test_file_meta_information_of_four_gigabytes_costs_no_memory(claimed, profile):
    file = bytearray(FILES["explicit little endian"])
    file[140:144] = struct.pack("<L", claimed)
    assert_harmless(profile, bytes(file))
    huge = kinds.PREAMBLE + kinds.element(0x00020001, "OB", b"\0\1", length=claimed)
    assert assert_harmless(profile, huge).report.outcome is Outcome.REFUSED


@pytest.mark.parametrize("vr", ["LO", "US", "PN", "UN", "OB", "UT", "SQ"])
def test_an_undefined_length_where_there_may_be_none(vr, profile):
    odd = kinds.element(0x00101020, vr, b"abcd", length=kinds.UNDEFINED)
    made = assert_harmless(profile, kinds.part_10(kinds.patient() + odd + kinds.pixels()))
    assert made.report.outcome is not Outcome.FAILED


def test_pixel_data_whose_fragments_have_no_end(profile):
    whole = FILES["JPEG"]
    made = assert_harmless(profile, whole[:-8])
    assert (made.report.outcome, made.report.code) == (Outcome.REFUSED, "unreadable")
