"""Many regular expressions are looked for together, and found as if each were tried alone."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from deid_core.needed import folded, needed
from deid_core.search import MANY, Patterns

TEXTS = st.text(alphabet="abckiIsS01()[]{}|\\.*+? \nK\u017f\u0130ß", max_size=12)
PIECES = st.sampled_from(
    [
        *(
            "abc",
            "Sick",
            "kiss",
            "a",
            "b+",
            "c?",
            "s{2}",
            "i{0,1}",
            "k*?",
            "a++",
            ".",
            "^",
            "$",
            "|",
        ),
        *(
            r"\d",
            r"\.",
            r"\b",
            "[abc]",
            "[^a]",
            r"[\]a]",
            "(abc)",
            "(?:kis|s)",
            "(?=abc)",
            "(?!abc)",
        ),
        *(
            "(?P<x>abc)?",
            "([)])abc",
            r"(\))abc",
            " ",
            "0",
            "(?i)",
            "(?:abc){e<=1}",
            "[[:alpha:]]",
            "ß",
        ),
    ]
)


@given(st.lists(PIECES, max_size=6).map("".join), TEXTS, st.booleans())
def test_what_a_pattern_needs_is_in_every_text_that_it_matches(pattern, text, any_case):
    try:
        compiled = regex.compile(pattern, flags=regex.IGNORECASE if any_case else 0)
    except regex.error:
        return
    literals = needed(pattern)
    if literals and compiled.search(text, timeout=1):
        assert any(literal in folded(text) for literal in literals)


def test_every_letter_that_counts_as_one_of_ascii_is_folded_to_it():
    everything = "".join(map(chr, range(0x80, 0x110000)))
    taken = regex.findall("[a-z]", everything, regex.IGNORECASE)
    assert taken
    for sign in taken:
        assert regex.match(folded(sign), sign, regex.IGNORECASE)
        assert folded(sign).isascii()


@pytest.mark.parametrize(
    ("pattern", "literals"),
    [
        ("Berlin Hospital", {"berlin hospital"}),
        (r"\bDr\. House\b", {"dr. house"}),
        (r"foo\d+barbaz", {"barbaz"}),
        ("(?:a|b)hospital", {"hospital"}),
        ("house|clinic", {"house", "clinic"}),
        ("hospitals?", {"hospital"}),
        (r"PAT-\d{6}", {"pat-"}),
        ("[[:alpha:]]hospital", set()),
        (r"\p{L}hospital", set()),
        ("(?x) hos pital", set()),
        ("house|", set()),
        (r"\d{7}", set()),
    ],
)
def test_what_a_pattern_needs_is_its_longest_literal(pattern, literals):
    assert needed(pattern) == literals


@given(
    st.lists(
        st.sampled_from(["abc", "bca", "a.c", "kis+", "[ab]c", "abc|cab", "^ab"]), min_size=MANY
    ),
    TEXTS,
)
def test_many_patterns_are_found_as_each_alone_would_be(patterns, text):
    alone = [n for n, one in enumerate(patterns) if regex.search(one, text, regex.IGNORECASE)]
    together = Patterns(patterns, any_case=True)
    assert together.matching(text) == alone
    assert together.any_in(text) is bool(alone)
