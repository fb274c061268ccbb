"""The fixtures that pytest finds by itself."""

from __future__ import annotations

import subprocess
import sys

from deid_core import Check, hookimpl
from deid_core.testing import plant, plant_several


class Refusing:
    """A plugin that refuses every file."""

    @hookimpl
    def deid_checks(self):
        return [
            Check(
                name="refusing",
                compile=lambda batch: lambda instance: ["no file is good enough"],
                summary="refuse all",
            )
        ]


def test_deid_planted_gives_files_in_all_encodings(deid_planted) -> None:
    assert deid_planted == plant_several()


def test_deid_plant_makes_one_file(deid_plant) -> None:
    assert deid_plant is plant


def test_deid_host_has_the_plugins_that_are_named(deid_host) -> None:
    assert "refusing" in deid_host(Refusing()).checks


def test_deid_run_uses_default_plugins(deid_run) -> None:
    run = deid_run("REPLACE PatientID x")
    assert {dataset.PatientID for dataset in run.datasets()} == {"x"}


def test_deid_run_follows_what_a_recipe_includes(deid_run) -> None:
    alone, above = (
        deid_run(f"FORMAT dicom\n{include}\n%header\nKEEP PatientSex\n").datasets()[0]
        for include in ("", "INCLUDE deid.dicom.basic")
    )
    assert "StudyDate" not in alone
    assert above.StudyDate == ""


def test_deid_run_uses_the_plugins_that_are_given(deid_run) -> None:
    run = deid_run(plugins=[Refusing()])
    assert {report.code for report in run.reports} == {"refused"}
    assert "no file is good enough" in run.told
    assert run.outputs == ()


def test_several_runs_of_one_test_do_not_meet(deid_run) -> None:
    first, second = deid_run(), deid_run(planted=[plant(garbage=True)])
    assert len(first.outputs) == 4
    assert len(second.outputs) == 1


def test_other_tests_do_not_pay_for_the_fixtures() -> None:
    script = (
        "import sys, pytest\nbefore = set(sys.modules)\nimport deid_core.testing.plugin\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["deid_core", "deid_core.testing", "deid_core.testing.plugin"]
