"""Packages laid out as an installer leaves them, and pytest run on their tests."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

Lay = Callable[..., str]


@pytest.fixture
def lay_out(tmp_path: Path) -> Lay:
    """Return a function that lays out projects and returns what PYTHONPATH must be to have them."""

    def lay_out(*projects: Path) -> str:
        site = tmp_path / "site"
        site.mkdir(exist_ok=True)
        folders = [str(site)]
        for folder in projects:
            project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
            name, version = project["name"], project["version"]
            info = site / f"{name.replace('-', '_')}-{version}.dist-info"
            info.mkdir()
            (info / "METADATA").write_text(
                f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
            )
            ((plugin, module),) = project["entry-points"]["deid_core"].items()
            (info / "entry_points.txt").write_text(f"[deid_core]\n{plugin} = {module}\n")
            folders.append(str(folder / "src"))
        return os.pathsep.join(folders)

    return lay_out


@pytest.fixture
def run_tests(lay_out: Lay, tmp_path: Path) -> Callable[..., str]:
    """Return a function that runs the tests of projects in one process; it returns what is printed."""

    def run_tests(projects: Iterable[Path], *options: str) -> str:
        projects = list(projects)
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "-p", "no:cacheprovider"),
                *("--rootdir", str(tmp_path), "--import-mode=importlib", "-W", "error", *options),
                *(str(project / "tests") for project in projects),
            ],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": lay_out(*projects)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run_tests
