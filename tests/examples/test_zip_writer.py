"""The example deid-core-zip-writer: all outputs of a run in one archive, or none."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pydicom
import pytest

if TYPE_CHECKING:
    from tests.examples.conftest import Environment

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def environment(installed: Callable[..., Environment]) -> Environment:
    return installed("deid-core-zip-writer")


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_bytes(b"0123456789abcdef")
    path.chmod(0o600)
    return path


def _members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def _left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_it_writes_and_watches_the_end(environment: Environment) -> None:
    writer = environment.plugins()["zip-writer"]
    assert writer["status"] == "loaded"
    assert writer["hooks"] == ["deid_batch_finished", "deid_parallel_runs", "deid_write_file"]


def test_the_archive_holds_what_the_folder_would(
    environment: Environment, cookies: Path, key: Path, tmp_path: Path
) -> None:
    target = tmp_path / "made" / "clean.zip"
    for output in (target, tmp_path / "folder"):
        done = environment.run("run", cookies, "--output", output, "--key-file", key)
        assert done.returncode == 0, done.stderr
    members = _members(target)
    folder = tmp_path / "folder"
    assert members == {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.dcm")
    }
    assert len(members) == 7
    assert _left(target.parent) == {"clean.zip", "clean.zip.record"}


@pytest.mark.parametrize(
    "name", ["CT_small.dcm", "JPEG2000.dcm", "rtplan.dcm", "image_dfl.dcm", "ExplVR_BigEnd.dcm"]
)
def test_members_are_legal_part_10_files(
    environment: Environment, shipped: Callable[[str], Path], tmp_path: Path, name: str
) -> None:
    source = shipped(name)
    done = environment.run("run", source, "--output", tmp_path / "clean.zip")
    assert done.returncode == 0, done.stderr
    (data,) = _members(tmp_path / "clean.zip").values()
    assert data[:132] == bytes(128) + b"DICM"
    before, after = pydicom.dcmread(source), pydicom.dcmread(BytesIO(data))
    meta = after.file_meta
    assert meta.TransferSyntaxUID == before.file_meta.TransferSyntaxUID
    assert meta.MediaStorageSOPInstanceUID == after.SOPInstanceUID != before.SOPInstanceUID
    assert meta.MediaStorageSOPClassUID == before.SOPClassUID
    assert after.get("PixelData") == before.get("PixelData")


LIBRARY = """\
import json, sys
from deid_core.dicom import replace_identifiers

paths = replace_identifiers(sys.argv[1], output_folder=sys.argv[2], overwrite=sys.argv[3] == "1")
print(json.dumps(paths))
"""


def test_an_archive_that_is_there_stays_unless_told_otherwise(
    environment: Environment, scan: Callable[..., Path], tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    target = folder / "clean.zip"
    target.write_bytes(b"somebody's work")

    done = environment.call("-c", LIBRARY, scan(), target, 0)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [str(target)]
    assert "already exists, overwrite set to False. Not writing." in done.stderr
    assert target.read_bytes() == b"somebody's work"

    done = environment.call("-c", LIBRARY, scan(), target, 1)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [str(target / name) for name in _members(target)]
    assert _left(folder) == {"clean.zip"}


def test_the_command_line_leaves_it_to_the_writer_what_an_output_is(
    environment: Environment, scan: Callable[..., Path], tmp_path: Path
) -> None:
    target = tmp_path / "clean.zip"
    for options, status in (([], 0), ([], 1), (["--overwrite"], 0)):
        words = ("run", scan(), "--output", target, "--no-record")
        done = environment.run(*words, *options)
        assert done.returncode == status, done.stderr
    assert len(_members(target)) == 1


@pytest.mark.parametrize("hook", ["deid_file_recorded", "deid_batch_started"])
def test_a_run_that_breaks_off_leaves_nothing(
    environment: Environment,
    scan: Callable[..., Path],
    tmp_path: Path,
    hook: str,
) -> None:
    breaks = tmp_path / "breaks.py"
    breaks.write_text(
        f"from deid_core import hookimpl\n@hookimpl\ndef {hook}(batch):\n    raise KeyError\n"
    )
    code = f"""\
import sys
sys.path.insert(0, {str(tmp_path)!r})
import breaks, deid_core_dicom, deid_core_screening, deid_core_zip_writer
from deid_core import Engine, PluginHost, Settings
host = PluginHost({{"dicom": deid_core_dicom, "screening": deid_core_screening,
                   "zip-writer": deid_core_zip_writer, "breaks": breaks}})
engine = Engine(host, settings=Settings(output_folder=sys.argv[2]))
list(engine.run(engine.discover([sys.argv[1]])))
"""
    folder = tmp_path / "out"
    folder.mkdir()
    done = environment.call("-c", code, scan(), folder / "clean.zip")
    assert done.returncode == 1
    assert f"hook '{hook}' raised KeyError" in done.stderr
    assert _left(folder) == set()


def test_a_disk_that_is_full_leaves_nothing(
    environment: Environment, scan: Callable[..., Path], tmp_path: Path
) -> None:
    paths = [scan(), scan()]
    code = """\
import resource, signal, sys
from deid_core import Engine, PluginHost, Settings, WriteError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10000, 10000))
engine = Engine(PluginHost.load(), settings=Settings(output_folder=sys.argv[1]))
try:
    for report in engine.run(engine.discover(sys.argv[2:])):
        print(report.outcome.value, report.code)
except WriteError as error:
    print(error)
"""
    folder = tmp_path / "out"
    folder.mkdir()
    done = environment.call("-B", "-c", code, folder / "clean.zip", *paths)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "refused write-failed",
        "refused write-failed",
        "the archive was given up after a failure: nothing was written",
    ]
    assert _left(folder) == set()
