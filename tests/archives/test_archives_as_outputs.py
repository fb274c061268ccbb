"""Outputs in an archive: whole or not there, and the same bytes in every run."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pydicom
import pytest
from click.testing import Result
from pydicom.data import get_testdata_file

from deid_core import Engine, Outcome, PluginHost, Settings, WriteError

KINDS = ["zip", "tar", "tar.gz", "tar.bz2", "tar.xz"]

Scan = Callable[..., bytes]
Run = Callable[..., Result]
Contents = Callable[[str], dict[str, bytes]]


@pytest.fixture
def folder(tmp_path: Path, scan: Scan) -> Path:
    """Three scans and a text, called by a patient's name."""
    place = tmp_path / "in"
    place.mkdir()
    for number in range(3):
        (place / f"doe{number}.dcm").write_bytes(scan(SOPInstanceUID=f"1.2.{number}"))
    (place / "notes.txt").write_text("none")
    return place


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_holds_what_the_folder_would_and_is_the_same_in_every_run(
    folder: Path, run: Run, contents: Contents, tmp_path: Path, kind: str
) -> None:
    for output in ("out", f"new/out.{kind}"):
        assert run("in", output).exit_code == 0
    assert contents("out") == contents(f"new/out.{kind}")
    assert len(contents("out")) == 3
    names = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert names == [f"out.{kind}", f"out.{kind}.record"]
    first = (tmp_path / "new" / f"out.{kind}").read_bytes()
    assert run("in", f"again/other.{kind}").exit_code == 0
    assert (tmp_path / "again" / f"other.{kind}").read_bytes() == first
    assert b"doe" not in first


def test_members_tell_nothing_of_where_and_when_they_were_made(
    folder: Path, run: Run, tmp_path: Path
) -> None:
    assert run("in", "out.tar").exit_code == 0
    with tarfile.open(tmp_path / "out.tar") as tar:
        for info in tar:
            assert (info.mtime, info.uid, info.gid, info.uname, info.gname) == (0, 0, 0, "", "")
            assert info.mode == 0o644
    assert run("in", "out.tar.gz").exit_code == 0
    # No name and no time, which a gzip may hold in front (RFC 1952).
    assert (tmp_path / "out.tar.gz").read_bytes()[3:8] == bytes(5)
    assert run("in", "out.zip").exit_code == 0
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        for member in archive.infolist():
            assert member.date_time == (1980, 1, 1, 0, 0, 0)
            assert (member.extra, member.comment) == (b"", b"")


@pytest.mark.parametrize(
    "name", ["JPEG2000.dcm", "rtplan.dcm", "image_dfl.dcm", "ExplVR_BigEnd.dcm"]
)
def test_members_are_legal_part_10_files(
    run: Run, contents: Contents, tmp_path: Path, name: str
) -> None:
    source = Path(str(get_testdata_file(name, download=False)))
    (tmp_path / "in.dcm").write_bytes(source.read_bytes())
    assert run("in.dcm", "out.zip").exit_code == 0
    assert run("in.dcm", "out").exit_code == 0
    assert contents("out.zip") == contents("out")
    (data,) = contents("out.zip").values()
    assert pydicom.dcmread(io.BytesIO(data)).file_meta.MediaStorageSOPInstanceUID


def test_an_archive_that_is_there_stays_unless_it_may_be_replaced(
    folder: Path, run: Run, contents: Contents, tmp_path: Path
) -> None:
    target = tmp_path / "out.zip"
    target.write_bytes(b"somebody's work")
    result = run("in", "out.zip")
    assert result.exit_code == 1
    assert "output exists already, not written │     3" in result.output
    assert target.read_bytes() == b"somebody's work"
    assert run("in", "out.zip", "--overwrite").exit_code == 0
    assert len(contents("out.zip")) == 3


def test_templates_and_numbers_work_in_an_archive(
    folder: Path, run: Run, contents: Contents
) -> None:
    result = run("in", "out.zip", "--name-by", "a/{Modality|none}.dcm")
    assert sorted(contents("out.zip")) == ["a/CT-2.dcm", "a/CT-3.dcm", "a/CT.dcm"]
    assert "2 files (2, 3): another file has the same name" in result.output


def test_one_process_writes_an_archive_and_says_so(
    folder: Path, run: Run, contents: Contents
) -> None:
    result = run("in", "out.zip", "--engine", "processes")
    assert "plugin 'archives': one process writes the archive" in result.output
    assert len(contents("out.zip")) == 3


def test_a_run_that_writes_nothing_makes_no_archive(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    assert "No files were found" in run("in", "out.zip").output
    assert not (tmp_path / "out.zip").exists()


def test_a_folder_that_is_called_like_an_archive_stays_a_folder(
    folder: Path, run: Run, contents: Contents, tmp_path: Path
) -> None:
    (tmp_path / "out.zip").mkdir()
    assert run("in", "out.zip").exit_code == 0
    assert len(contents("out.zip")) == 3


def test_an_archive_has_no_dicomdir(folder: Path, run: Run, tmp_path: Path) -> None:
    result = run("in", "out.zip", "--dicomdir")
    assert result.exit_code == 2
    assert "an archive gets no DICOMDIR" in result.output
    (folder / "DICOMDIR").write_bytes(b"")
    assert run("in", "out.zip").exit_code == 0


def test_the_archive_of_a_run_before_is_no_input(folder: Path, run: Run) -> None:
    for options in ((), ("--overwrite",)):
        result = run("in", "in/out.zip", *options)
        assert result.exit_code == 0, result.output
        assert "de-identified          │     3" in result.output
        assert "not DICOM, passed over │     1" in result.output


def test_an_archive_does_not_replace_itself(folder: Path, run: Run, tmp_path: Path) -> None:
    assert run("in", "out.zip").exit_code == 0
    before = (tmp_path / "out.zip").read_bytes()
    result = run("out.zip", "out.zip", "--overwrite")
    assert result.exit_code == 2
    settings = Settings(output_folder=tmp_path / "out.zip", overwrite=True)
    engine = Engine(PluginHost.load(), settings=settings)
    reports = list(engine.run(engine.discover([str(tmp_path / "out.zip")])))
    assert {report.code for report in reports} == {"write-failed"}
    assert (tmp_path / "out.zip").read_bytes() == before


def test_a_run_that_is_left_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    engine = Engine(PluginHost.load(), settings=Settings(output_folder=tmp_path / "o" / "out.zip"))
    run = engine.run(engine.discover([str(folder)]))
    assert next(run).outcome is Outcome.WRITTEN
    assert len(list((tmp_path / "o").iterdir())) == 1
    run.close()  # type: ignore[attr-defined]
    assert list((tmp_path / "o").iterdir()) == []


KILLED = """\
import os, signal, sys
from deid_core import Engine, PluginHost, Settings
engine = Engine(PluginHost.load(), settings=Settings(output_folder=sys.argv[2]))
for report in engine.run(engine.discover([sys.argv[1]])):
    if report.number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_run_that_is_killed_leaves_no_archive(folder: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED, folder, tmp_path / "o" / "out.zip"]
    done = subprocess.run(command, check=False)
    assert done.returncode == -signal.SIGKILL
    left = [path.name for path in (tmp_path / "o").iterdir()]
    assert all(name.startswith(".deid-") and name.endswith(".tmp") for name in left)


@pytest.mark.parametrize("kind", KINDS)
def test_a_disk_that_is_full_leaves_nothing(
    folder: Path, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource: Any = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    target = tmp_path / "o" / f"out.{kind}"
    engine = Engine(PluginHost.load(), settings=Settings(output_folder=target))
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(WriteError, match="written"):
            list(engine.run(engine.discover([str(folder)])))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert os.listdir(tmp_path / "o") == []  # noqa: PTH208 - names are enough
