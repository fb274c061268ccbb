"""What a review planted, and what got past the sweep once."""

from __future__ import annotations

import pytest

from deid_core.dicom import replace_identifiers
from deid_core_screening.sources import Own
from deid_core_screening.text import cleaner_of


def named(name):
    return cleaner_of(Own(names=frozenset([name])))


def numbered(identifier):
    return cleaner_of(Own(identifiers=frozenset([identifier])))


@pytest.mark.parametrize("identifier", ["12-345", "123/45", "1234 5", "0-12-345"])
def test_an_identifier_of_five_digits_is_found_with_the_signs_that_it_has(identifier):
    cleaner = numbered(identifier)
    assert cleaner.holds(f"knee {identifier} x")
    assert cleaner.holds(f"ID {identifier}")


@pytest.mark.parametrize("text", ["LI NA", "Na Li knee", "knee Li, Na", "Li_Na"])
def test_a_word_that_often_stands_for_no_name_may_be_one(text):
    assert named("Li^Na").holds(text)


def test_a_name_that_is_a_placeholder_as_a_whole_is_none():
    assert not named("Unknown^NA").holds("unknown protocol")


@pytest.mark.parametrize("text", ["case_17", "ID_17", "MRN_17", "ID: 17"])
def test_a_short_identifier_is_found_after_an_announcing_word_and_an_underline(text):
    assert numbered("17").holds(text)


@pytest.mark.parametrize("text", ["M%FCller", "M%C3%BCller", "MÃ¼ller"])
def test_a_name_in_a_wrong_encoding_is_found(text):
    assert named("Müller^Jörg").holds(text)


@pytest.mark.parametrize("keyword", ["FillerOrderNumberProcedure", "BreedRegistrationNumber"])
def test_an_unlisted_element_that_holds_an_identifier_goes(small, save, load, keyword):
    setattr(small, keyword, "7")
    (written,) = replace_identifiers([save(small)], deid="deid.dicom.basic")
    assert keyword not in load(written)
