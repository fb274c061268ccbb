"""Dates that are written in a text are replaced in their form, or taken out."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deid_core import Batch, Identifiers, Settings
from deid_core_screening.dates import mover, rewrite_dates
from deid_core_screening.month_names import FULL, SHORT

UNTIMED = settings(deadline=None)
"""A pattern is compiled when a text first asks for it."""

DATES = st.dates(datetime.date(1930, 1, 1), datetime.date(2020, 12, 31))
DAYS = st.integers(1, 3650)

CLEAR: dict[str, Callable[[datetime.date], str]] = {
    "20190131": lambda d: f"{d:%Y%m%d}",
    "20190131143000.5": lambda d: f"{d:%Y%m%d}143000.5",
    "2019-01-31": lambda d: f"{d:%Y-%m-%d}",
    "2019/01/31": lambda d: f"{d:%Y/%m/%d}",
    "2019.01.31": lambda d: f"{d:%Y.%m.%d}",
    "2019_01_31": lambda d: f"{d:%Y_%m_%d}",
    "2019-01-31T14:30:00Z": lambda d: f"{d:%Y-%m-%d}T14:30:00Z",
    "2019-01-31 14:30": lambda d: f"{d:%Y-%m-%d} 14:30",
    "31-JAN-2019": lambda d: f"{d:%d-%b-%Y}".upper(),
    "31JAN2019": lambda d: f"{d:%d%b%Y}".upper(),
    "January 31, 2019": lambda d: f"{d:%B} {d.day}, {d.year}",
    "31 January 2019": lambda d: f"{d.day} {d:%B} {d.year}",
    "2019 January 31": lambda d: f"{d.year} {d:%B} {d.day}",
    "2019年1月31日": lambda d: f"{d.year}年{d.month}月{d.day}日",
}


def back(days: int) -> Callable[[datetime.date], datetime.date]:
    return lambda date: date - datetime.timedelta(days=days)


def kept(date: datetime.date) -> datetime.date:
    return date


def gone(_date: datetime.date) -> None:
    return None


@pytest.mark.parametrize("form", CLEAR)
@UNTIMED
@given(DATES, DAYS)
def test_a_date_is_moved_in_its_form(form: str, date: datetime.date, days: int) -> None:
    write = CLEAR[form]
    moved = back(days)
    before, after = f"knee ({write(date)}) left", f"knee ({write(moved(date))}) left"
    assert rewrite_dates(before, moved) == after


@pytest.mark.parametrize("language", FULL)
@pytest.mark.parametrize("names", [FULL, SHORT])
@UNTIMED
@given(DATES, DAYS)
def test_names_of_months_are_of_the_language_of_the_text(
    language: str, names: dict[str, str], date: datetime.date, days: int
) -> None:
    words = names[language].split()
    # The whole year tells the language.
    year = " ".join(f"1 {word} 1999," for word in FULL[language].split())

    def text(one: datetime.date) -> str:
        return f"{one.day} {words[one.month - 1]} {one.year}"

    found = rewrite_dates(f"{year} {text(date)}", lambda d: d if d.year == 1999 else back(days)(d))
    expected = date if date.year == 1999 else back(days)(date)
    short_and_long = {text(expected)}
    if names is SHORT:
        # A month that is not cut short in its language says nothing of how others are written.
        short_and_long.add(
            f"{expected.day} {FULL[language].split()[expected.month - 1]} {expected.year}"
        )
    assert found.removeprefix(f"{year} ").casefold() in {one.casefold() for one in short_and_long}


@UNTIMED
@given(DATES.filter(lambda d: d.day > 12), DAYS, st.sampled_from("./-"), st.booleans())
def test_a_day_above_twelve_tells_where_the_day_stands(
    date: datetime.date, days: int, sep: str, day_first: bool
) -> None:
    form = sep.join(["%d", "%m", "%Y"] if day_first else ["%m", "%d", "%Y"])
    moved = back(days)(date)
    assert rewrite_dates(f"{date:{form}}", back(days)) == f"{moved:{form}}"


@UNTIMED
@given(DATES.filter(lambda d: d.day <= 12), st.sampled_from("./-"))
def test_what_may_be_read_either_way_is_taken_out(date: datetime.date, sep: str) -> None:
    assert rewrite_dates(f"knee {date.day}{sep}{date.month}{sep}{date.year} left", back(9)) == (
        "knee left"
    )


def test_another_date_of_the_text_tells_where_the_day_stands() -> None:
    assert rewrite_dates("31/01/2019, 3/4/2019", back(1)) == "30/01/2019, 2/4/2019"
    assert rewrite_dates("01/31/2019, 3/4/2019", back(1)) == "01/30/2019, 3/3/2019"
    assert rewrite_dates("01/31/2019, 31/01/2019, 3/4/2019", back(1)) == "01/30/2019, 30/01/2019, "
    assert rewrite_dates("31/01/2019, 3.4.2019", back(1)) == "30/01/2019, "


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("31/1/70", "30/1/70"),
        ("1/31/70", "1/30/70"),
        ("31.01.19", "30.01.19"),
        ("99/12/31", "99/12/30"),
        ("Jan 31, '19", "Jan 30, '19"),
        ("March 2019", "February 2019"),
        ("marzo de 2019", "febrero de 2019"),
        ("MAR-2019", "FEB-2019"),
        ("2019-03", "2019-02"),
        ("03/2019", "02/2019"),
        ("January 31st, 1970", "January 30th, 1970"),
        ("the 3rd of May 2019", "the 2nd of May 2019"),
        ("2 janvier 2019", "1 janvier 2019"),
        ("1er mars 2019", "28 février 2019".replace("é", "e")),
        ("2. März 2019", "1. März 2019"),
        ("1. März 2019", "28. Februar 2019"),
        ("1 de abril de 2019", "31 de marzo de 2019"),
        ("Monday, 4 March 2019", "3 March 2019"),
        ("Mo 31.12.2018 14:30 Uhr", "30.12.2018 14:30 Uhr"),
        ("CT20190131b", "CT20190130b"),
        ("31012019", "30012019"),
        ("31 01 2019", "30 01 2019"),
        ("20190131_143000", "20190130_143000"),
    ],
)
def test_usual_forms(before: str, after: str) -> None:
    assert rewrite_dates(before, back(1)) == after


@pytest.mark.parametrize(
    "text",
    [
        "20190230",
        "2019-02-29",
        "30/02/2019",
        "31 April 2019",
        "19610229",
        "2019-31-01",
        "5 March",
        "March 5th",
        "12.-14.03.2019",
        "3-5 March 2019",
        "March 3-5, 2019",
        "05052019",
        "Tuesday, 30 February 2021, 14:30",
    ],
)
def test_what_cannot_be_read_for_certain_is_taken_out(text: str) -> None:
    assert rewrite_dates(f"a {text} b", back(1)) == "a b"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "knee left 2.5 mm, 512 512 16",
        "syngo v1.2.19",
        "1.2.840.10008.5.1.4.1.1.2",
        "12345678",
        "99999999",
        "tel. 030-1234",
        "it may 3 times",
        "set 2 of 3",
        "in 2019",
        "ratio 1/3",
        "14:30",
        "C3/4",
    ],
)
def test_what_is_no_date_stays(text: str) -> None:
    assert rewrite_dates(text, gone) == text


@pytest.mark.parametrize("form", CLEAR)
@UNTIMED
@given(DATES)
def test_a_date_that_does_not_move_stays_and_one_that_has_no_place_goes(
    form: str, date: datetime.date
) -> None:
    text = f"knee {CLEAR[form](date)} left"
    assert rewrite_dates(text, kept) == text
    assert rewrite_dates(text, gone) == "knee left"


def test_the_longest_form_counts() -> None:
    assert rewrite_dates("3 March 5, 2019", back(1)) == "3 March 4, 2019"
    assert rewrite_dates("2019-01-31T14:30:00", gone) == ""


# -- as the settings say -------------------------------------------------------------------


def batch_of(dates: str) -> Batch:
    return Batch(Settings(dates=dates), bytes(32), lambda rule, batch: lambda field: rule.value)


def moved_by(dates: str, date: datetime.date, patient: str = "P-1") -> datetime.date | None:
    moved = mover(Identifiers(patient, "1.2.3", {}), batch_of(dates))
    assert moved is not None
    return moved(date)


def test_dates_stay_or_go_as_the_settings_say() -> None:
    assert mover(Identifiers("P-1", "1.2.3", {}), batch_of("keep")) is None
    assert moved_by("remove", datetime.date(2020, 1, 31)) is None


def test_dates_move_as_those_of_attributes_do() -> None:
    date = datetime.date(2020, 1, 31)
    days = batch_of("keep").shift_days("P-1", 3650)
    assert moved_by("shift=3650", date) == date + datetime.timedelta(days=days)


def test_a_date_in_the_future_goes() -> None:
    assert moved_by("shift=3650", datetime.date(2150, 1, 31)) is None


PIECES = st.sampled_from(
    [
        *"0123456789123  \n/-.,:T(x",
        "19",
        "20",
        "2019",
        "31",
        "Jan",
        "March",
        "mai",
        "of",
        "de",
        "Mo ",
    ]
)
TEXTS = st.lists(PIECES, max_size=25).map("".join)


@UNTIMED
@given(TEXTS)
@example("31 20200101 January 2019")
@example("31 3/4/2019 January 2019")
def test_what_stays_once_stays_again(text: str) -> None:
    once = rewrite_dates(text, kept)
    assert rewrite_dates(once, kept) == once


@UNTIMED
@given(TEXTS)
@example("31 20200101 January 2019")
@example("Jan20190131 2019")
def test_when_all_dates_are_taken_out_none_is_left(text: str) -> None:
    asked: list[datetime.date] = []
    left = rewrite_dates(text, gone)
    rewrite_dates(left, lambda date: asked.append(date) or date)
    assert not asked


@UNTIMED
@given(TEXTS, DAYS)
def test_any_text_can_be_rewritten(text: str, days: int) -> None:
    rewrite_dates(text, back(days))
