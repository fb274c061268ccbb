"""Disks that are full: outputs are refused with a reason, nothing half-done is left, the run goes on."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from deid_core import Engine, FileRef, Outcome, PluginHost, Settings
from fuzz import kinds
from fuzz.whole import OWN

ROOM = 256 << 10


@contextlib.contextmanager
def mounted(folder: Path) -> Iterator[Path]:
    """Make a folder a disk of its own with little room; skip the test where that is forbidden."""
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)]
    done = subprocess.run(["mount", *options], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("this system does not let the tests mount a disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def instance(number: int, size: int, encoding: kinds.Encoding) -> bytes:
    pixels = kinds.element(0x7FE00010, "OW", bytes(size), encoding)
    data = kinds.patient(encoding) + kinds.image(encoding) + pixels
    return kinds.part_10(data, encoding.syntax).replace(
        f"{kinds.ROOT}.1".encode(), f"{kinds.ROOT}{number:02}".encode()
    )


@pytest.fixture
def refs(tmp_path: Path) -> list[FileRef]:
    """Return files in both byte orders, of which the large ones do not fit, and the last one is small."""
    sizes = [100_000, 600_000, 100_000, 100_000, 300_000, 100_000, 1000]
    refs = []
    for number, size in enumerate(sizes):
        encoding = kinds.BIG if number % 2 else kinds.EXPLICIT
        path = tmp_path / f"{number}.dcm"
        path.write_bytes(instance(number, size, encoding))
        refs.append(FileRef(path.name, path=path))
    return refs


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a disk")
@pytest.mark.parametrize("executor", ["serial", "processes"])
def test_a_full_disk_refuses_what_does_not_fit_and_no_more(executor, refs, tmp_path):
    before = [sha256(ref.path.read_bytes()).digest() for ref in refs]
    with mounted(tmp_path / "disk") as disk:
        host = PluginHost.load() if executor == "processes" else PluginHost(OWN)
        engine = Engine(host, [], Settings(output_folder=disk / "out"), key=bytes(32))
        reports = list(engine.run(refs, executor=executor, workers=1))
        found = {str(path) for path in disk.rglob("*") if path.is_file()}
        written = [report for report in reports if report.outcome is Outcome.WRITTEN]
        assert found == {report.output for report in written}
        for report in written:
            assert Path(report.output).stat().st_size > 1000
    bad = [report for report in reports if report not in written]
    assert {(report.outcome, report.code) for report in bad} == {(Outcome.REFUSED, "write-failed")}
    assert all("No space left on device" in report.reason for report in bad)
    assert {2, 5} <= {report.number for report in bad}
    assert 7 in {report.number for report in written}
    assert [sha256(ref.path.read_bytes()).digest() for ref in refs] == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a disk")
def test_a_disk_that_takes_no_writes_refuses_each_file(refs, tmp_path):
    with mounted(tmp_path / "disk") as disk:
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        engine = Engine(PluginHost(OWN), [], Settings(output_folder=disk), key=bytes(32))
        reports = list(engine.run(refs))
        assert list(disk.iterdir()) == []
    assert {(report.outcome, report.code) for report in reports} == {
        (Outcome.REFUSED, "write-failed")
    }
