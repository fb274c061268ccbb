"""What is said once: ``deid.toml``, ``pyproject.toml``, variables, and who wins."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pydicom.dataset import Dataset

from deid_core.cli.main import cli

Invoke = Callable[..., Any]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder that nobody else may write to."""
    folder = tmp_path / "work"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def said(here: Path) -> Callable[..., dict[str, tuple[str, str]]]:
    """What ``deid-core config`` says, by option: value and place."""

    def said(*arguments: str) -> dict[str, tuple[str, str]]:
        result = CliRunner().invoke(cli, ["config", "--json", *arguments])
        assert result.exit_code == 0, result.output
        return {one["name"]: (one["value"], one["where"]) for one in _said(result)}

    return said


def _said(result: Any) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(result.stdout)["said"]
    return found


def write(text: str, name: str = "deid.toml") -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o644)
    return path


def run(*arguments: object) -> Any:
    return CliRunner().invoke(cli, ["run", *map(str, arguments)])


def test_what_deid_toml_says_need_not_be_said(here: Path, small: Dataset, save: Any) -> None:
    write('[options]\nflat = true\nno-record = true\n[options.run]\noutput = "cleaned"\n')
    result = run(save(small))
    assert result.exit_code == 0, result.output
    assert "Settings from deid.toml" in result.stderr
    assert [path.suffix for path in (here / "cleaned").iterdir()] == [".dcm"]
    assert not (here / "cleaned.record").exists()


def test_pyproject_toml_is_read_where_there_is_no_deid_toml(said: Any) -> None:
    write('[tool.deid-core.options]\nprofile = "basic"\n', "pyproject.toml")
    assert said()["--profile"] == ("basic", "pyproject.toml")
    write("[options]\nstrict = true\n")
    assert said() == {"--strict": ("yes", "deid.toml")}


def test_a_pyproject_toml_of_something_else_is_left_alone(said: Any) -> None:
    write("this is no TOML", "pyproject.toml")
    assert said() == {}


def test_option_over_variable_over_file_over_default(
    here: Path, small: Dataset, save: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save(small)
    write('[options]\noutput = "by-file"\nno-record = true\n')
    assert run(path).exit_code == 0
    monkeypatch.setenv("DEID_CORE_OUTPUT", "by-variable")
    assert run(path).exit_code == 0
    assert run(path, "--output", "by-option").exit_code == 0
    assert {one.name for one in here.iterdir() if one.is_dir()} == {
        "by-file",
        "by-variable",
        "by-option",
    }


def test_a_variable_can_switch_off_what_the_file_switches_on(
    said: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("[options]\nstrict = true\n")
    monkeypatch.setenv("DEID_CORE_STRICT", "0")
    assert said()["--strict"] == ("no", "variable DEID_CORE_STRICT")


def test_config_shows_settings_and_variables_but_no_key(
    said: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write('[put]\ndurable = true\n[options]\ncrosswalk = "postgresql://me:secret@host/db"\n')
    monkeypatch.setenv("DEID_CORE_KEY", "secret secret secret")
    monkeypatch.setenv("DEID_CORE_BLOCK", "dask")
    shown = said()
    assert shown["put.durable"] == ("yes", "deid.toml")
    assert shown["DEID_CORE_BLOCK"] == ("dask", "environment")
    assert "secret" not in str(shown)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[options]\nproffile = 'basic'", "'proffile' is not known; did you mean 'profile'?"),
        ("[options]\noverwrite-inputs = true", "'overwrite-inputs' is not known"),
        ("[options.runn]\nstrict = true", "'runn' is not known; did you mean 'run'?"),
        ("[options.run]\nentity-id = 'x'", "'entity-id' is not known"),
        ("[options]\nstrict = 'yes'", "options.strict must be true or false"),
        ("[options]\nrecipe = 3", "options.recipe must be a text, or a list of texts"),
        ("[options]\nworkers = 0", "'--workers'"),
        ("options = 3", "options must be a table"),
        ("[putt]", "'putt' is not one of the tables"),
        ("[options", "is not valid JSON or TOML"),
    ],
)
def test_what_a_config_file_says_wrong_is_wrong_usage(
    here: Path, small: Dataset, save: Any, text: str, expected: str
) -> None:
    write(text)
    result = run(save(small), "--output", "out")
    assert result.exit_code == 2
    assert expected in result.stderr
    assert not (here / "out").exists()


def test_an_option_of_another_command_is_passed_over(here: Path, small: Dataset, save: Any) -> None:
    write("[options]\nentity-id = 'PatientName'\n")
    assert run(save(small), "--output", "out").exit_code == 0


@pytest.mark.parametrize("shared", [".", "deid.toml"])
def test_a_file_that_others_may_write_is_not_taken_unless_it_is_named(
    here: Path, small: Dataset, save: Any, shared: str
) -> None:
    path = save(small)
    write("[options]\nno-record = true\n")
    (here / shared).chmod(0o777)
    result = run(path, "--output", "out")
    assert result.exit_code == 2
    assert "others may write" in result.stderr
    assert run(path, "--output", "named", "--config", "deid.toml").exit_code == 0
    assert not (here / "named.record").exists()
    assert run(path, "--output", "without", "--no-config").exit_code == 0
    assert (here / "without.record").exists()


def test_a_config_file_is_for_the_command_line_and_the_library_refuses_its_options(
    here: Path,
) -> None:
    from deid_core import SettingsError
    from deid_core.settings_file import read_settings

    with pytest.raises(SettingsError, match="'options' is not one of the tables"):
        read_settings(write("[options]\nstrict = true\n"))
