"""What is found out at a glance is what a closer look finds: shortcuts change no answer."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydicom.charset import python_encoding
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from deid_core import ReadError
from deid_core.elements import plain, read_element, texts
from deid_core.quiet import quiet_pydicom
from deid_core_screening import date_forms, date_patterns, dates
from deid_core_screening.folding import fold
from deid_core_screening.forms import compiled
from deid_core_screening.glance import LEGAL, NUMBERS_AS_TEXT, TEXT_VRS, glance
from deid_core_screening.month_names import month_spellings
from deid_core_screening.raw import is_simple
from deid_core_screening.reading import Reading
from deid_core_screening.sources import SPLIT_VRS, Own, own_values
from deid_core_screening.text import IN_CODES, TextCleaner, _forms, _is_capital, _split_at_capitals

PATIENT_ID = 0x00100020

own = st.builds(
    Own,
    st.frozensets(
        st.sampled_from([
            "Simpson^Homer", "May^Karl", "Li^Bo", "MacDonald^Ian", "van der Berg^Jo", "O'Brien^Sean",
            "Müller^Jörg", "山^田", "Doe^J",
        ]),
        max_size=2,
    ),
    st.frozensets(
        st.sampled_from(["1", "12", "A-1", "lung", "00012345", "4711", "MRN-99887"]), max_size=2
    ),
    st.frozensets(st.sampled_from(["19610503", "20011112", "19630229", "99999999"]), max_size=1),
    st.frozensets(st.sampled_from(["+49 171 1234567", "homer@simpson.org"]), max_size=1),
    st.frozensets(st.sampled_from(["742 Evergreen Terrace, Springfield"]), max_size=1),
)  # fmt: skip
pieces = st.sampled_from([
    "Simpson", "HOMER", "Karl", "may", "K", "S", "I", "M", "P", "O", "N", "Mac", "Donald", "Ian", "Mr",
    "hSimpson", "Bo", "Li", "Jo", "jo", "Berg", "O", "Brien", "Müller", "JM", "山", "田", "D", "E",
    "1", "12", "A-1", "#12", "ID 12", "no", "lung", "12345", "0 1 2 3 4 5", "4711", "MRN 99887",
    "1961", "61", "3", "03", "5", "05", "May", "Mai", "of", "19610503", "030561", "年", "月", "日",
    "2001", "12", "11", "Nov", "nd", "742", "Evergreen", "Terrace", "0171 1234567", "knee", "T1",
])  # fmt: skip
gaps = st.sampled_from(["", "", " ", " ", "-", ".", "/", ", ", "^", "_", "\n", "\\", ": "])
text = st.lists(st.tuples(pieces, gaps), max_size=7).map(lambda some: "".join(map("".join, some)))


@given(own, text)
@settings(max_examples=400, deadline=None)
@example(Own(dates=frozenset({"19610503"})), "born 3rd of May of 1961")
@example(Own(dates=frozenset({"19610503"})), "1961年5月3")
@example(Own(names=frozenset({"Simpson^Homer"})), "S I M P S O N")
@example(Own(identifiers=frozenset({"12"})), "knee\n#12")
def test_a_form_that_is_unlikely_in_a_text_is_not_in_it(own, text):
    reading = Reading.of(text)
    for form in _forms(own):
        asked = any(one in reading.letters for one in form.literals) and form.may_be_in(reading)
        for folded in () if asked else (fold(text), _split_at_capitals(text)):
            spans = [folded.span(*found.span()) for found in compiled(form).finditer(folded.text)]
            words = [text[start:end] for start, end in spans]
            assert not any(not form.capitals or _is_capital(word) for word in words)


@given(own, text)
@settings(max_examples=400, deadline=None)
def test_text_in_which_a_glance_finds_nothing_holds_nothing(own, text):
    data = text.encode("utf-8")
    if not is_simple(data, ("UTF8",)):
        return
    seen = glance(data, "LT", None)
    cleaner = TextCleaner(own)
    if seen.reading is not None and not cleaner.may_hold(seen.reading):
        assert not any(cleaner.holds(one) for one in (text, *text.split("\\")))


numbers = st.one_of(
    st.from_regex(r"[ +-]?[0-9]{1,9}(\.[0-9]{0,3})?([eE][+-]?[0-9])? ?", fullmatch=True),
    st.sampled_from(["12345", "12345.0", "1.2345e4", "0012345", "12345 ", "x12345", "", "1234 5"]),
)


@given(st.lists(numbers, min_size=1, max_size=3).map("\\".join), st.sampled_from(["DS", "IS"]))
@settings(max_examples=400, deadline=None)
def test_numbers_are_seen_as_pydicom_reads_them(written, vr):
    seen = glance(written.encode(), vr, None)
    if seen.reading is None:
        return
    values = texts(_read(written.encode(), vr, "iso8859"))
    assert (12345 in seen.numbers) == any(float(value) == 12345 for value in values)


@given(
    st.text(alphabet="aB1 ^\\\0\r\n~.-", max_size=14),
    st.sampled_from(sorted(SPLIT_VRS)),
    st.sampled_from(sorted(set(python_encoding.values()))),
)
@settings(max_examples=400, deadline=None)
def test_own_values_are_what_pydicom_reads(written, vr, encoding):
    data = written.encode()
    try:
        expected = texts(_read(data, vr, encoding))
    except ReadError:
        return
    assert is_simple(data, (encoding,))
    found = own_values(_holding(data, vr, encoding)).identifiers
    assert found == {*expected, *(one.partition("^")[0] for one in expected)}


def _holding(data: bytes, vr: str, encoding: str) -> Dataset:
    dataset = Dataset()
    dataset.set_original_encoding(False, True, [encoding])
    dataset[PATIENT_ID] = RawDataElement(BaseTag(PATIENT_ID), vr, len(data), data, 0, False, True)
    return dataset


def _read(data: bytes, vr: str, encoding: str) -> object:
    with quiet_pydicom():
        return plain(read_element(_holding(data, vr, encoding), PATIENT_ID).value)


@pytest.mark.parametrize(
    ("data", "vr"),
    [
        (b"J\xf6rg", "LO"),
        (b"\x1b$BJorg", "LO"),
        (b"a\0b", "LO"),
        (b"Jorg%20May", "LO"),
        (b"SIXTEEN LETTERS!", "SH"),
        (b"May", "DA"),
        (b"twelve", "DS"),
    ],
)
def test_what_may_mean_something_else_needs_a_closer_look(data, vr):
    assert vr in {*TEXT_VRS, *LEGAL, *NUMBERS_AS_TEXT}
    assert not is_simple(data, ("latin_1",)) or glance(data, vr, None).reading is None


def test_bytes_in_a_character_set_beyond_the_standard_are_not_simple():
    assert not is_simple(b"Jorg", ("utf_7",))
    assert not is_simple(b"Jorg", ())


I_WITH_DOT, I_WITHOUT_DOT, LONG_S = "\u0130", "\u0131", "\u017f"
months = st.sampled_from(month_spellings()).flatmap(
    lambda name: st.sampled_from(
        [name, name.upper(), name.title()]
        + [name.replace("i", sign) for sign in (I_WITH_DOT, I_WITHOUT_DOT)]
        + [name.replace("s", LONG_S)]
    )
)
signs = st.sampled_from(
    [*"0123456789 ./-_,:'T", "\u2013", "年", "月", "19", "2019", "\u0661", "st"]
)


@given(st.lists(st.one_of(signs, months), max_size=9).map("".join))
@settings(max_examples=600, deadline=None)
def test_a_date_that_is_unlikely_in_a_text_is_not_in_it(text):
    for pattern in (date_patterns.MONTH_NAME, *(form for form, _ in date_forms.FORMS)):
        if not pattern.may_be_in(text):
            assert pattern._compiled.search(text) is None


@given(st.lists(st.one_of(signs, months), max_size=9).map("".join))
@settings(max_examples=400, deadline=None)
def test_text_without_a_date_is_not_rewritten(text):
    if not dates.holds_date(text):
        assert dates.rewrite_dates(text, lambda _date: None) == text


def test_codes_are_asked_for_less_than_text():
    cleaner = TextCleaner(Own(identifiers=frozenset({"lung"})))
    assert cleaner.may_hold(Reading.of("lung"))
    assert cleaner.holds("lung")
    assert not cleaner.holds("lung", IN_CODES)
