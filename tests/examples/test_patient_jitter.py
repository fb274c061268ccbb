"""The example deid-core-patient-jitter: one action replaced, another added."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pydicom
import pytest

if TYPE_CHECKING:
    from tests.examples.conftest import Environment

pytestmark = pytest.mark.slow

KEY = b"0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def environment(installed: Callable[..., Environment]) -> Environment:
    return installed("deid-core-patient-jitter")


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_bytes(KEY)
    path.chmod(0o600)
    return path


def _date(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def _days(before: str, after: str) -> int:
    return (_date(after) - _date(before)).days


def test_only_jitter_is_replaced_and_coarsen_is_new(environment: Environment) -> None:
    plugins = environment.plugins()
    jitter = plugins["patient-jitter"]
    assert jitter["status"] == "loaded"
    assert jitter["distribution"] == "deid-core-patient-jitter"
    assert jitter["version"] == "1.0.0"
    assert set(jitter["provides"]) == {
        "action JITTER",
        "action COARSEN",
        "parallel run patient-jitter",
    }
    assert jitter["overrides"] == ["action JITTER of dicom"]
    ours = plugins["dicom"]["provides"]
    assert {"action ADD", "action BLANK", "action KEEP"} <= set(ours)
    assert "action JITTER" not in ours


def test_all_cookies_of_a_patient_move_by_the_same_days(
    environment: Environment,
    cookies: Path,
    recipe: Callable[..., Path],
    key: Path,
    tmp_path: Path,
    outputs: Callable[..., Any],
) -> None:
    jitter = recipe("JITTER StudyDate 30")
    before = sorted(pydicom.dcmread(path).StudyDate for path in cookies.iterdir())
    shifts = []
    for name, options in {"a": ["--key-file", key], "b": ["--key-file", key], "c": []}.items():
        done = environment.run(
            "run", cookies, "--recipe", jitter, "--output", tmp_path / name, *options
        )
        assert done.returncode == 0, done.stderr
        after = sorted(dataset.StudyDate for dataset in outputs(tmp_path / name))
        assert len(after) == 7
        shifts.append({_days(old, new) for old, new in zip(before, after, strict=True)})
    assert len(shifts[0]) == 1
    assert all(days % 7 == 0 < abs(days) <= 30 for shift in shifts for days in shift)
    assert shifts[0] == shifts[1]


def test_patients_move_apart_and_intervals_stay(
    environment: Environment,
    scan: Callable[..., Path],
    recipe: Callable[..., Path],
    key: Path,
    tmp_path: Path,
    outputs: Callable[..., Any],
) -> None:
    for patient in ("one", "two", "three"):
        path = scan(
            PatientID=patient,
            StudyDate="20040228",
            SeriesDate="20040301",
            AcquisitionDateTime="20040229235959.5+0100",
            DateOfLastCalibration=["20040101", "20031231"],
            SOPInstanceUID=f"2.25.{len(patient)}{ord(patient[0])}",
            SeriesInstanceUID="2.25.7",
        )
    done = environment.run(
        "run",
        path.parent,
        "--recipe",
        recipe(
            "JITTER select:VR:DA 3650",
            "JITTER AcquisitionDateTime 3650",
            "KEEP PatientID",
        ),
        "--output",
        tmp_path / "out",
        "--key-file",
        key,
    )
    assert done.returncode == 0, done.stderr
    shifts = {}
    for dataset in outputs(tmp_path / "out"):
        days = _days("20040228", dataset.StudyDate)
        assert _days("20040301", dataset.SeriesDate) == days
        moment = dataset.AcquisitionDateTime
        assert _days("20040229", moment[:8]) == days
        assert moment[8:] == "235959.5+0100"
        assert [
            _days(before, after)
            for before, after in zip(
                ("20040101", "20031231"), dataset.DateOfLastCalibration, strict=True
            )
        ] == [days, days]
        shifts[dataset.PatientID] = days
    assert len(set(shifts.values())) == 3
    assert all(days % 7 == 0 < abs(days) <= 3650 for days in shifts.values())


def test_coarsen_forgets_what_is_finer(
    environment: Environment,
    scan: Callable[..., Path],
    recipe: Callable[..., Path],
    tmp_path: Path,
    outputs: Callable[..., Any],
) -> None:
    path = scan(
        StudyDate="20040828",
        StudyTime="121314",
        SeriesDate="20040301",
        AcquisitionDateTime="20040229235959.5+0100",
        DateOfLastCalibration=["20040815", "20031231"],
        FrameAcquisitionDateTime="200408",
        PatientComments="20040101-20040201",
    )
    done = environment.run(
        "run",
        path,
        "--recipe",
        recipe(
            "COARSEN StudyDate year",
            "COARSEN StudyTime year",
            "COARSEN SeriesDate MONTH",
            "COARSEN AcquisitionDateTime week",
            "COARSEN DateOfLastCalibration quarter",
            "COARSEN FrameAcquisitionDateTime year",
            "COARSEN PatientComments year",
            # COARSEN gives a new value, so what removes does not apply.
            "REMOVE StudyDate",
        ),
        "--output",
        tmp_path / "out",
    )
    assert done.returncode == 0, done.stderr
    (dataset,) = outputs(tmp_path / "out")
    assert dataset.StudyDate == "20040101"
    assert dataset["StudyTime"].is_empty
    assert dataset.SeriesDate == "20040301"
    assert dataset.AcquisitionDateTime == "20040223"
    assert list(dataset.DateOfLastCalibration) == ["20040701", "20031001"]
    for keyword in ("FrameAcquisitionDateTime", "PatientComments"):
        assert keyword not in dataset
        assert f"COARSEN {keyword} not done for file 1" in done.stderr


@pytest.mark.parametrize("days", ["soon", "6", "-30", "var:jitter"])
def test_a_bound_that_is_no_number_of_days_is_refused_with_its_place(
    environment: Environment, recipe: Callable[..., Path], tmp_path: Path, days: str
) -> None:
    path = recipe(f"JITTER StudyDate {days}")
    done = environment.run("run", tmp_path, "--recipe", path, "--output", tmp_path / "out")
    assert done.returncode == 2
    assert f"{path}:3:18: JITTER: expected the largest number of days" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "variables"),
    [(["--block", "patient-jitter"], {}), ([], {"DEID_CORE_BLOCK": "patient-jitter"})],
)
def test_a_recipe_that_needs_a_blocked_action_is_refused_before_any_file(
    environment: Environment,
    recipe: Callable[..., Path],
    tmp_path: Path,
    options: list[str],
    variables: dict[str, str],
) -> None:
    path = recipe("JITTER StudyDate 3", "COARSEN SeriesDate year")
    # Were it to look for files first, it would complain of the source that is not there.
    done = environment.run(
        "run",
        tmp_path / "nothing",
        "--recipe",
        path,
        "--output",
        tmp_path / "out",
        *options,
        **variables,
    )
    assert done.returncode == 2
    assert f"{path}:4:1: found action 'COARSEN'; expected one of: ADD" in done.stderr
    assert "nothing" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_blocked_it_leaves_our_own_jitter(
    environment: Environment,
    scan: Callable[..., Path],
    recipe: Callable[..., Path],
    tmp_path: Path,
    outputs: Callable[..., Any],
) -> None:
    done = environment.run(
        "run",
        scan(StudyDate="20040228"),
        "--recipe",
        recipe("JITTER StudyDate 2"),
        "--output",
        tmp_path / "out",
        "--block",
        "patient-jitter",
    )
    assert done.returncode == 0, done.stderr
    assert outputs(tmp_path / "out")[0].StudyDate == "20040301"
    assert environment.plugins("--block", "patient-jitter")["patient-jitter"]["status"] == "blocked"
