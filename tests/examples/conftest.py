"""Environments of their own, into which examples are installed as a user would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import textwrap
import venv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import attrs
import pydicom
import pytest
from pydicom.data import get_testdata_file

EXAMPLES = Path(__file__).parents[2] / "examples"

PYPROJECT = """\
[build-system]
build-backend = "hatchling.build"
requires = ["hatchling"]

[project]
name = "{distribution}"
version = "{version}"

[project.entry-points.deid_core]
{plugin} = "{module}"
"""

SHARED = "import site; site.addsitedir({folder!r})\n"
"""A line of a .pth file: the environment sees what the tests' own has, deid_core included."""

CONSOLE = """\
import sys
from importlib.metadata import entry_points

(point,) = entry_points(group="console_scripts", name="deid-core")
sys.exit(point.load()())
"""


@attrs.frozen
class Environment:
    """An environment with deid_core and what was installed into it."""

    folder: Path

    @property
    def python(self) -> Path:
        """The interpreter of the environment."""
        return self.folder / "bin" / "python"

    @property
    def site(self) -> Path:
        """Where the environment keeps its packages."""
        return Path(sysconfig.get_path("purelib", "venv", {"base": str(self.folder)}))

    def create(self) -> None:
        """Make the environment; it shares the packages of the one that runs the tests."""
        venv.EnvBuilder(with_pip=False, symlinks=os.name != "nt").create(self.folder)
        folders = sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
        lines = [SHARED.format(folder=folder) for folder in folders]
        (self.site / "shared.pth").write_text("".join(lines), encoding="utf-8")
        (self.folder / "deid-core.py").write_text(CONSOLE, encoding="utf-8")

    def install(self, *projects: Path) -> None:
        """Install projects with pip, without asking any registry."""
        command = [sys.executable, "-m", "pip", "--python", str(self.python), "install"]
        options = ["--no-deps", "--no-build-isolation", "--no-index", "--no-input", "--quiet"]
        done = subprocess.run(
            [*command, *options, "--disable-pip-version-check", *map(str, projects)],
            check=False,
            capture_output=True,
            text=True,
            env=_clean(os.environ),
        )
        assert done.returncode == 0, done.stderr

    def plant(self, module: str, source: str, *, plugin: str, distribution: str) -> None:
        """Put there what an installer would leave of a package of one module."""
        source = textwrap.dedent(source)
        (self.site / f"{module}.py").write_text(source, encoding="utf-8")
        information = self.site / f"{distribution.replace('-', '_')}-1.0.dist-info"
        information.mkdir(exist_ok=True)
        metadata = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n"
        (information / "METADATA").write_text(metadata, encoding="utf-8")
        points = f"[deid_core]\n{plugin} = {module}\n"
        (information / "entry_points.txt").write_text(points, encoding="utf-8")

    def run(self, *arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run ``deid-core`` in the environment."""
        return self.call(self.folder / "deid-core.py", *arguments, **variables)

    def call(self, *arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the environment's Python, in its own folder."""
        return subprocess.run(
            [self.python, *map(str, arguments)],
            check=False,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env={**_clean(os.environ), "COLUMNS": "500", "PYTHONUTF8": "1", **variables},
        )

    def plugins(self, *options: str) -> dict[str, dict[str, Any]]:
        """Return what ``deid-core plugins --json`` lists, by name of the plugin."""
        shown = self.run("plugins", "--json", *options)
        assert "Traceback" not in shown.stderr, shown.stderr
        return {info["name"]: info for info in json.loads(shown.stdout)["plugins"]}


def _clean(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith(("DEID_CORE_", "PYTHON", "PIP_REQ"))
    }


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """An environment with nothing but deid_core."""
    made = Environment(tmp_path / "environment")
    made.create()
    return made


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Environment]:
    """Return an environment with the given examples, made once for all tests."""
    made: dict[tuple[str, ...], Environment] = {}

    def make(*examples: str) -> Environment:
        if examples not in made:
            made[examples] = Environment(tmp_path_factory.mktemp("environment") / "env")
            made[examples].create()
            made[examples].install(*(EXAMPLES / example for example in examples))
        return made[examples]

    return make


@pytest.fixture(scope="session")
def examples() -> Path:
    """The folder of the examples."""
    return EXAMPLES


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Path]:
    """Write a project of one module that is a plugin, ready to be installed."""

    def write(distribution: str, plugin: str, source: str) -> Path:
        module = distribution.replace("-", "_")
        package = tmp_path / distribution / module
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(textwrap.dedent(source), encoding="utf-8")
        text = PYPROJECT.format(
            distribution=distribution, version="1.0", plugin=plugin, module=module
        )
        (package.parent / "pyproject.toml").write_text(text, encoding="utf-8")
        return package.parent

    return write


@pytest.fixture
def recipe(tmp_path: Path) -> Callable[..., Path]:
    """Write a recipe of these lines."""

    def write(*lines: str) -> Path:
        path = tmp_path / "recipe.dicom"
        path.write_text("\n".join(["FORMAT dicom", "%header", *lines, ""]), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def cookies() -> Path:
    """The folder of the bundled images."""
    from deid_core.data import get_dataset

    return Path(get_dataset("dicom-cookies"))


@pytest.fixture(scope="session")
def shipped() -> Callable[[str], Path]:
    """Find one of the test files that come with pydicom; none is fetched."""

    def find(name: str) -> Path:
        path = get_testdata_file(name, download=False)
        assert isinstance(path, str)
        return Path(path)

    return find


@pytest.fixture
def scan(tmp_path: Path, shipped: Callable[[str], Path]) -> Callable[..., Path]:
    """Write a copy of pydicom's CT, with private elements of GE's, after some changes."""
    source = shipped("CT_small.dcm")
    number = 0

    def write(change: Callable[[pydicom.Dataset], None] | None = None, **values: Any) -> Path:
        nonlocal number
        number += 1
        dataset = pydicom.dcmread(source)
        for keyword, value in values.items():
            setattr(dataset, keyword, value)
        if change is not None:
            change(dataset)
        path = tmp_path / "scans" / f"{number:06}.dcm"
        path.parent.mkdir(exist_ok=True)
        dataset.save_as(path)
        return path

    return write


@pytest.fixture
def outputs() -> Callable[[Path], list[pydicom.FileDataset]]:
    """Read all outputs in a folder."""

    def read(folder: Path) -> list[pydicom.FileDataset]:
        return [pydicom.dcmread(path) for path in sorted(folder.rglob("*.dcm"))]

    return read
