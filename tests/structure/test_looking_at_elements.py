"""Elements are looked at without a change to the data set that holds them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.tag import Tag
from pydicom.uid import ImplicitVRLittleEndian
from pydicom.valuerep import IS, DSfloat, PersonName

from deid_core import ReadError
from deid_core.elements import (
    is_sequence,
    items_of,
    plain,
    private_creators,
    read_element,
    stored_vr,
    texts,
    walk,
)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (None, None),
        ("", None),
        (b"", None),
        (b"ab", b"ab"),
        (PersonName("A^B"), "A^B"),
        (PersonName(""), None),
        (DSfloat("1.5"), 1.5),
        (IS("7"), 7),
        (Decimal("1.5"), 1.5),
        (Tag(0x00100020), 0x00100020),
        (MultiValue(str, ["a", "b"]), ["a", "b"]),
        ((1, 2), [1, 2]),
        ([], []),
    ],
)
def test_a_plain_value_has_nothing_of_pydicom(value: Any, found: Any) -> None:
    result = plain(value)
    assert result == found
    assert type(result) is type(found)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (None, ()),
        (" \0", ()),
        (["a ", None, "", "b"], ("a", "b")),
        (b"caf\xc3\xa9\0", ("café",)),
        (b"\xff", ("\ufffd",)),
        (0, ("0",)),
    ],
)
def test_the_texts_of_a_value_leave_out_what_is_empty(value: Any, found: tuple[str, ...]) -> None:
    assert texts(value) == found


def raw(tag: int, vr: str | None, value: bytes | None) -> Dataset:
    dataset = Dataset()
    implicit = vr is None
    dataset._dict[Tag(tag)] = RawDataElement(
        Tag(tag), vr, len(value or b""), value, 0, implicit, True
    )
    return dataset


ITEM = b"\xfe\xff\x00\xe0\0\0\0\0"


@pytest.mark.parametrize(
    ("tag", "vr", "value", "found"),
    [
        (0x00081110, None, ITEM, True),
        (0x00081110, "UN", ITEM, True),
        (0x00081110, "UN", b"", True),
        (0x00091001, "UN", ITEM, True),
        (0x00091001, None, ITEM, True),
        (0x00091001, "UN", b"text", False),
        (0x00091001, "UN", None, False),
        (0x00091001, "LO", ITEM, False),
        (0x00091001, "SQ", b"", True),
        (0x00100020, "UN", ITEM, False),
    ],
)
def test_a_sequence_is_known_whatever_vr_hides_it(
    tag: int, vr: str | None, value: bytes | None, found: bool
) -> None:
    assert is_sequence(raw(tag, vr, value), tag) is found


def test_the_vr_is_that_of_the_file_or_of_the_dictionary() -> None:
    assert stored_vr(raw(0x00100020, "LT", b"x"), 0x00100020) == "LT"
    assert stored_vr(raw(0x00100020, None, b"x"), 0x00100020) == "LO"
    assert stored_vr(raw(0x00091001, None, b"x"), 0x00091001) == "UN"


def test_an_element_is_read_without_a_change(small: Dataset, save: Any) -> None:
    dataset = dcmread(save(small, syntax=ImplicitVRLittleEndian))
    assert read_element(dataset, 0x00100020).value == "P-1"
    assert isinstance(dataset.get_item(0x00100020), RawDataElement)


def test_what_cannot_be_decoded_is_refused_without_its_bytes() -> None:
    with pytest.raises(ReadError) as caught:
        read_element(raw(0x00280010, "US", b"abc"), 0x00280010)
    assert str(caught.value).startswith("(0028,0010) cannot be decoded (")
    assert "abc" not in str(caught.value)


def test_items_under_an_unknown_vr_are_in_implicit_vr() -> None:
    item = b"\x10\x00\x20\x00\x02\0\0\0P1"
    value = b"\xfe\xff\x00\xe0" + len(item).to_bytes(4, "little") + item
    dataset = raw(0x00091001, "UN", value)
    (found,) = items_of(dataset, 0x00091001)
    assert found.PatientID == "P1"


def test_broken_items_are_refused() -> None:
    with pytest.raises(ReadError):
        items_of(raw(0x00081110, "SQ", ITEM + b"\0"), 0x00081110)
    assert items_of(raw(0x00081110, "SQ", None), 0x00081110) == []


def test_all_elements_are_walked_a_sequence_before_what_it_holds(small: Dataset) -> None:
    item = Dataset()
    item.private_block(0x0009, "ACME", create=True).add_new(1, "LO", "x")
    small.RequestAttributesSequence = [Dataset(), item]
    found = [(str(path), path.creator) for _, path in walk(small)]
    start = found.index(("(0040,0275)", None))
    assert found[start : start + 3] == [
        ("(0040,0275)", None),
        ("(0040,0275)__1__(0009,0010)", None),
        ("(0040,0275)__1__(0009,1001)", "ACME"),
    ]
    assert len(found) == len(small) + 2


def test_private_creators_are_known_by_their_block() -> None:
    dataset = raw(0x00090010, "LO", b"ACME \0")
    dataset.add_new(0x000B0011, "LO", "OTHER ")
    dataset.add_new(0x000B0012, "LO", "")
    assert private_creators(dataset) == {0x000910: "ACME", 0x000B11: "OTHER"}
