"""What holds for any text and any patient: cleaned means clean, and nothing else changes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deid_core_screening.folding import fold, folded, squeezed
from deid_core_screening.sources import Own
from deid_core_screening.text import TextCleaner, cleaner_of

part = st.one_of(
    st.sampled_from(["an", "li", "May", "Simpson", "Homer", "Jörg", "O'Brien", "山田", "ß"]),
    st.text(st.characters(categories=["L"]), min_size=1, max_size=6),
)
name = st.lists(part, min_size=1, max_size=4).map("^".join)
identifier = st.from_regex(r"[A-Z]{0,2}[0-9]{1,8}(-[0-9]{1,3})?", fullmatch=True)
date = st.dates().map(lambda day: f"{day.year:04}{day.month:02}{day.day:02}")
owners = st.builds(
    Own,
    st.frozensets(name, max_size=2),
    st.frozensets(identifier, max_size=2),
    st.frozensets(date, max_size=1),
    st.frozensets(st.sampled_from(["+49 171 1234567", "homer@simpson.org"]), max_size=1),
    st.frozensets(st.sampled_from(["742 Evergreen Terrace, Springfield"]), max_size=1),
)


@st.composite
def planted(draw):
    own = draw(owners)
    parts = [p for n in own.names for p in n.split("^")]
    digits = [i[:cut] for i in own.identifiers for cut in (1, 2, len(i))]
    rest = [*own.identifiers, *own.dates, *own.contacts, *own.addresses]
    words = st.sampled_from([*parts, *digits, *rest, "axial", "id", "of"])
    gaps = st.sampled_from(["", " ", "-", ", ", "^", "_", "\n"])
    text = "".join(
        draw(words) + draw(gaps) for _ in range(draw(st.integers(min_value=0, max_value=8)))
    )
    return own, text


@given(planted())
@settings(max_examples=200, deadline=None)
def test_cleaned_text_holds_no_own_value_and_stays_as_it_is(case):
    own, text = case
    cleaner = TextCleaner(own)
    once = cleaner.cleaned(text)
    assert not cleaner.holds(once)
    assert cleaner.cleaned(once) == once


WORDS = st.lists(st.sampled_from(["knee", "of", "was", "T1", "axial"]), max_size=4).map(" ".join)
SURNAMES = st.sampled_from(["Simpson", "Müller", "O'Brien", "Smith-Jones", "van der Berg", "Doe"])
GIVEN = st.sampled_from(["Homer", "Jörg", "Mary-Ann", "Bo"])
WRITTEN = [
    "{0} {1}", "{1}, {0}", "{1}^{0}", "{0}_{1}", "{0}{1}", "{1}{0}", "{0[0]}. {1}", "{1} {0[0]}",
]  # fmt: skip


@given(SURNAMES, GIVEN, WORDS, WORDS, st.sampled_from(WRITTEN), st.sampled_from("lus"))
@settings(max_examples=200, deadline=None)
def test_no_name_survives_in_any_usual_form(surname, given_name, before, after, form, case):
    cleaner = cleaner_of(Own(frozenset({f"{surname}^{given_name}"})))
    written = form.format(given_name, surname)
    written = {"l": written.lower(), "u": written.upper(), "s": written}[case]
    rest = folded(cleaner.cleaned(f"{before} {written} {after}"))
    longest = max(folded(surname).replace("-", " ").replace("'", " ").split(), key=len)
    assert longest not in rest
    for word in (*before.split(), *after.split()):
        assert folded(word) in rest


@given(st.from_regex(r"[0-9]{6,10}", fullmatch=True), st.data())
@settings(max_examples=150, deadline=None)
def test_no_identifier_survives_with_separators_anywhere(number, data):
    if not number.strip("0"):
        return
    cleaner = TextCleaner(Own(identifiers=frozenset({number})))
    gaps = st.sampled_from(["", "", " ", "-", ".", "/", "_"])
    written = "".join(sign + data.draw(gaps) for sign in number[:-1]) + number[-1]
    assert number not in squeezed(cleaner.cleaned(f"knee id:{written}, axial"))


FORMS = [
    "%Y%m%d", "%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d %b %Y", "%B %d, %Y", "%d-%b-%y", "%d%b%Y",
    "%Y/%m/%d", "%d.%m.%y", "%Y %m %d", "%Y%m%d120000", "%Y-%m-%dT10:00",
]  # fmt: skip


@given(st.dates(), st.sampled_from(FORMS))
@settings(max_examples=200, deadline=None)
def test_no_birth_date_survives_in_any_usual_form(day, form):
    if day.year < 1000:
        return
    cleaner = TextCleaner(Own(dates=frozenset({f"{day:%Y%m%d}"})))
    rest = cleaner.cleaned(f"born {day.strftime(form)} knee")
    assert rest.startswith("born")
    assert rest.endswith("knee")
    assert f"{day:%Y}" not in rest
    assert not cleaner.holds(rest)


@given(st.text(st.characters(exclude_characters="simpohr9"), max_size=60))
@settings(max_examples=200, deadline=None)
def test_text_without_own_values_is_returned_as_it_is(text):
    own = Own(frozenset({"Simpson^Homer"}), frozenset({"99887799"}), frozenset({"19990909"}))
    cleaner = cleaner_of(own)
    if not cleaner.holds(text):
        assert cleaner.cleaned(text) == text


@given(st.text(st.sampled_from("bcdfgéß \n\t,;2"), max_size=60))
@settings(max_examples=200, deadline=None)
def test_nothing_is_found_where_nothing_is(text):
    own = Own(frozenset({"Simpson^Homer"}), frozenset({"99887799"}), frozenset({"19990909"}))
    assert not cleaner_of(own).holds(text)


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_folding_knows_where_each_character_stood(text):
    plain = fold(text)
    for place in range(len(plain.text)):
        start, end = plain.span(place, place + 1)
        assert 0 <= start < end <= len(text)
        assert plain.text[place] in folded(text[start:end])


@given(owners, st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_patient_and_any_bytes_can_be_searched(own, data):
    assert TextCleaner(own).found_in_bytes(data, None) in (True, False)


@given(planted(), st.sampled_from(["utf-8", "utf-16-le", "utf-16-be"]))
@settings(max_examples=100, deadline=None)
def test_what_is_found_in_text_is_found_in_its_bytes(case, encoding):
    own, text = case
    cleaner = TextCleaner(own)
    # A single character may be two bytes that nobody can tell from ASCII.
    if len(text) > 1 and cleaner.holds(text):
        assert cleaner.found_in_bytes(text.encode(encoding), None)


@pytest.mark.parametrize(
    ("own", "text"),
    [
        (Own(frozenset({"An^Li^Simpson"})), "an Simpson li"),
        (Own(frozenset({"Simpson"}), frozenset({"123456"})), "123 Simpson 456"),
    ],
)
def test_what_is_left_of_a_text_does_not_join_to_an_own_value(own, text):
    cleaner = TextCleaner(own)
    assert not cleaner.holds(cleaner.cleaned(text))


def test_nothing_is_found_for_nobody():
    cleaner = TextCleaner(Own())
    assert not cleaner.holds("Simpson 12345678 19610201")
    assert not cleaner.found_in_bytes(b"Simpson 12345678" * 10_000, None)
