"""What becomes of an archive."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

from deid_core import Outcome
from deid_core.testing import TrialRun

Run = Callable[..., TrialRun]


def test_all_outputs_are_in_one_archive(deid_run: Run, tmp_path: Path) -> None:
    output = tmp_path / "clean.zip"
    run = deid_run(plugins=["zip-writer"], output=output)
    assert len(zipfile.ZipFile(output).namelist()) == 4
    assert [path.name for path in tmp_path.glob("*.zip")] == ["clean.zip"]
    assert run.left() == []


def test_an_archive_that_is_there_stays(deid_run: Run, tmp_path: Path) -> None:
    output = tmp_path / "clean.zip"
    deid_run(plugins=["zip-writer"], output=output)
    before = output.read_bytes()
    run = deid_run("REPLACE PatientID x", plugins=["zip-writer"], output=output)
    assert {report.outcome for report in run.reports} == {Outcome.EXISTS}
    assert output.read_bytes() == before


def test_folders_are_left_to_others(deid_run: Run) -> None:
    assert len(deid_run(plugins=["zip-writer"]).outputs) == 4
