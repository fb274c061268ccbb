"""Any number of literals are looked for in one pass, and found wherever they stand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from deid_core.literals import Literals

FEW = st.text(alphabet="ab\0é\U0001f600", max_size=4)


@given(literals=st.lists(FEW, max_size=6), text=st.text(alphabet="ab\0é\U0001f600", max_size=20))
def test_what_is_found_is_what_the_text_has(literals, text):
    found = Literals.of(literals)

    assert set(found.found_in(text)) == {one for one in literals if one and one in text}
    assert found.any_in(text) == any(one and one in text for one in literals)


def test_a_literal_tells_what_it_was_given_once_for_each_place():
    assert list(Literals({"ab": 1, "b": 2}).found_in("abb")) == [1, 2, 2]
