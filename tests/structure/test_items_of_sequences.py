"""Encoded items are walked to the byte: what pydicom writes is taken, anything more or less not."""

from __future__ import annotations

import struct

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset, write_sequence

from deid_core import ReadError
from deid_core.quiet import quiet_pydicom
from deid_core.structure import (
    ITEM,
    ITEM_END,
    SEQUENCE_END,
    Encoding,
    check_items,
    elements,
    read_element,
)

ENCODINGS = [Encoding(True, True), Encoding(False, True), Encoding(False, False)]
EXPLICIT = ENCODINGS[1]


@st.composite
def data_sets(draw: st.DrawFn, depth: int = 2) -> Dataset:
    dataset = Dataset()
    if draw(st.booleans()):
        dataset.PatientID = draw(st.text("AB", max_size=5))
    if draw(st.booleans()):
        dataset.Rows = draw(st.integers(0, 65535))
    if draw(st.booleans()):
        dataset.add_new(0x00420011, "OB", draw(st.binary(max_size=6)))
    if draw(st.booleans()):
        dataset.add_new(0x00091001, "UN", draw(st.binary(max_size=3)) * 2)
    if depth and draw(st.booleans()):
        items = draw(st.lists(data_sets(depth=depth - 1), max_size=2))
        dataset.ReferencedStudySequence = [undefined(item, draw(st.booleans())) for item in items]
        dataset["ReferencedStudySequence"].is_undefined_length = draw(st.booleans())
    return dataset


def undefined(item: Dataset, length: bool) -> Dataset:
    item.is_undefined_length_sequence_item = length
    return item


def encoded(items: list[Dataset], encoding: Encoding) -> bytes:
    """Return the value of a sequence of defined length, as pydicom writes it."""
    stream = DicomBytesIO()
    stream.is_implicit_VR, stream.is_little_endian = encoding.implicit, encoding.little
    holder = Dataset()
    holder.ReferencedStudySequence = items
    with quiet_pydicom():
        write_sequence(stream, holder["ReferencedStudySequence"], ["iso8859"])
    return stream.getvalue()


@given(st.lists(data_sets(), max_size=3), st.sampled_from(ENCODINGS))
def test_what_pydicom_writes_is_accepted(items: list[Dataset], encoding: Encoding) -> None:
    check_items(encoded(items, encoding), encoding)


@given(data_sets(), st.booleans(), st.sampled_from(ENCODINGS), st.data())
def test_an_item_that_is_cut_off_is_refused(
    item: Dataset, length: bool, encoding: Encoding, data: st.DataObject
) -> None:
    whole = encoded([undefined(item, length)], encoding)
    cut = data.draw(st.integers(1, len(whole) - 1))
    with pytest.raises(ReadError):
        check_items(whole[:cut], encoding)


@given(
    st.lists(data_sets(), min_size=1, max_size=2),
    st.sampled_from(ENCODINGS),
    st.binary(min_size=1, max_size=24),
)
def test_bytes_after_the_last_item_are_refused(
    items: list[Dataset], encoding: Encoding, more: bytes
) -> None:
    assume(more[:4] != encoding.header.pack(0xFFFE, 0xE000, 0)[:4])
    with pytest.raises(ReadError):
        check_items(encoded(items, encoding) + more, encoding)


@given(data_sets(), st.sampled_from(ENCODINGS))
def test_the_elements_of_a_data_set_are_those_that_pydicom_writes(
    dataset: Dataset, encoding: Encoding
) -> None:
    stream = DicomBytesIO()
    stream.is_implicit_VR, stream.is_little_endian = encoding.implicit, encoding.little
    with quiet_pydicom():
        write_dataset(stream, dataset)
    data = stream.getvalue()
    found = list(elements(data, 0, encoding))
    assert [element.tag for element, _ in found] == [int(element.tag) for element in dataset]
    assert (found[-1][1] if found else 0) == len(data)


# -- what no writer writes -------------------------------------------------------------


def tag(number: int, length: int) -> bytes:
    return struct.pack("<HHL", number >> 16, number & 0xFFFF, length)


UNDEFINED = 0xFFFFFFFF
NAME = struct.pack("<HH2sH", 0x0010, 0x0020, b"LO", 2) + b"P1"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (NAME, "found (0010,0020) where an item of a sequence must start"),
        (tag(SEQUENCE_END, 0), "found (FFFE,E0DD) where an item of a sequence must start"),
        (tag(ITEM, 100), "an item ends beyond its sequence"),
        (tag(ITEM, 4) + NAME[:4], "an item holds bytes that are no data element"),
        (tag(ITEM, len(NAME) - 1) + NAME, "(0010,0020) ends beyond the item or file that holds it"),
        (tag(ITEM, 8) + tag(ITEM_END, 0), "found (FFFE,E00D) inside of an item"),
        (tag(ITEM, UNDEFINED) + NAME, "an item holds bytes that are no data element"),
        (tag(ITEM, UNDEFINED) + tag(SEQUENCE_END, 0), "found (FFFE,E0DD) inside of an item"),
        (b"\xfe\xff", "a sequence ends in the middle of an item"),
    ],
)
def test_broken_items_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(ReadError) as caught:
        check_items(data, EXPLICIT)
    assert str(caught.value) == message


def sequence(content: bytes, vr: bytes = b"SQ") -> bytes:
    return struct.pack("<HH2s2xL", 0x0008, 0x1110, vr, UNDEFINED) + content


def test_a_sequence_inside_of_an_item_must_end_inside_of_it() -> None:
    inner = sequence(tag(ITEM, len(NAME)) + NAME + tag(SEQUENCE_END, 0))
    check_items(tag(ITEM, len(inner)) + inner, EXPLICIT)
    with pytest.raises(ReadError, match="an item ends beyond its sequence"):
        check_items(tag(ITEM, len(inner) - 4) + inner, EXPLICIT)


def test_sequences_that_are_nested_too_deep_are_refused() -> None:
    data = b""
    for _ in range(70):
        data = sequence(tag(ITEM, UNDEFINED) + data + tag(ITEM_END, 0) + tag(SEQUENCE_END, 0))
    with pytest.raises(ReadError, match="sequences are nested deeper than 64"):
        check_items(tag(ITEM, len(data)) + data, EXPLICIT)


def test_a_sequence_of_unknown_vr_is_in_implicit_vr() -> None:
    implicit = tag(0x00100020, 2) + b"P1"
    inner = sequence(tag(ITEM, len(implicit)) + implicit + tag(SEQUENCE_END, 0), b"UN")
    check_items(tag(ITEM, len(inner)) + inner, EXPLICIT)


def pixels(content: bytes) -> bytes:
    return struct.pack("<HH2s2xL", 0x7FE0, 0x0010, b"OB", UNDEFINED) + content


def test_fragments_are_passed_over() -> None:
    data = pixels(tag(ITEM, 0) + tag(ITEM, 2) + b"ab" + tag(SEQUENCE_END, 0))
    ((element, end),) = elements(data, 0, EXPLICIT)
    assert (str(element), end) == ("(7FE0,0010)", len(data))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (tag(ITEM, 2) + b"ab", "are cut off"),
        (tag(ITEM, UNDEFINED), "cannot be parsed"),
        (tag(ITEM, 100), "cannot be parsed"),
        (tag(ITEM_END, 0), "cannot be parsed"),
    ],
)
def test_broken_fragments_are_refused(content: bytes, message: str) -> None:
    with pytest.raises(ReadError, match=rf"the fragments of \(7FE0,0010\) {message}"):
        list(elements(pixels(content), 0, EXPLICIT))


def test_an_element_that_does_not_fit_is_the_last_and_has_no_end() -> None:
    found = list(
        elements(NAME + struct.pack("<HH2sH", 0x0010, 0x0030, b"DA", 8) + b"2020", 0, EXPLICIT)
    )
    assert [end for _, end in found] == [10, -1]


def test_commands_and_delimiters_end_a_data_set() -> None:
    for data in (tag(ITEM_END, 0), struct.pack("<HH2sH", 0, 2, b"UI", 0)):
        assert len(list(elements(NAME + data + b"\0" * 8, 0, EXPLICIT))) == 1


def test_an_odd_vr_is_believed_in_ascending_order_only() -> None:
    odd = struct.pack("<HH2sH", 0x0010, 0x0030, b"ZZ", 0)
    assert read_element(odd, 0, EXPLICIT, 0x00100020).vr == b"ZZ"
    assert not list(elements(odd, 8, EXPLICIT))
    assert len(list(elements(odd * 2, 0, EXPLICIT))) == 1


def test_a_known_tag_proves_implicit_vr_in_the_middle() -> None:
    implicit = tag(0x00100030, 8) + b"20200131"
    found = [element for element, _ in elements(NAME + implicit, 0, EXPLICIT)]
    assert [element.vr for element in found] == [b"LO", None]
    assert len(list(elements(NAME + tag(0x00100031, 8) + bytes(8), 0, EXPLICIT))) == 1


def test_a_long_header_that_is_cut_off_is_no_element() -> None:
    assert list(elements(NAME + sequence(b"")[:10], 0, EXPLICIT)) != []
    assert len(list(elements(NAME + sequence(b"")[:10], 0, EXPLICIT))) == 1


def test_what_is_nothing_has_no_elements() -> None:
    assert list(elements(b"", 0, EXPLICIT)) == []
    check_items(b"", EXPLICIT)
