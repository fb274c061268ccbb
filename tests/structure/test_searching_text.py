"""Look for words in text: as a naive search over all of them would."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid_core import search
from deid_core.search import finder, pattern_finder

ASCII = st.text("abAB.*+([\\^$|)? ", max_size=6)
ANY = st.text(st.characters(blacklist_categories=("Cs",)), max_size=6)


@given(st.frozensets(ASCII, max_size=4), st.text("abAB.*+([\\^$|)? ", max_size=30))
def test_words_are_found_as_by_a_naive_search_that_ignores_case(
    words: frozenset[str], text: str
) -> None:
    naive = any(word.lower() in text.lower() for word in words if word)
    assert finder(words)(text) is naive


@given(st.frozensets(ANY, max_size=3), ANY, ANY)
def test_a_word_is_found_wherever_it_stands(words: frozenset[str], before: str, after: str) -> None:
    found = finder(words)
    for word in words:
        assert found(f"{before}{word}{after}") is bool(word) or any(
            other and other in f"{before}{after}" for other in words
        )


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("Müller", "MÜLLER"),
        ("ΟΔΟΣ", "οδος"),
        ("Иванов", "ИВАНОВ"),
        ("Strauß", "STRAUSS"),
        ("STRAUSS", "Strauß"),
    ],
)
def test_case_is_ignored_in_every_script(word: str, text: str) -> None:
    assert finder(frozenset([word]))(text)


@given(st.text(max_size=10))
def test_no_words_and_empty_words_are_found_nowhere(text: str) -> None:
    assert not finder(frozenset())(text)
    assert not finder(frozenset([""]))(text)
    assert not pattern_finder(frozenset([""]))(text)


@pytest.mark.parametrize(
    ("patterns", "text", "found"),
    [
        ({"^ho.er$"}, "HOMER", True),
        ({"^ho.er$", "x"}, "a x b", True),
        ({"^ho.er$", "x"}, "homers", False),
        ({"("}, "anything", True),
        ({"a", "["}, "b", True),
    ],
)
def test_patterns_are_found_and_what_is_none_counts_as_found(
    patterns: set[str], text: str, found: bool
) -> None:
    assert pattern_finder(frozenset(patterns))(text) is found


def test_a_pattern_that_takes_too_long_counts_as_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "SEARCH_SECONDS", 0.01)
    assert pattern_finder(frozenset([r"(a|aa)+$"]))("a" * 200 + "\0")
