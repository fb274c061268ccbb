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
HEAD = "from deid_core import *\nfrom deid_core import FieldAction, ParallelRun, Rank, hookimpl\n"


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
                *(
                    "--rootdir",
                    str(tmp_path),
                    "--import-mode=importlib",
                    "--noconftest",
                    "-W",
                    "error",
                    *options,
                ),
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


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that installs a plugin of one module."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))

    def install(
        name: str, code: str, needs: str = "deid-core>=0.1", group: str = "deid_core"
    ) -> None:
        module = f"hospital_{name}"
        (site / f"{module}.py").write_text(HEAD + code, encoding="utf-8")
        info = site / f"hospital_{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: hospital-{name}\nVersion: 1.0\nRequires-Dist: {needs}\n"
        )
        (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {module}\n")
        monkeypatch.delitem(sys.modules, module, raising=False)

    return install
