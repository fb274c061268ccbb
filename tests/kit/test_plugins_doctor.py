"""``deid-core plugins doctor``: what is wrong with what is installed, and by whose doing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from deid_core.cli.main import cli

GOOD = """
@hookimpl
def deid_parallel_runs():
    return [ParallelRun(name=__name__)]
"""
NAMING = """
@hookimpl
def deid_name_output(instance):
    return None
"""
WORD = """
@hookimpl
def deid_field_actions():
    return [FieldAction(name={name!r}, compile=lambda rule, batch: lambda field: None,
                        rank=Rank.CHANGES, summary="does", replaces={replaces!r})]
"""


def doctor(*options: str) -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(cli, ["plugins", "doctor", "--json", *options])
    return result.exit_code, json.loads(result.stdout)


def findings(*options: str) -> list[tuple[str, str, str]]:
    return [
        (one["level"], one["plugin"], one["message"]) for one in doctor(*options)[1]["findings"]
    ]


def test_what_comes_with_deid_core_is_healthy() -> None:
    status, said = doctor("--allow", "dicom")
    assert status == 0
    assert said["healthy"]
    assert "dicom" in said["order"]
    assert [one for one in said["findings"] if one["level"] != "note"] == []


def test_a_good_plugin_is_in_the_order_and_nothing_is_said_of_it(install) -> None:
    install("ant", GOOD + NAMING)
    status, said = doctor()
    assert status == 0
    assert said["order"][0] == "ant"
    assert [one for one in said["findings"] if one["plugin"] == "ant"] == []


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            "import not_there_at_all\n",
            "cannot be imported from 'hospital_ant': ModuleNotFoundError",
        ),
        ("1 / 0\n", "cannot be imported from 'hospital_ant': ZeroDivisionError"),
        ("raise SystemExit(3)\n", "cannot be imported from 'hospital_ant': SystemExit"),
        (
            NAMING.replace("deid_name_output", "deid_name_outputs"),
            "did you mean 'deid_name_output'?",
        ),
        (NAMING.replace("instance", "inst"), "has an unknown argument 'inst'"),
        (WORD.format(name="REPLACE", replaces=None), "both declare the action 'REPLACE'"),
        (WORD.format(name="NEW", replaces="nobody"), "which is not installed"),
    ],
)
def test_a_plugin_that_does_not_work_is_an_error_that_says_why(install, code, message) -> None:
    install("ant", code)
    status, said = doctor()
    assert status == 1
    (error,) = (one for one in said["findings"] if one["level"] == "error")
    assert error["plugin"] == "ant"
    assert message in error["message"]


def test_two_plugins_of_one_name_are_an_error(install, tmp_path: Path) -> None:
    install("ant", GOOD)
    other = tmp_path / "site" / "clinic_ant-1.0.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: clinic-ant\nVersion: 1.0\n")
    (other / "entry_points.txt").write_text("[deid_core]\nant = hospital_ant\n")
    assert any(
        "have the same name" in message for level, _, message in findings() if level == "error"
    )


def test_a_plugin_for_another_version_is_an_error(install) -> None:
    pytest.importorskip("packaging")
    install("ant", GOOD, needs="deid-core>=99")
    assert ("error", "ant", "needs deid-core >=99, and 0.1.0 is installed: update one of them") in (
        findings()
    )


def test_a_function_that_looks_like_a_hook_is_a_warning(install) -> None:
    install("ant", GOOD + "def deid_field_action():\n    return []\n")
    message = (
        "nobody calls its function 'deid_field_action'; did you mean the hook 'deid_field_actions'?"
    )
    assert findings() == [("warning", "ant", message)]


def test_a_plugin_that_keeps_runs_in_one_process_is_a_warning(install) -> None:
    install("ant", NAMING)
    message = "keeps every run in one process: it does not declare deid_parallel_runs"
    assert findings() == [("warning", "ant", message)]
    assert doctor()[0] == 0


def test_two_plugins_that_answer_one_hook_are_a_warning_with_their_order(install) -> None:
    install("zebra", GOOD + NAMING)
    install("ant", GOOD + NAMING)
    ((level, plugin, message),) = findings()
    assert (level, plugin) == ("warning", "ant")
    assert message.startswith("deid_name_output is answered by 'ant' and 'zebra'")
    ((_, first, _),) = findings("--prefer", "zebra")
    assert first == "zebra"


def test_who_overrides_whom_is_noted(install) -> None:
    install("ant", GOOD + WORD.format(name="JITTER", replaces="dicom"))
    assert findings() == [("note", "ant", "overrides the action JITTER of dicom")]


def test_what_is_left_out_is_noted_with_who_said_so(install, monkeypatch) -> None:
    install("ant", "import not_there_at_all\n")
    assert findings("--block", "ant") == [("note", "ant", "is blocked by the setting 'block'")]
    monkeypatch.setenv("DEID_CORE_BLOCK", "ant")
    assert findings() == [("note", "ant", "is blocked by DEID_CORE_BLOCK")]
    monkeypatch.delenv("DEID_CORE_BLOCK")
    monkeypatch.setenv("DEID_CORE_ALLOW", "")
    assert findings() == [("note", "ant", "is not among those that DEID_CORE_ALLOW names")]
    monkeypatch.setenv("DEID_CORE_ALLOW", "ant")
    monkeypatch.setenv("DEID_CORE_ONLY_PLUGINS", "dicom")
    message = "is not among those that DEID_CORE_ONLY_PLUGINS names"
    assert ("note", "ant", message) in findings()


@pytest.mark.parametrize("word", ["BLOCK", "ALLOW", "PREFER"])
def test_a_name_that_nobody_has_is_an_error_with_the_nearest(monkeypatch, word: str) -> None:
    monkeypatch.setenv(f"DEID_CORE_{word}", "screning")
    message = (
        f"DEID_CORE_{word} names 'screning', which is not installed; did you mean 'screening'?"
    )
    assert ("error", "", message) in findings()
    assert doctor()[0] == 1


def test_without_json_it_is_told_in_lines(install) -> None:
    install("ant", "import not_there_at_all\n")
    result = CliRunner().invoke(cli, ["plugins", "doctor"])
    assert result.exit_code == 1
    assert result.output.startswith("Called in this order: streams, ")
    assert "\nerror ant: plugin 'ant' (distribution hospital-ant 1.0) cannot be" in result.output
