"""``keyed=`` keeps every interval of a patient, and shows none of the patient's days."""

from __future__ import annotations

import copy
import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from deid_core import Unresolved
from deid_core.dicom import replace_identifiers
from deid_core_dicom.shift import Shift, carried, check_times, date_of, shift_text

KEY = bytes(range(32))
LINES = ("JITTER select:VR:DA keyed=3650", "JITTER select:VR:DT keyed=3650")
TIMES = "JITTER select:VR:TM keyed=3650"
MOMENTS = st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2025, 12, 31))  # noqa: DTZ001 - as they stand
some = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None
)


def raw(dataset: Dataset, keyword: str, vr: str, value: Any) -> Dataset:
    """Give a data set a value, legal or not."""
    dataset.add_new(keyword, "LO", value)
    dataset[keyword].VR = vr
    return dataset


def moment(date: str, time: str) -> datetime.datetime:
    return datetime.datetime.strptime(date + time, "%Y%m%d%H%M%S.%f")  # noqa: DTZ007 - as they stand


def text(when: datetime.datetime, form: str) -> str:
    return f"{when.year:04}{when:{form}}"


@some
@given(st.lists(MOMENTS, min_size=4, max_size=4), st.sampled_from(["", "+0100", "-1130"]))
def test_intervals_between_pairs_and_moments_stay_to_the_microsecond(
    clean: Any, small: Dataset, moments: list[datetime.datetime], offset: str
) -> None:
    first, second, third, fourth = moments
    small.StudyDate, small.StudyTime = text(first, "%m%d"), f"{first:%H%M%S.%f}"
    small.ContentDate, small.ContentTime = text(second, "%m%d"), f"{second:%H%M%S.%f}"
    small.AcquisitionDateTime = text(third, "%m%d%H%M%S.%f") + offset
    item = Dataset()
    item.FrameReferenceDateTime = text(fourth, "%m%d%H%M%S.%f") + offset
    small.SharedFunctionalGroupsSequence = [item]
    out = clean(small, *LINES, TIMES, overwrite=True)
    nested = out.SharedFunctionalGroupsSequence[0].FrameReferenceDateTime
    found = [
        moment(out.StudyDate, out.StudyTime),
        moment(out.ContentDate, out.ContentTime),
        moment(str(out.AcquisitionDateTime)[:8], str(out.AcquisitionDateTime)[8:21]),
        moment(str(nested)[:8], str(nested)[8:21]),
    ]
    assert [one - found[0] for one in found] == [one - first for one in moments]
    assert first - datetime.timedelta(days=3650) <= found[0] <= first - datetime.timedelta(days=1)
    assert str(nested)[21:] == offset


@some
@given(st.permutations(range(4)))
def test_the_order_of_files_and_the_engine_do_not_matter(
    small: Dataset, save: Any, load: Any, recipe: Any, order: list[int]
) -> None:
    paths = []
    for number in range(4):
        one = copy.deepcopy(small)
        one.SOPInstanceUID, one.StudyInstanceUID = f"1.2.3.{number}", f"1.2.{number}"
        paths.append(save(one, f"{number}.dcm"))
    deid = recipe(*LINES, top="DEFAULT KEEP")
    alone = [replace_identifiers(path, deid=deid, key=KEY)[0] for path in paths]
    together = replace_identifiers([paths[number] for number in order], deid=deid, key=KEY)
    assert len({load(path).StudyDate for path in (*alone, *together)}) == 1


@given(st.integers(1600, 2400), st.integers(1600, 2400), st.integers(-36500, 36500))
def test_the_interval_between_two_years_stays(one: int, other: int, days: int) -> None:
    moved = [int(shift_text(f"{year}", "DT", Shift(days))) for year in (one, other)]
    assert moved[1] - moved[0] == other - one


@given(
    st.integers(1600 * 12, 2400 * 12), st.integers(1600 * 12, 2400 * 12), st.integers(-9999, 9999)
)
def test_the_interval_between_two_months_stays(one: int, other: int, days: int) -> None:
    found = []
    for count in (one, other):
        shifted = shift_text(f"{count // 12:04}{count % 12 + 1:02}", "DT", Shift(days))
        found.append(int(shifted[:4]) * 12 + int(shifted[4:]) - 1)
    assert found[1] - found[0] == other - one


@given(st.integers(1600, 2400), st.integers(1, 12), st.integers(1, 36500))
def test_what_is_not_known_of_a_date_does_not_keep_it_from_moving(
    year: int, month: int, days: int
) -> None:
    assert shift_text(f"{year}", "DT", Shift(-days)) < f"{year}"
    assert shift_text(f"{year}{month:02}", "DT", Shift(-days)) < f"{year}{month:02}"


# -- whose dates ------------------------------------------------------------------------


def dates_of(
    datasets: list[Dataset], save: Any, load: Any, recipe: Any, **options: Any
) -> list[str]:
    paths = [save(one, f"{number}.dcm") for number, one in enumerate(datasets)]
    deid = recipe(*LINES, top="DEFAULT KEEP")
    outs = replace_identifiers(paths, deid=deid, key=KEY, **options)
    return [str(load(path).StudyDate) for path in outs]


def variant(dataset: Dataset, **values: str) -> Dataset:
    other = copy.deepcopy(dataset)
    for keyword, value in values.items():
        raw(other, keyword, "LO", value)
    return other


def test_padding_case_width_and_issuer_make_no_other_patient(
    small: Dataset, save: Any, load: Any, recipe: Any
) -> None:
    ids = ["P-1", "P-1 ", " P-1", "p-1"]
    several = [variant(small, PatientID=one) for one in ids]
    several.append(variant(small, IssuerOfPatientID="Hospital"))
    wide = variant(small, PatientID="\N{FULLWIDTH LATIN CAPITAL LETTER P}-1")
    wide.SpecificCharacterSet = "ISO_IR 192"
    assert len(set(dates_of([*several, wide], save, load, recipe))) == 1


@pytest.mark.parametrize("value", ["", " ", None])
def test_without_a_patient_id_the_study_says_whose_dates_they_are(
    small: Dataset, save: Any, load: Any, recipe: Any, value: str | None, caplog: Any
) -> None:
    nobody = variant(small, PatientID=value or "")
    if value is None:
        del nobody.PatientID
    same = variant(nobody, SOPInstanceUID="1.2.3.5")
    studies = [variant(nobody, StudyInstanceUID=f"1.2.{number}") for number in range(6)]
    found = dates_of([nobody, same, *studies], save, load, recipe)
    assert found[0] == found[1]
    assert len(set(found[1:])) > 3
    warnings = [
        one.message for one in caplog.records if "shifted as those of its study" in one.message
    ]
    assert len(warnings) == 8
    assert warnings[0].startswith("0.dcm has no PatientID: ")


def test_two_issuers_of_one_patient_id_are_told_of(
    small: Dataset, save: Any, load: Any, recipe: Any, caplog: Any
) -> None:
    issuers = ["Here", "here ", "There", ""]
    several = [variant(small, IssuerOfPatientID=issuer) for issuer in issuers]
    assert len(set(dates_of(several, save, load, recipe))) == 1
    (warning,) = [one.message for one in caplog.records if "another issuer" in one.message]
    assert warning.startswith("2.dcm has a Patient ID that another issuer has given as well")


def test_another_attribute_may_tell_patients_apart(
    small: Dataset, save: Any, load: Any, recipe: Any
) -> None:
    several = [variant(small, PatientID="unknown", AccessionNumber=f"A{n}") for n in range(6)]
    assert len(set(dates_of(several, save, load, recipe))) == 1
    assert len(set(dates_of(several, save, load, recipe, entity_id="AccessionNumber"))) > 3


# -- what is no date or time --------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    ["25", "2460", "126000x", "120061", "noon", "Simpson", "12.5", "1230.5", "120000.1234567", "-"],
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_is_no_time_is_removed(
    clean: Any, small: Dataset, value: str, caplog: pytest.LogCaptureFixture
) -> None:
    raw(small, "StudyTime", "TM", value)
    assert "StudyTime" not in clean(small, TIMES)
    assert "JITTER StudyTime not done for in.dcm" in caplog.text


@pytest.mark.parametrize(
    "value",
    ["23", "2359", "235959", "235960", "235959.5", "235959.123456", "12:30:59", "1000-1200", "10-"],
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_time_stays_as_it_is(clean: Any, small: Dataset, value: str) -> None:
    raw(small, "StudyTime", "TM", value)
    assert clean(small, TIMES).StudyTime == value


@pytest.mark.parametrize("values", [["1000", "noon"], ["25", "1000"]])
def test_one_illegal_time_of_several_takes_all(
    clean: Any, small: Dataset, values: list[str]
) -> None:
    raw(small, "TimeOfLastCalibration", "TM", values)
    assert "TimeOfLastCalibration" not in clean(small, TIMES)


@pytest.mark.parametrize(
    "value",
    [
        "19610229",
        "20200131250000",
        "20200131126000",
        "20200131120061",
        "20200131120000+0175",
        "20200131120000+1500",
        "20200131120000-0000",
        "2020013112.5",
        "202001311200.5",
        "Simpson",
        "٢٠٢٠٠١٣١",
    ],
)
def test_what_is_no_moment_is_not_resolved(value: str) -> None:
    for vr in ("DA", "DT"):
        with pytest.raises(Unresolved):
            shift_text(value, vr, Shift(-1))


def test_both_ends_of_a_range_of_moments_move() -> None:
    before = "20200131120000+0100-20200201120000.5-0500"
    assert shift_text(before, "DT", Shift(-1)) == "20200130120000+0100-20200131120000.5-0500"


def test_the_day_of_a_date_is_the_first_where_it_is_not_known() -> None:
    days = {date_of(one) for one in ("2020", "202001", "20200101", "2020010123", "2020+0100")}
    assert days == {datetime.date(2020, 1, 1)}
    with pytest.raises(Unresolved):
        date_of("20200101-20200102")


def test_times_are_checked_each_and_empty_ones_pass() -> None:
    check_times(["1000", "", None])
    with pytest.raises(Unresolved):
        check_times(["1000", "x"])


# -- the future ---------------------------------------------------------------------------


@given(st.integers(0, 5), st.binary(min_size=32, max_size=32))
@some
def test_what_has_happened_does_not_land_in_the_future(
    clean: Any, small: Dataset, ago: int, key: bytes
) -> None:
    today = datetime.datetime.now(datetime.UTC).date()
    small.StudyDate = f"{today - datetime.timedelta(days=ago):%Y%m%d}"
    assert clean(small, *LINES, key=key, overwrite=True).StudyDate < f"{today:%Y%m%d}"


def test_what_would_still_be_in_the_future_is_removed(
    clean: Any, small: Dataset, caplog: pytest.LogCaptureFixture
) -> None:
    small.StudyDate, small.AcquisitionDateTime = "22200131", "2220013112"
    small.DateOfLastCalibration = ["20200131", "22200131"]
    out = clean(small, *LINES)
    assert not {"StudyDate", "AcquisitionDateTime", "DateOfLastCalibration"} & set(out.dir())
    assert "JITTER StudyDate not done for in.dcm" in caplog.text


def test_days_of_the_users_own_may_lead_into_the_future(clean: Any, small: Dataset) -> None:
    assert clean(small, "JITTER StudyDate years=200").StudyDate == "22191214"


# -- hours ---------------------------------------------------------------------------------


@some
@given(MOMENTS, st.integers(-100, 100))
def test_a_date_goes_along_with_its_time_past_midnight(
    clean: Any, small: Dataset, when: datetime.datetime, hours: int
) -> None:
    small.StudyDate, small.StudyTime = text(when, "%m%d"), f"{when:%H%M%S.%f}"
    small.AcquisitionDateTime = text(when, "%m%d%H%M%S.%f")
    out = clean(
        small,
        *(f"JITTER select:VR:{vr} hours={hours}" for vr in ("DA", "TM", "DT")),
        overwrite=True,
    )
    moved = moment(out.StudyDate, out.StudyTime)
    assert moved - when == datetime.timedelta(hours=hours)
    assert str(out.AcquisitionDateTime) == out.StudyDate + out.StudyTime


def test_each_of_several_dates_goes_along_with_its_own_time(clean: Any, small: Dataset) -> None:
    item = Dataset()
    item.DateOfLastCalibration = ["20200101", "20200101"]
    item.TimeOfLastCalibration = ["22", "23"]
    small.ReferencedStudySequence = [item]
    out = clean(small, "JITTER DateOfLastCalibration hours=1")
    assert list(out.ReferencedStudySequence[0].DateOfLastCalibration) == ["20200101", "20200102"]


def test_a_date_without_a_time_does_not_move_by_hours(clean: Any, small: Dataset) -> None:
    assert clean(small, "JITTER StudyDate hours=30").StudyDate == "20200131"
    assert carried("", 30) == 0
    with pytest.raises(Unresolved):
        carried("noon", 1)
