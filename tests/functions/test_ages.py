"""Ages above 89 years are one age, and no birth date tells them."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset

AGE = "REPLACE PatientAge deid_func:capage"
BIRTH = (
    "REPLACE PatientBirthDate deid_func:capbirthdate",
    "JITTER PatientBirthDate keyed=3650",
    "JITTER StudyDate keyed=3650",
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("047Y", "047Y"),
        ("089Y", "089Y"),
        ("090Y", "090Y"),
        ("091Y", "090Y"),
        ("120Y", "090Y"),
        ("999M", "999M"),
        ("999W", "999W"),
        ("999D", "999D"),
        ("", ""),
    ],
)
def test_an_age_above_89_years_is_90(clean: Any, small: Dataset, before: str, after: str) -> None:
    small.PatientAge = before
    assert (clean(small, AGE).PatientAge or "") == after


def test_ages_are_capped_at_every_depth(clean: Any, small: Dataset) -> None:
    item = Dataset()
    item.PatientAge = "095Y"
    small.ReferencedStudySequence = [item]
    out = clean(small, "REPLACE select:VR:AS deid_func:capage")
    assert out.ReferencedStudySequence[0].PatientAge == "090Y"


@pytest.mark.parametrize("value", ["95", "95Y", "1080M", "old", "095y", "+95Y", "095Y old"])
def test_what_is_no_age_is_removed(clean: Any, small: Dataset, value: str) -> None:
    small.add_new("PatientAge", "LO", value)
    small["PatientAge"].VR = "AS"
    assert "PatientAge" not in clean(small, AGE)


@pytest.mark.parametrize(
    ("born", "study", "kept"),
    [
        ("19300203", "20200131", True),
        # A shift can make a day or two of difference to the calendar.
        ("19300201", "20200131", False),
        ("19300131", "20200131", False),
        ("19100131", "20200131", False),
        ("1930", "20200131", False),
        ("1932", "20200131", True),
        ("20191231", "20200131", True),
    ],
)
def test_a_birth_date_is_emptied_where_it_tells_an_age_above_89(
    clean: Any, small: Dataset, born: str, study: str, kept: bool
) -> None:
    small.StudyDate = study
    small.add_new("PatientBirthDate", "LO", born)
    small["PatientBirthDate"].VR = "DA"
    assert bool(clean(small, BIRTH[0]).PatientBirthDate) is kept


def test_the_latest_day_of_the_instance_counts(clean: Any, small: Dataset) -> None:
    small.PatientBirthDate = "19300301"
    small.StudyDate = "20200131"
    small.AcquisitionDateTime = "20200315101112.5+0100"
    assert not clean(small, BIRTH[0]).PatientBirthDate


def test_without_a_day_the_day_of_the_run_counts(clean: Any, small: Dataset) -> None:
    del small.StudyDate
    small.PatientBirthDate = "19300301"
    assert not clean(small, BIRTH[0]).PatientBirthDate


def test_the_age_of_the_patient_counts_as_well(clean: Any, small: Dataset) -> None:
    small.PatientBirthDate, small.PatientAge = "19990301", "091Y"
    assert not clean(small, BIRTH[0]).PatientBirthDate


@pytest.mark.parametrize("value", ["19610229", "yesterday", "19600101-19610101"])
def test_a_birth_date_that_is_none_is_removed(clean: Any, small: Dataset, value: str) -> None:
    small.add_new("PatientBirthDate", "LO", value)
    small["PatientBirthDate"].VR = "DA"
    assert "PatientBirthDate" not in clean(small, BIRTH[0])


def days(text: str) -> datetime.date:
    return datetime.datetime.strptime(text, "%Y%m%d").replace(tzinfo=datetime.UTC).date()


def years_between(born: datetime.date, study: datetime.date) -> int:
    return study.year - born.year - ((study.month, study.day) < (born.month, born.day))


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None
)
@given(
    st.dates(datetime.date(1880, 1, 1), datetime.date(2020, 1, 1)),
    st.integers(0, 110 * 365),
    st.binary(min_size=32, max_size=32),
)
def test_birth_date_and_age_stay_coherent(
    clean: Any, small: Dataset, born: datetime.date, lived: int, key: bytes
) -> None:
    study = born + datetime.timedelta(days=lived)
    assume(study < datetime.date(2026, 1, 1))
    small.PatientBirthDate, small.StudyDate = f"{born:%Y%m%d}", f"{study:%Y%m%d}"
    small.PatientAge = f"{years_between(born, study):03}Y"
    out = clean(small, AGE, *BIRTH, key=key, overwrite=True)
    assert int(out.PatientAge[:3]) <= 90
    if out.PatientBirthDate:
        assert days(out.StudyDate) - days(out.PatientBirthDate) == study - born
        assert years_between(days(out.PatientBirthDate), days(out.StudyDate)) <= 89
    else:
        assert years_between(born, study + datetime.timedelta(days=2)) >= 90
