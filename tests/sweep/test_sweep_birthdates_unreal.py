"""Birth dates that no calendar has are looked for like all others."""

from __future__ import annotations

import pytest

from deid_core_screening.sources import Own
from deid_core_screening.text import cleaner_of


def cleaner(date):
    return cleaner_of(Own(dates=frozenset([date])))


@pytest.mark.parametrize(
    "text",
    ["t2 19610229", "29/02/1961", "Feb 29 1961", "born 29.2.61", "1961-02-29", "29 février 1961"],
)
def test_a_day_that_does_not_exist_is_found_in_every_form(text):
    assert cleaner("19610229").holds(text)


@pytest.mark.parametrize("date", ["19610000", "19619999"])
def test_eight_digits_that_are_no_day_are_found_as_they_are(date):
    assert cleaner(date).holds(f"seen {date}")
    assert not cleaner(date).holds("seen 1961")


@pytest.mark.parametrize("date", ["29.02.1961", "29/02/1961"])
def test_a_birth_date_that_is_written_as_people_do_is_understood(date):
    assert cleaner(date).holds("19610229")
    assert cleaner(date).holds("29 Feb 1961")
