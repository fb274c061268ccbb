"""What a rule or function gives becomes a value for the VR, or is refused unquoted."""

from __future__ import annotations

import contextlib
import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid_core.convert import BINARY, FLOATS, INTEGERS, SINGLE_TEXT, TEXT, to_vr

ALL_VRS = sorted(BINARY | FLOATS | set(INTEGERS) | SINGLE_TEXT | TEXT | {"AT", "SQ"})
UTC = datetime.UTC


@pytest.mark.parametrize("vr", ALL_VRS)
@pytest.mark.parametrize("value", [None, ""])
def test_nothing_is_an_empty_value_of_every_vr(vr: str, value: object) -> None:
    assert to_vr(value, vr) == ([] if vr == "SQ" else None)


@pytest.mark.parametrize(
    ("value", "vr", "expected"),
    [
        ("7", "US", 7),
        (" 7 ", "IS", " 7 "),
        (7.0, "SL", 7),
        ("1\\2", "US", [1, 2]),
        ([1, "2"], "US", [1, 2]),
        ("1.5", "FD", 1.5),
        ("1.5\\2", "FL", [1.5, 2.0]),
        (Decimal("1.5"), "DS", "1.5"),
        (5, "IS", "5"),
        ("00100020", "AT", 0x00100020),
        ("(0010,0020)", "AT", 0x00100020),
        (0x00100020, "AT", 0x00100020),
        ("text", "OB", b"text"),
        (b"\0\1", "OW", b"\0\1"),
        (bytearray(b"ab"), "UN", b"ab"),
        (memoryview(b"ab"), "OB", b"ab"),
        ("a\\b", "LO", ["a", "b"]),
        ("a\\b", "LT", "a\\b"),
        ("a\\b", "ST", "a\\b"),
        ("a\\b", "UT", "a\\b"),
        (("a", "b"), "SH", ["a", "b"]),
        (["a"], "SH", "a"),
        (5, "LO", "5"),
        (datetime.date(2020, 1, 31), "DA", "20200131"),
        (datetime.datetime(2020, 1, 31, 5, 6, 7, tzinfo=UTC), "DA", "20200131"),
        (datetime.datetime(2020, 1, 31, 5, 6, 7, tzinfo=UTC), "TM", "050607.000000"),
        (datetime.datetime(2020, 1, 31, 5, 6, 7, tzinfo=UTC), "DT", "20200131050607.000000+0000"),
        (datetime.time(5, 6, 7), "TM", "050607.000000"),
    ],
)
def test_a_value_is_converted(value: Any, vr: str, expected: Any) -> None:
    assert to_vr(value, vr) == expected


@pytest.mark.parametrize(
    ("value", "vr"),
    [
        ("many", "US"),
        ("1.5", "US"),
        (1.5, "US"),
        (-1, "US"),
        (65536, "US"),
        ("x", "FD"),
        ("x", "AT"),
        ("1000000000", "AT"),
        (-1, "AT"),
        ("x", "DS"),
        ("1.5", "IS"),
        ("text", "SQ"),
        (b"bytes", "SQ"),
        (5, "SQ"),
        (b"bytes", "LO"),
        ({"a": 1}, "LO"),
        ({1}, "LT"),
        (print, "LO"),
        ("a\0b", "LO"),
        ("a\0b", "LT"),
        ("x", "ZZ"),
        (object(), "US"),
    ],
)
def test_a_value_that_cannot_be_stored_is_refused(value: Any, vr: str) -> None:
    with pytest.raises((ValueError, TypeError, ArithmeticError)):
        to_vr(value, vr)


@given(st.sampled_from(sorted(INTEGERS)), st.integers(-(2**70), 2**70))
def test_a_whole_number_fits_its_range_or_is_refused(vr: str, number: int) -> None:
    low, high = INTEGERS[vr]
    if low <= number <= high:
        assert to_vr(str(number), vr) == number
    else:
        with pytest.raises(ValueError, match=r"^the number is out of range$"):
            to_vr(str(number), vr)


@given(st.sampled_from(ALL_VRS), st.text())
def test_any_text_is_converted_or_refused_but_never_crashes(vr: str, text: str) -> None:
    with contextlib.suppress(ValueError, TypeError, ArithmeticError):
        to_vr(text, vr)


@given(st.sampled_from(sorted(TEXT - {"DS", "IS"})), st.text())
def test_text_for_a_text_vr_stays_as_it_is(vr: str, text: str) -> None:
    if "\0" not in text and text:
        found = to_vr(text, vr)
        assert "\\".join(found if isinstance(found, list) else [found]) == text


def test_items_of_a_sequence_pass() -> None:
    assert to_vr([{}], "SQ") == [{}]
