"""``deid-core``: help, plugins, identifiers, and commands of plugins."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pydicom.dataset import Dataset

from deid_core import __version__
from deid_core.cli.main import cli


@pytest.fixture
def fake_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that installs a third party ``ant`` of one module."""
    site = tmp_path / "site"
    info = site / "hospital_ant-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: hospital-ant\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[deid_core]\nant = fake_ant_for_cli\n")
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delitem(sys.modules, "fake_ant_for_cli", raising=False)

    def install(code: str) -> None:
        (site / "fake_ant_for_cli.py").write_text(code, encoding="utf-8")

    return install


HELLO = """
import click
from deid_core import CliCommand, hookimpl

@hookimpl
def deid_cli_commands():
    return [CliCommand(name="hello", load=lambda: click.Command(
        "hello", callback=lambda: click.echo("hello from ant")), summary="say hello")]
"""


def invoke(*arguments: object) -> Any:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


# -- help ------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", ["--help", "-h", "--version"])
def test_help_imports_no_pydicom(arguments: str) -> None:
    script = (
        "import sys\nfrom deid_core.cli.main import main\n"
        f"sys.argv = ['deid-core', '{arguments}']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    code = end.code\n"
        "print([n for n in ('pydicom', 'numpy', 'rich', 'deid_core_dicom') if n in sys.modules], code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1] == "[] 0"


@pytest.mark.parametrize("command", ["run", "plugins", "identifiers"])
def test_help_of_a_command_imports_no_pydicom(command: str) -> None:
    script = (
        "import sys\nfrom deid_core.cli.main import main\n"
        f"sys.argv = ['deid-core', '{command}', '--help']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    code = end.code\n"
        "print('pydicom' in sys.modules, code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1] == "False 0"


def test_help_lists_the_commands() -> None:
    result = invoke("--help")
    assert result.exit_code == 0
    for command in ("identifiers", "plugins", "run"):
        assert command in result.output


def test_the_version_is_that_of_the_package() -> None:
    assert __version__ in invoke("--version").output


def test_the_command_is_installed() -> None:
    command = Path(sys.executable).parent / "deid-core"
    done = subprocess.run([command, "--version"], check=True, capture_output=True, text=True)
    assert __version__ in done.stdout


def test_an_unknown_command_is_wrong_usage() -> None:
    result = invoke("runn")
    assert result.exit_code == 2
    assert "No such command 'runn'" in result.output


# -- plugins ---------------------------------------------------------------------------


def test_plugins_lists_what_is_installed_and_what_it_provides(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    result = invoke("plugins")
    assert result.exit_code == 0
    for word in ("dicom", "screening", "deid-core", "loaded", "JITTER", "read_file"):
        assert word in result.output


def test_plugins_as_json() -> None:
    result = invoke("plugins", "--json", "--block", "screening")
    assert result.exit_code == 0
    listed = {info["name"]: info for info in json.loads(result.stdout)["plugins"]}
    assert listed["dicom"]["status"] == "loaded"
    assert "action ADD" in listed["dicom"]["provides"]
    assert listed["screening"]["status"] == "blocked"


def test_a_broken_plugin_is_listed_with_its_problem_and_the_status_is_1(fake_site: Any) -> None:
    fake_site("import not_there_at_all")
    result = invoke("plugins", "--json")
    assert result.exit_code == 1
    listed = {info["name"]: info["status"] for info in json.loads(result.stdout)["plugins"]}
    assert "cannot be imported" in listed["ant"]
    assert listed["dicom"] == "loaded"


def test_a_broken_plugin_that_is_blocked_or_not_allowed_does_no_harm(fake_site: Any) -> None:
    fake_site("import not_there_at_all")
    assert invoke("plugins", "--block", "ant").exit_code == 0
    assert invoke("plugins", "--allow", "other").exit_code == 0


def test_who_overrides_whom_is_shown(fake_site: Any) -> None:
    fake_site(
        "from deid_core import FieldAction, Rank, hookimpl\n"
        "@hookimpl\n"
        "def deid_field_actions():\n"
        "    return [FieldAction(name='JITTER', compile=print, rank=Rank.CHANGES, summary='')]\n"
    )
    assert invoke("plugins").exit_code == 1
    result = invoke("plugins", "--prefer", "ant")
    assert result.exit_code == 0
    assert "action JITTER of dicom" in result.output


def test_a_broken_plugin_stops_a_run_with_one_clear_error(
    fake_site: Any, small: Dataset, save: Any, tmp_path: Path
) -> None:
    fake_site("import not_there_at_all")
    result = invoke("run", save(small), "--output", tmp_path / "out")
    assert result.exit_code == 2
    assert "plugin 'ant' (distribution hospital-ant 1.0) cannot be imported" in result.output
    assert "Traceback" not in result.output


# -- commands of plugins ---------------------------------------------------------------


def test_a_plugin_may_add_a_command(fake_site: Any) -> None:
    fake_site(HELLO)
    assert invoke("hello").output == "hello from ant\n"


def test_a_command_of_a_plugin_that_fails_to_load_is_named(fake_site: Any) -> None:
    fake_site(HELLO.replace('lambda: click.Command(\n        "hello",', "lambda: dict("))
    fake_site(
        "from deid_core import CliCommand, hookimpl\n"
        "def load():\n    raise RuntimeError('no licence')\n"
        "@hookimpl\n"
        "def deid_cli_commands():\n"
        "    return [CliCommand(name='hello', load=load, summary='say hello')]\n"
    )
    result = invoke("hello")
    assert result.exit_code == 2
    assert "plugin 'ant'" in result.output


# -- identifiers -----------------------------------------------------------------------


def test_identifiers_are_printed_as_json(small: Dataset, save: Any) -> None:
    result = invoke("identifiers", save(small))
    assert result.exit_code == 0
    assert json.loads(result.stdout)["P-1"]["1.2.3.4"]["Rows"] == 1


def test_identifiers_under_other_attributes(small: Dataset, save: Any, tmp_path: Path) -> None:
    save(small, "in/a.dcm")
    result = invoke(
        "identifiers", tmp_path / "in", "--entity-id", "PatientName", "--item-id", "Modality"
    )
    assert list(json.loads(result.stdout)["Simpson^Homer^Jay"]) == ["OT"]


def test_identifiers_of_nothing_are_wrong_usage(tmp_path: Path) -> None:
    result = invoke("identifiers", tmp_path / "nowhere")
    assert result.exit_code == 2
    assert "no such file or folder" in result.output


def test_identifiers_with_an_unusable_number_are_still_json(small: Dataset, save: Any) -> None:
    small.add_new("ExposureTimeInms", "FD", float("nan"))
    result = invoke("identifiers", save(small))
    json.loads(result.stdout, parse_constant=pytest.fail)
