"""What stands in place of the name of a site, and which elements a kind of VR has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from deid_core import RecipeError
from deid_core.testing import TrialRun

Run = Callable[..., TrialRun]


@pytest.mark.parametrize(("pattern", "code"), [("zq*", "S01"), ("st. mary's*", None)])
def test_a_name_in_the_table_becomes_its_code_and_another_goes(
    deid_run: Run, tmp_path: Path, pattern: str, code: str | None
) -> None:
    table = tmp_path / "sites.csv"
    table.write_text(f"{pattern},S01\n", encoding="utf-8")
    run = deid_run(f"REPLACE InstitutionName deid_func:site table={table}", plugins=["lookup"])
    assert {dataset.get("InstitutionName") for dataset in run.datasets()} == {code}
    assert run.left() == []


def test_a_table_that_is_not_there_is_an_error_of_the_recipe(deid_run: Run, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="the table cannot be read"):
        deid_run(
            f"REPLACE InstitutionName deid_func:site table={tmp_path / 'none.csv'}",
            plugins=["lookup"],
        )


def test_names_of_persons_are_found_at_every_depth(deid_run: Run) -> None:
    recipe = "FORMAT dicom\nDEFAULT KEEP\n%header\nREMOVE vrclass:person"
    dataset = deid_run(recipe, plugins=["lookup"]).datasets()[0]
    assert "PatientName" not in dataset
    assert "PatientName" not in dataset.ReferencedSeriesSequence[0]
    assert "PatientID" in dataset.ReferencedSeriesSequence[0]
