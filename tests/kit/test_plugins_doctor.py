"""``deid-core plugins doctor``: what is wrong with what is installed, and by whose doing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from deid_core import installation
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


USUAL = ("is asked before ours", "extras that are not installed")


def findings(*options: str, but: tuple[str, ...] = USUAL) -> list[tuple[str, str, str]]:
    return [
        (one["level"], one["plugin"], one["message"])
        for one in doctor(*options)[1]["findings"]
        if not one["message"].startswith(but)
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
    assert [one["message"] for one in said["findings"] if one["plugin"] == "ant"] == [
        "is asked before ours: deid_name_output"
    ]


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


@pytest.mark.parametrize(
    ("needs", "message"),
    [
        ("no-such-thing>=2", "needs no-such-thing, which is not installed: pip install"),
        ("attrs>=9999", "needs attrs >=9999, and "),
        ("no-such-thing; python_version < '3'", None),
        ("no-such-thing; extra == 'dev'", None),
        ("attrs", None),
        ("what is this?", None),
    ],
)
def test_what_a_plugin_needs_and_does_not_find_is_an_error(
    install, needs: str, message: str | None
) -> None:
    pytest.importorskip("packaging")
    install("ant", GOOD, needs=needs)
    found = [text for level, _, text in findings() if level == "error"]
    assert [text.startswith(message or "?") for text in found] == [True] * bool(message)


def test_a_plugin_that_finds_too_little_in_deid_core_is_told_by_what_it_asks_for(install) -> None:
    install("ant", "from deid_core import NothingOfThis\n", needs="deid_core (>=0.9)")
    (first, *_) = (text for level, _, text in findings() if level == "error")
    assert "it asks for deid_core (>=0.9), and 0.1.0 is installed: repair or uninstall" in first


def test_an_extra_that_a_plugin_needs_is_an_error(install, monkeypatch) -> None:
    pytest.importorskip("packaging")
    monkeypatch.setattr("deid_core.installation.missing_extras", lambda: ["images", "postgres"])
    install("ant", GOOD, needs="deid-core[crosswalk,images]")
    message = "needs the extra 'images' of deid-core: pip install 'deid-core[images]'"
    assert findings() == [("error", "ant", message)]


def test_extras_that_are_not_there_are_noted(monkeypatch) -> None:
    monkeypatch.setattr("deid_core.doctor.missing_extras", lambda: ["images", "postgres"])
    message = "extras that are not installed: images, postgres"
    assert ("note", "", message) in findings(but=())


def test_an_extra_is_missing_if_something_that_it_needs_is(monkeypatch) -> None:
    pytest.importorskip("packaging")
    there = installation._version
    monkeypatch.setattr(
        installation, "_version", lambda name: None if name == "pillow" else there(name)
    )
    assert "images" in installation.missing_extras()
    assert "keyring" not in installation.missing_extras() or there("keyring") is None


def test_without_what_compares_versions_a_note_says_so(install, monkeypatch) -> None:
    for module in ("doctor", "installation"):
        monkeypatch.setattr(f"deid_core.{module}.COMPARES_VERSIONS", False)
    install("ant", GOOD, needs="no-such-thing")
    assert findings() == [
        ("note", "", "what plugins need was not looked at: pip install packaging")
    ]


@pytest.mark.parametrize("group", ["deid-core", "deid_core.plugins", "DEID_CORE"])
def test_a_plugin_in_a_group_where_nobody_looks_is_an_error(install, group: str) -> None:
    install("ant", GOOD, group=group)
    ((level, plugin, message),) = findings()
    assert (level, plugin) == ("error", "")
    assert message == (
        f"hospital-ant 1.0 announces a plugin in the group {group!r} of entry points, where nobody "
        "looks: call the group 'deid_core' in its pyproject.toml, and install it anew"
    )


def test_a_distribution_that_is_called_a_plugin_and_announces_none_is_an_error(
    install, tmp_path: Path
) -> None:
    install("ant", GOOD, group="console_scripts")
    assert findings() == []
    metadata = tmp_path / "site" / "hospital_ant-1.0.dist-info" / "METADATA"
    metadata.write_text("Metadata-Version: 2.1\nName: Deid_Core.Ant\nVersion: 1.0\n")
    ((level, _, message),) = findings()
    assert level == "error"
    assert message.startswith("deid-core-ant 1.0 announces no plugin: say which module it is")


def test_a_lock_that_does_not_match_is_an_error(install, tmp_path: Path) -> None:
    lock = tmp_path / "plugins.lock"
    assert CliRunner().invoke(cli, ["plugins", "lock", str(lock)]).exit_code == 0
    install("ant", GOOD)
    ((level, plugin, message),) = findings("--plugin-lock", str(lock))
    assert (level, plugin) == ("error", "ant")
    assert f"is not in {lock}, so nothing was loaded" in message


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
    assert result.output.endswith("To go on without a plugin: --block NAME\n")
    assert "\nerror ant: plugin 'ant' (distribution hospital-ant 1.0) cannot be" in result.output
