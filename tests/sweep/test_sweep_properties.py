"""What holds for any text and any patient: cleaned means clean, and nothing else changes."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from deid_core_screening.sources import Own

part = st.one_of(
    st.sampled_from(["an", "li", "May", "Hall", "Simpson", "Homer", "Jörg", "山田", "ß"]),
    st.text(st.characters(categories=["L"]), min_size=1, max_size=6),
)
name = st.lists(part, min_size=1, max_size=4).map("^".join)
identifier = st.from_regex(r"[A-Z]{0,2}[0-9]{1,6}(-[0-9]{1,3})?", fullmatch=True)
date = st.dates().map(lambda day: f"{day.year:04}{day.month:02}{day.day:02}")
owners = st.builds(
    Own, st.frozensets(name, max_size=2), st.frozensets(identifier, max_size=2),
    st.frozensets(date, max_size=1),
)  # fmt: skip


@st.composite
def planted(draw):
    own = draw(owners)
    parts = [p for n in own.names for p in n.split("^")]
    digits = [i[:cut] for i in own.identifiers for cut in (1, 2, len(i))]
    words = st.sampled_from([*parts, *digits, *own.identifiers, *own.dates, "axial", "id", "of"])
    gaps = st.sampled_from(["", " ", "-", ", ", "^", "_", "\n"])
    text = "".join(
        draw(words) + draw(gaps) for _ in range(draw(st.integers(min_value=0, max_value=8)))
    )
    return own, text


@given(planted())
@settings(max_examples=300, deadline=None)
def test_cleaned_text_never_matches_again(case):
    own, text = case
    pattern = pattern_of(own)
    if pattern is None:
        return
    assert pattern.search(folded(cleaned_text(text, pattern))) is None


@given(planted())
@settings(max_examples=150, deadline=None)
def test_cleaning_twice_is_cleaning_once(case):
    own, text = case
    pattern = pattern_of(own)
    if pattern is None:
        return
    once = cleaned_text(text, pattern)
    assert cleaned_text(once, pattern) == once


def test_what_is_left_of_a_text_does_not_join_to_a_name():
    pattern = pattern_of(Own(names=frozenset({"An^Li^Simpson"})))
    assert pattern.search(folded(cleaned_text("an Simpson li", pattern))) is None


def test_what_is_left_of_a_text_does_not_join_to_an_identifier():
    own = Own(frozenset({"Simpson"}), frozenset({"1234"}))
    pattern = pattern_of(own)
    assert pattern.search(folded(cleaned_text("12 Simpson 34", pattern))) is None


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_folding_keeps_every_place(text):
    assert len(folded(text)) == len(text)


@given(st.text(st.sampled_from("bcdfg \n\t,;2"), max_size=40))
@settings(max_examples=100, deadline=None)
def test_text_without_any_needle_is_unchanged(text):
    own = Own(frozenset({"Simpson^Homer"}), frozenset({"998877"}), frozenset({"19560512"}))
    assert cleaned_text(text, pattern_of(own)) == text


@given(owners)
@settings(max_examples=100, deadline=None)
def test_any_patient_makes_a_pattern(own):
    pattern_of(own)


def test_nothing_of_a_patients_own_makes_no_pattern():
    assert pattern_of(Own()) is None
