"""Scans in folders, and runs of the command line over them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pydicom
import pytest
from click.testing import CliRunner, Result
from pydicom.data import get_testdata_file

from deid_core.cli.main import cli


@pytest.fixture
def scan(tmp_path: Path) -> Callable[..., Path]:
    """Write pydicom's CT below ``in``, with other values; None deletes one."""

    def write(path: str, **values: Any) -> Path:
        dataset = pydicom.dcmread(str(get_testdata_file("CT_small.dcm", download=False)))
        for keyword, value in values.items():
            if value is None:
                delattr(dataset, keyword)
            else:
                setattr(dataset, keyword, value)
        place = tmp_path / "in" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        dataset.save_as(place)
        return place

    return write


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Result]:
    """Run ``deid-core run`` over ``in``, into ``out``, with one key."""
    key = tmp_path / "key"
    key.write_bytes(b"0123456789abcdef")
    key.chmod(0o600)

    def call(*options: object, source: str = "in", output: str = "out") -> Result:
        given = ["run", tmp_path / source, "-o", tmp_path / output, "--key-file", key, *options]
        return CliRunner().invoke(cli, [str(option) for option in given], env={"COLUMNS": "300"})

    return call


@pytest.fixture
def files(tmp_path: Path) -> Callable[..., list[str]]:
    """List the files below a folder."""

    def found(folder: str = "out") -> list[str]:
        top = tmp_path / folder
        return sorted(p.relative_to(top).as_posix() for p in top.rglob("*") if p.is_file())

    return found
