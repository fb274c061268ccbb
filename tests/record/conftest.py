"""What the tests of records share: a folder of images, and the command as a user starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset

from deid_core.cli.main import cli

Run = Callable[..., Result]


@pytest.fixture
def ct() -> Dataset:
    """Return a small image."""
    return dcmread(get_testdata_file("CT_small.dcm"))


@pytest.fixture
def images(tmp_path: Path, ct: Dataset) -> Callable[..., Path]:
    """Return a function that adds so many images to the folder ``in``, and returns it."""

    def images(count: int, first: int = 1) -> Path:
        folder = tmp_path / "in"
        folder.mkdir(exist_ok=True)
        for number in range(first, first + count):
            ct.SOPInstanceUID = ct.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.{number}"
            ct.InstanceNumber = number
            ct.save_as(folder / f"{number:04}.dcm")
        return folder

    return images


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """Return a file with a key."""
    path = tmp_path / "key"
    path.write_bytes(bytes(range(32)))
    path.chmod(0o600)
    return path


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs ``deid-core run`` on ``in`` into ``out``, in this process."""
    monkeypatch.setenv("COLUMNS", "400")

    def run(*arguments: object, source: str = "in", output: str = "out") -> Result:
        words = [str(tmp_path / source), "-o", str(tmp_path / output), *map(str, arguments)]
        return CliRunner().invoke(cli, ["run", *words])

    return run


SLOW = """
import os, time
from deid_core import hookimpl

@hookimpl(wrapper=True)
def deid_write_file(instance, target, batch):
    time.sleep(float(os.environ.get("SECONDS_A_FILE", 0)))
    return (yield)
"""


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what `start` starts take its time for each file, so that it can be broken off."""
    site = tmp_path / "site"
    information = site / "deid_core_test_slow-1.0.dist-info"
    information.mkdir(parents=True)
    (site / "deid_core_test_slow.py").write_text(SLOW)
    (information / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: deid-core-test-slow\nVersion: 1.0\n"
    )
    (information / "entry_points.txt").write_text("[deid_core]\nslow = deid_core_test_slow\n")
    monkeypatch.syspath_prepend(site)
    monkeypatch.setenv("PYTHONPATH", str(site))


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """Return a function that starts ``deid-core run`` on ``in`` into ``out``, in another process."""

    def start(*arguments: Any) -> subprocess.Popen[str]:
        words = ["run", tmp_path / "in", "-o", tmp_path / "out", *arguments]
        return subprocess.Popen(
            [sys.executable, "-m", "deid_core", *map(str, words)],
            env={**os.environ, "SECONDS_A_FILE": "0.01"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.fixture
def contents(tmp_path: Path) -> Callable[[str], dict[str, bytes]]:
    """Return a function that reads all files below a folder, by their names."""

    def contents(folder: str = "out") -> dict[str, bytes]:
        root = tmp_path / folder
        return {
            str(path.relative_to(root)): path.read_bytes()
            for path in root.rglob("*")
            if path.is_file()
        }

    return contents
