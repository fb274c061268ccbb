"""Every example is a whole package: built, typed, found by its entry point."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.examples.conftest import Environment

pytestmark = pytest.mark.slow

NAMES = [
    "deid-core-accession-ids",
    "deid-core-lookup",
    "deid-core-patient-jitter",
    "deid-core-plain-contains",
    "deid-core-serial-screener",
    "deid-core-zip-source",
    "deid-core-zip-writer",
]


def test_no_example_is_left_out(examples: Path) -> None:
    assert sorted(path.parent.name for path in examples.glob("*/pyproject.toml")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_a_whole_package(
    installed: Callable[..., Environment], examples: Path, name: str
) -> None:
    project = tomllib.loads((examples / name / "pyproject.toml").read_text())["project"]
    ((plugin, module),) = project["entry-points"]["deid_core"].items()
    assert project["name"] == name
    assert any(need.startswith("deid-core") for need in project["dependencies"])
    assert (examples / name / "README.md").read_text().startswith(f"# {name}\n")

    environment = installed(name)
    assert (environment.site / module / "py.typed").is_file()
    listed = environment.plugins()
    assert set(listed) == {
        "archives",
        "audit",
        "dask",
        "dicom",
        "fileset",
        "importers",
        "executors",
        "profiles",
        "pseudonyms",
        "record",
        "screening",
        "streams",
        plugin,
    }
    assert listed[plugin]["status"] == "loaded"
    assert listed[plugin]["distribution"] == name


def test_all_examples_live_together(
    installed: Callable[..., Environment], cookies: Path, tmp_path: Path
) -> None:
    environment = installed(*NAMES)
    assert {info["status"] for info in environment.plugins().values()} == {"loaded"}
    done = environment.run("run", cookies, "--output", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "out").rglob("*.dcm"))) == 7
