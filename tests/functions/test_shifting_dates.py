"""Shifted dates keep their intervals and their precision, whatever is known of them."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from deid_core import Unresolved
from deid_core_dicom.shift import Shift, shift_text, shift_value

DATES = st.dates(datetime.date(1200, 1, 1), datetime.date(2800, 12, 31))
DAYS = st.integers(-36500, 36500)
OFFSETS = st.sampled_from(["", "+0000", "-0500", "+1400", "-1200"])
TIMES = st.times()


def da(date: datetime.date) -> str:
    return f"{date.year:04}{date.month:02}{date.day:02}"


def date_of(text: str) -> datetime.date:
    return datetime.date(int(text[:4]), int(text[4:6]), int(text[6:8]))


@given(DATES, DATES, DAYS, st.sampled_from(["DA", "DT"]))
def test_the_interval_between_two_dates_stays(
    one: datetime.date, other: datetime.date, days: int, vr: str
) -> None:
    shift = Shift(days)
    moved = [date_of(shift_text(da(date), vr, shift)) for date in (one, other)]
    assert moved[1] - moved[0] == other - one


@given(DATES, TIMES, st.integers(0, 3), st.integers(0, 6), OFFSETS, DAYS)
def test_a_date_with_time_keeps_its_precision_its_fraction_and_its_offset(
    date: datetime.date, time: datetime.time, parts: int, fraction: int, offset: str, days: int
) -> None:
    clock = f"{time:%H%M%S}"[: 2 * parts]
    if parts == 3 and fraction:
        clock += f".{time.microsecond:06}"[: fraction + 1]
    shifted = shift_text(da(date) + clock + offset, "DT", Shift(days))
    assert shifted[8:] == clock + offset
    assert date_of(shifted) - date == datetime.timedelta(days=days)


@given(st.integers(1200, 2800), st.integers(1, 12), st.booleans(), DAYS)
def test_what_is_not_known_of_a_date_is_not_made_up(
    year: int, month: int, known: bool, days: int
) -> None:
    text = f"{year:04}{month:02}" if known else f"{year:04}"
    for vr in ("DA", "DT"):
        assert len(shift_text(text, vr, Shift(days))) == len(text)


@given(st.integers(1200, 2800), OFFSETS, st.sampled_from(["", "07", "0731"]))
def test_an_offset_from_utc_stays_and_is_no_part_of_the_date(
    year: int, offset: str, rest: str
) -> None:
    assert shift_text(f"{year}{rest}{offset}", "DT", Shift(0)) == f"{year}{rest}{offset}"


def test_an_offset_that_looks_like_month_and_day_is_an_offset() -> None:
    assert shift_text("2020-0430", "DT", Shift(0)) == "2020-0430"


@given(DATES, DATES, DAYS)
def test_both_ends_of_a_range_move(one: datetime.date, other: datetime.date, days: int) -> None:
    shift = Shift(days)
    ends = [shift_text(da(date), "DA", shift) for date in (one, other)]
    assert shift_text(f"{da(one)}-{da(other)}", "DA", shift) == "-".join(ends)
    assert shift_text(f"{da(one)}-", "DA", shift) == f"{ends[0]}-"
    assert shift_text(f"-{da(other)}", "DA", shift) == f"-{ends[1]}"


def test_a_range_of_years_leaves_no_year_unshifted() -> None:
    try:
        shifted = shift_text("2019-2020", "DT", Shift(3650))
    except Unresolved:
        return
    assert "2020" not in shifted


@given(st.text("0123456789.-+: ", max_size=30), st.sampled_from(["DA", "DT", "TM"]), DAYS)
def test_any_text_is_shifted_or_not_resolved_and_never_kept(text: str, vr: str, days: int) -> None:
    try:
        shifted = shift_text(text, vr, Shift(days))
    except Unresolved:
        return
    assert len(re.sub(r"\D", "", shifted)) <= len(re.sub(r"\D", "", text))


@pytest.mark.parametrize(
    ("before", "hours", "after"),
    [
        ("23", 2, "01"),
        ("1230", 1, "1330"),
        ("123059.123", -13, "233059.123"),
        ("12:30:59", 24, "12:30:59"),
    ],
)
def test_a_time_goes_around_the_clock(before: str, hours: int, after: str) -> None:
    assert shift_text(before, "TM", Shift(0, hours)) == after


@pytest.mark.parametrize("text", ["", "24", "noon", "1", "12345"])
def test_what_is_no_time_is_not_resolved(text: str) -> None:
    with pytest.raises(Unresolved):
        shift_text(text, "TM", Shift(0, 1))


def test_hours_move_a_date_with_time_and_not_a_date() -> None:
    shift = Shift(1, 12)
    assert shift_text("2020013118", "DT", shift) == "2020020206"
    assert shift_text("20200131", "DT", shift) == "20200201"


def test_a_leap_second_stays_as_it_was_written() -> None:
    assert shift_text("20161231235960", "DT", Shift(1)) == "20170101235960"


def test_each_of_several_values_is_shifted_and_empty_ones_stay_empty() -> None:
    assert shift_value(["20200101", "", None, "2020"], "DA", Shift(1)) == [
        "20200102",
        "",
        "",
        "2020",
    ]
    assert shift_value(None, "DA", Shift(1)) == ""


# -- in recipes ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "keyword", "before", "after"),
    [
        ("JITTER StudyDate days=1", "StudyDate", "20200131", "20200201"),
        ("JITTER StudyDate DAYS=-1 years=1", "StudyDate", "20200131", "20210129"),
        ("JITTER StudyDate years=var:n", "StudyDate", "20200131", "20220130"),
        ("JITTER StudyTime hours=2", "StudyTime", "2330", "0130"),
        ("JITTER StudyTime days=2", "StudyTime", "2330", "2330"),
        ("JITTER AcquisitionDateTime hours=1", "AcquisitionDateTime", "2020013123", "2020020100"),
        ("REPLACE StudyDate deid_func:jitter", "StudyDate", "20200131", "20200201"),
        ("REPLACE StudyDate deid_func:jitter days=2 years=1", "StudyDate", "20200131", "20210201"),
        ("REPLACE StudyDate deid_func:jitter years=-1", "StudyDate", "20200131", "20190131"),
        ("REPLACE StudyTime deid_func:jitter hours=1", "StudyTime", "1200", "1300"),
    ],
)
def test_how_far_may_be_told_in_days_years_and_hours(
    clean: Any, small: Dataset, line: str, keyword: str, before: str, after: str
) -> None:
    setattr(small, keyword, before)
    assert clean(small, line, item={"n": 2})[keyword].value == after


@pytest.mark.parametrize(
    "line", ["JITTER select:VR:DA keyed=30", "REPLACE select:VR:DA deid_func:dateshift max=30"]
)
def test_a_keyed_shift_is_one_for_a_patient_and_another_for_another_patient_or_key(
    small: Dataset, save: Any, load: Any, recipe: Any, line: str
) -> None:
    from deid_core.dicom import replace_identifiers

    small.PatientBirthDate = "20200131"
    paths = [save(small, "1.dcm")]
    small.SOPInstanceUID, small.StudyDate = "1.2.3.5", "20200210"
    paths.append(save(small, "2.dcm"))
    for number in range(8):
        small.PatientID = f"other {number}"
        paths.append(save(small, f"{number}-3.dcm"))
    deid = recipe(line, top="DEFAULT KEEP")

    def moved(key: bytes) -> list[datetime.timedelta]:
        outs = [load(out) for out in replace_identifiers(paths, deid=deid, key=key)]
        inputs = [load(path) for path in paths]
        return [
            date_of(new[keyword].value) - date_of(old[keyword].value)
            for old, new in zip(inputs, outs, strict=True)
            for keyword in ("PatientBirthDate", "StudyDate")
        ]

    found = moved(b"k" * 32)
    assert len(set(found[:4])) == 1
    assert len(set(found)) > 1
    assert all(-30 <= one.days <= -1 for one in found)
    assert found == moved(b"k" * 32)
    assert found != moved(b"l" * 32)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("many", "days: expected a whole number or var:NAME"),
        ("1 2", "found '1'; expected a number of days, var:NAME, or days=, years=, hours=, keyed="),
        ("weeks=1", "found 'weeks=1'; expected a number of days"),
        ("keyed=0", "keyed: expected at least 1"),
        ("days=x", "days: expected a whole number"),
    ],
)
def test_an_amount_that_means_nothing_is_refused(
    refused_header: Any, value: str, message: str
) -> None:
    assert message in refused_header(f"JITTER StudyDate {value}")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("jitter weeks=1", "found weeks=; expected days=, years=, hours="),
        ("jitter days=x", "days= must be a whole number from -36525 to 36525"),
        ("dateshift max=0", "max= must be a whole number from 1 to 36525"),
    ],
)
def test_an_argument_that_means_nothing_is_refused(
    refused_header: Any, value: str, message: str
) -> None:
    assert message in refused_header(f"REPLACE StudyDate deid_func:{value}")
