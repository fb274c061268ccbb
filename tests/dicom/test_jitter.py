"""JITTER shifts dates and keeps what is known of them at its precision."""

from __future__ import annotations

import datetime
import logging
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset


@pytest.mark.parametrize(
    ("keyword", "before", "days", "after"),
    [
        ("StudyDate", "20200131", 1, "20200201"),
        ("StudyDate", "20200301", -1, "20200229"),
        ("StudyDate", "20191231", 366, "20201231"),
        ("StudyDate", "2020.01.31", 1, "20200201"),
        ("PatientBirthDate", "202001", 31, "202002"),
        ("PatientBirthDate", "2020", 366, "2021"),
        ("AcquisitionDateTime", "20200131235959.123456+0100", 1, "20200201235959.123456+0100"),
        ("AcquisitionDateTime", "2020013123", 1, "2020020123"),
        ("AcquisitionDateTime", "20200131", 1, "20200201"),
        ("AcquisitionDateTime", "202001", 31, "202002"),
        ("AcquisitionDateTime", "20200131120000-0500", 1, "20200201120000-0500"),
        ("StudyDate", "20200131", 0, "20200131"),
    ],
)
def test_a_date_is_shifted_by_days(
    clean: Any, small: Dataset, keyword: str, before: str, days: int, after: str
) -> None:
    setattr(small, keyword, None)
    small[keyword]._value = before
    assert clean(small, f"JITTER {keyword} {days}")[keyword].value == after


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.dates(datetime.date(1700, 1, 1), datetime.date(2500, 12, 31)), st.integers(-36500, 36500))
def test_every_date_moves_by_exactly_as_many_days(
    clean: Any, small: Dataset, date: datetime.date, days: int
) -> None:
    small.StudyDate = f"{date:%Y%m%d}".zfill(8)
    out = clean(small, f"JITTER StudyDate {days}", overwrite=True)
    year, month, day = int(out.StudyDate[:4]), int(out.StudyDate[4:6]), int(out.StudyDate[6:])
    assert datetime.date(year, month, day) - date == datetime.timedelta(days=days)


def test_the_days_may_be_a_variable(clean: Any, small: Dataset) -> None:
    for days in (2, "2", 2.0):
        out = clean(small, "JITTER StudyDate var:shift", item={"shift": days})
        assert out.StudyDate == "20200202"


@pytest.mark.parametrize("item", [{}, {"shift": "many"}, {"shift": [1]}])
def test_days_that_are_not_known_remove_the_date_and_warn(
    clean: Any, small: Dataset, item: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    assert "StudyDate" not in clean(small, "JITTER StudyDate var:shift", item=item)
    assert "JITTER StudyDate not done for in.dcm" in caplog.text


@pytest.mark.parametrize("value", ["20200230", "20201301", "UNKNOWN", "00000000", "1/2/2020"])
def test_what_is_no_date_is_removed_with_a_warning_that_does_not_quote_it(
    clean: Any, small: Dataset, value: str, caplog: pytest.LogCaptureFixture
) -> None:
    small["StudyDate"]._value = value
    assert "StudyDate" not in clean(small, "JITTER StudyDate 1")
    assert "JITTER StudyDate not done for in.dcm" in caplog.text
    assert value not in caplog.text


def test_a_date_that_would_leave_the_calendar_is_removed(clean: Any, small: Dataset) -> None:
    small.StudyDate = "99991231"
    assert "StudyDate" not in clean(small, "JITTER StudyDate 1")


def test_several_dates_are_shifted_each(clean: Any, small: Dataset) -> None:
    small.DateOfLastCalibration = ["20200101", "20200201"]
    out = clean(small, "JITTER DateOfLastCalibration 1")
    assert list(out.DateOfLastCalibration) == ["20200102", "20200202"]


def test_a_time_stays_and_an_empty_date_stays_empty(clean: Any, small: Dataset) -> None:
    small.StudyTime = "120000"
    small.SeriesDate = ""
    out = clean(small, "JITTER StudyTime 1", "JITTER SeriesDate 1")
    assert (out.StudyTime, out.SeriesDate) == ("120000", "")


def test_a_pattern_of_dates_is_shifted_at_every_depth(clean: Any, small: Dataset) -> None:
    item = Dataset()
    item.StudyDate = "20200101"
    small.ReferencedStudySequence = [item]
    out = clean(small, "JITTER select:VR:DA 1")
    assert out.ReferencedStudySequence[0].StudyDate == "20200102"
    assert out.StudyDate == "20200201"


def test_a_sequence_is_no_date(
    clean: Any, small: Dataset, caplog: pytest.LogCaptureFixture
) -> None:
    item = Dataset()
    item.Modality = "OT"
    small.ReferencedStudySequence = [item]
    out = clean(small, "JITTER ReferencedStudySequence 1")
    assert "ReferencedStudySequence" not in out
    assert [r.levelno for r in caplog.records if r.levelno >= logging.WARNING] == [logging.WARNING]
