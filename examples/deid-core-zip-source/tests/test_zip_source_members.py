"""What is found in archives."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

from deid_core import Outcome
from deid_core.testing import PlantedFile, TrialRun

Run = Callable[..., TrialRun]
Planted = tuple[PlantedFile, ...]


def test_members_are_read_and_names_lead_nowhere(
    deid_run: Run, deid_planted: Planted, tmp_path: Path
) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for one in deid_planted:
            archive.writestr(f"../../{one.name}", one.data)
    run = deid_run(plugins=["zip-source"], planted=deid_planted, locations=[str(path)])
    assert {report.outcome for report in run.reports} == {Outcome.WRITTEN}
    assert len(run.outputs) == 4
    assert run.left() == []


def test_other_locations_are_left_to_others(deid_run: Run) -> None:
    assert len(deid_run(plugins=["zip-source"]).outputs) == 4
