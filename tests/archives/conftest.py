"""Archives of real scans, and runs of the command line from and to them."""

from __future__ import annotations

import io
import tarfile
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pydicom
import pytest
from click.testing import CliRunner, Result
from pydicom.data import get_testdata_file

from deid_core.cli.main import cli

COMPRESSED = ["tar.gz", "tar.bz2", "tar.xz"]
KINDS = ["zip", "tar", *COMPRESSED]


@pytest.fixture
def scan() -> Callable[..., bytes]:
    """Return pydicom's small CT as bytes, with other values."""
    source = str(get_testdata_file("CT_small.dcm", download=False))

    def make(**values: Any) -> bytes:
        dataset = pydicom.dcmread(source)
        for keyword, value in values.items():
            setattr(dataset, keyword, value)
        stream = io.BytesIO()
        dataset.save_as(stream)
        return stream.getvalue()

    return make


@pytest.fixture
def packed(tmp_path: Path) -> Callable[..., Path]:
    """Write an archive of the kind that its name says; names may be hostile, and come twice."""

    def write(path: str, members: Mapping[str, bytes] | list[tuple[str, bytes]]) -> Path:
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        pairs = members.items() if isinstance(members, Mapping) else members
        if path.endswith(".zip"):
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, data in pairs:
                    with warnings.catch_warnings():
                        warnings.filterwarnings("ignore", "Duplicate name")
                        archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
            return target
        mode: Any = f"w:{path.rpartition('.tar')[2].lstrip('.')}"
        with tarfile.open(target, mode) as tar:
            for name, data in pairs:
                info = tarfile.TarInfo(name)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
        return target

    return write


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Result]:
    """Run ``deid-core run`` with one key, from paths below the folder of the test to others."""
    key = tmp_path / "key"
    key.write_bytes(b"0123456789abcdef")
    key.chmod(0o600)

    def call(source: object, output: str = "out", *options: object) -> Result:
        given = ["run", tmp_path / str(source), "-o", tmp_path / output, "--key-file", key]
        return CliRunner().invoke(
            cli, [str(one) for one in (*given, *options)], env={"COLUMNS": "300"}
        )

    return call


@pytest.fixture
def contents(tmp_path: Path) -> Callable[[str], dict[str, bytes]]:
    """Return what a folder or an archive holds, by name."""

    def read(name: str) -> dict[str, bytes]:
        path = tmp_path / name
        if path.is_dir():
            files = (one for one in path.rglob("*") if one.is_file())
            return {one.relative_to(path).as_posix(): one.read_bytes() for one in files}
        if name.endswith(".zip"):
            with zipfile.ZipFile(path) as archive:
                assert archive.testzip() is None
                return {one: archive.read(one) for one in archive.namelist()}
        with tarfile.open(path) as tar:
            return {one.name: tar.extractfile(one).read() for one in tar}  # type: ignore[union-attr]

    return read
