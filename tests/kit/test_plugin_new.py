"""``deid-core plugin new``: a package that works, under safe names, and nothing overwritten."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from deid_core import SettingsError
from deid_core.cli.main import cli
from deid_core.kit.kinds import KINDS
from deid_core.kit.names import Names, names_of
from deid_core.kit.writing import package


def new(*arguments: object) -> Any:
    return CliRunner().invoke(cli, ["plugin", "new", *map(str, arguments)])


def written(kind: str, folder: Path) -> Path:
    result = new(f"my-{kind}", "--kind", kind, "--folder", folder)
    assert result.exit_code == 0, result.output
    return folder / f"deid-core-my-{kind}"


@pytest.mark.exhaustive
def test_new_packages_of_all_kinds_pass_their_own_tests(
    tmp_path: Path, run_tests: Callable[..., str]
) -> None:
    projects = [written(kind, tmp_path) for kind in KINDS]
    printed = run_tests(projects, "-vv")
    for project in projects:
        assert f"{project.name}/tests/test_conformance.py::" in printed


@pytest.mark.parametrize(
    "kind",
    [
        kind if kind == "action" else pytest.param(kind, marks=pytest.mark.exhaustive)
        for kind in KINDS
    ],
)
def test_a_new_package_is_as_ruff_wants_it(tmp_path: Path, kind: str) -> None:
    pytest.importorskip("ruff")
    folder = written(kind, tmp_path)
    for command in (["check"], ["check", "--isolated"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", "."],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", KINDS)
def test_a_new_package_is_strictly_typed(tmp_path: Path, kind: str) -> None:
    folder = written(kind, tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path / "cache")],
        cwd=folder,
        env={**os.environ, "MYPYPATH": str(folder / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.exhaustive
def test_new_packages_can_be_installed(tmp_path: Path) -> None:
    projects = [str(written(kind, tmp_path)) for kind in KINDS]
    site = tmp_path / "site"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"),
            *("--no-build-isolation", "--target", str(site), *projects),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for kind in KINDS:
        assert (site / f"deid_core_my_{kind}" / "py.typed").is_file()
    listed = subprocess.run(
        [sys.executable, "-c", "from deid_core.cli.main import main; main()", "plugins", "doctor"],
        env={**os.environ, "PYTHONPATH": str(site)},
        check=False,
    )
    assert listed.returncode == 0


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_implements_its_hook_and_no_name_is_left_to_fill_in(kind: str) -> None:
    files = dict(package(Names("my-cap"), kind))
    module = files["src/deid_core_my_cap/__init__.py"]
    assert f"def {KINDS[kind].hook}(" in module
    assert "src/deid_core_my_cap/py.typed" in files
    assert '"my-cap" = "deid_core_my_cap"' in files["pyproject.toml"].replace(
        "my-cap =", '"my-cap" ='
    )
    for path, text in files.items():
        assert "$" not in text, path
        if path.endswith(".py"):
            compile(text, path, "exec")


@pytest.mark.parametrize(
    "name", ["hospital-dates", "Hospital Dates", "deid-core-hospital-dates", "hospital_dates"]
)
def test_all_spellings_are_one_name(name: str) -> None:
    names = names_of(name)
    assert names.plugin == "hospital-dates"
    assert names.distribution == "deid-core-hospital-dates"
    assert names.module == "deid_core_hospital_dates"
    assert names.filled()["action"] == "HOSPITAL_DATES"


@pytest.mark.parametrize(
    "name", ["", "-", "../up", "a/b", "3d", "näh", "a;b", "x" * 41, "deid-core", "$(ls)", "a\nb"]
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="cannot name a plugin"):
        names_of(name)


@given(st.text(max_size=50))
def test_whatever_is_typed_names_are_safe_or_refused(name: str) -> None:
    try:
        names = names_of(name)
    except SettingsError:
        return
    assert re.fullmatch(r"deid-core-[a-z][a-z0-9-]*", names.distribution)
    assert names.module.isidentifier()


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("dicom", "source", "a plugin 'dicom' comes with deid_core"),
        ("replace", "action", "there is an action REPLACE already"),
        ("default", "action", "there is an action DEFAULT already"),
        ("contains", "selector", "there is a selector contains already"),
        ("hashuid", "function", "there is a function hashuid already"),
        ("equals", "operator", "there is an operator equals already"),
        ("processes", "engine", "there is an engine processes already"),
        ("crosswalk", "command", "there is a command crosswalk already"),
    ],
)
def test_names_that_are_taken_are_refused(
    tmp_path: Path, name: str, kind: str, message: str
) -> None:
    result = new(name, "--kind", kind, "--folder", tmp_path)
    assert result.exit_code == 2
    assert message in result.output
    assert list(tmp_path.iterdir()) == []


def test_the_commands_of_deid_core_itself_are_taken(tmp_path: Path) -> None:
    result = new("run", "--kind", "command", "--folder", tmp_path)
    assert result.exit_code == 2
    assert "there is a command run already" in result.output


def test_what_is_installed_from_elsewhere_may_be_written_anew(
    install: Callable[..., None], tmp_path: Path
) -> None:
    install("ant", "")
    assert new("ant", "--kind", "action", "--folder", tmp_path).exit_code == 0


@pytest.mark.parametrize("kind", KINDS)
def test_the_commands_of_a_readme_have_the_options_that_it_says(kind: str) -> None:
    readme = dict(package(Names("my-cap"), kind))["README.md"]
    lines = [line.split()[1:] for line in readme.splitlines() if line.startswith("    deid-core ")]
    assert len(lines) >= 2
    for words in lines:
        if words[0] == "my-cap":
            continue
        shown = CliRunner().invoke(cli, [*words, "--help"])
        assert shown.exit_code == 0, shown.output


def test_a_folder_that_exists_is_not_touched(tmp_path: Path) -> None:
    there = tmp_path / "deid-core-cap"
    there.mkdir()
    result = new("cap", "--kind", "action", "--folder", tmp_path)
    assert result.exit_code == 2
    assert "exists already: choose another name, or another --folder" in result.output
    assert list(there.iterdir()) == []


def test_a_link_that_leads_nowhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "deid-core-cap").symlink_to(tmp_path / "elsewhere")
    assert new("cap", "--kind", "action", "--folder", tmp_path).exit_code == 2
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = new("cap", "--kind", "action", "--folder", tmp_path / "file" / "below")
    assert result.exit_code == 2
    assert "cannot be written" in result.output


def test_it_says_what_to_do_next(tmp_path: Path) -> None:
    output = new("cap", "--kind", "action", "--folder", tmp_path).output
    assert f"cd {tmp_path / 'deid-core-cap'}\n  pip install -e '.[dev]'\n  pytest\n" in output


def test_help_names_every_kind_and_gives_examples() -> None:
    output = CliRunner().invoke(cli, ["plugin", "new", "--help"]).output
    for kind, about in KINDS.items():
        assert f"{kind:<10}{about.about}" in output
    assert "deid-core plugin new cap --kind action" in output
