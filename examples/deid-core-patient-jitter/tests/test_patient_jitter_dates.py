"""How dates are shifted and made coarser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from deid_core.testing import PlantedFile, TrialRun

Run = Callable[..., TrialRun]
Planted = tuple[PlantedFile, ...]


def test_all_dates_of_a_patient_move_by_the_same_weeks(
    deid_run: Run, deid_planted: Planted
) -> None:
    run = deid_run("JITTER endswith:Date 365", plugins=["patient-jitter"])
    shifts = [
        [
            date.fromisoformat(after[keyword].value) - date.fromisoformat(before[keyword].value)
            for keyword in ("StudyDate", "SeriesDate", "PatientBirthDate")
        ]
        for before, after in zip(
            (one.dataset() for one in deid_planted), run.datasets(), strict=True
        )
    ]
    assert all(len(set(of_one)) == 1 for of_one in shifts)
    days = [of_one[0].days for of_one in shifts]
    assert days[0] == days[1] != 0
    assert len(set(days)) == 3
    assert all(abs(count) <= 365 and count % 7 == 0 for count in days)
    assert run.left() == []


def test_a_date_is_made_the_first_of_its_quarter(deid_run: Run, deid_planted: Planted) -> None:
    run = deid_run("COARSEN StudyDate quarter", plugins=["patient-jitter"])
    before = deid_planted[0].dataset().StudyDate
    after = run.datasets()[0].StudyDate
    assert after[:4] == before[:4]
    assert after[4:] in {"0101", "0401", "0701", "1001"}
