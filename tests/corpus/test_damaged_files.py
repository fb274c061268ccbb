"""Damage, full disks and folders that cannot be written: no exception, no remains."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pydicom
import pytest
from corpus_files import bundled, run_engine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deid_core.dicom import replace_identifiers
from deid_core.model import FileRef, Outcome

SMALL = ["rtplan.dcm", "image_dfl.dcm", "reportsi.dcm", "priv_SQ.dcm", "JPEG2000.dcm", "badVR.dcm"]


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("default", [None, "KEEP"])
def test_a_truncated_file_is_whole_refused_or_no_dicom(name, default, tmp_path):
    data = bundled(name)
    refs = []
    for offset in range(0, min(len(data), 4200), 7):
        path = tmp_path / f"{offset}.dcm"
        path.write_bytes(data[:offset])
        refs.append(FileRef(path.name, path=path))

    reports = run_engine(refs, None, tmp_path / "out", default=default)

    assert {r.outcome for r in reports} <= {Outcome.WRITTEN, Outcome.REFUSED, Outcome.SKIPPED}
    written = {r.output for r in reports if r.outcome is Outcome.WRITTEN}
    assert {str(f) for f in (tmp_path / "out").rglob("*") if f.is_file()} == written
    for path in written:
        pydicom.dcmread(path)
    assert {r.reason for r in reports if "cannot be encoded" in r.reason} == set()


@given(data=st.data())
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_file_with_flipped_bytes_never_fails_the_program(run, data):
    name = data.draw(st.sampled_from(SMALL))
    content = bytearray(bundled(name)[:3000])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(132, len(content) - 1))] = data.draw(st.integers(0, 255))

    result = run(bytes(content), default=data.draw(st.sampled_from([None, "KEEP"])))

    assert result.report.outcome is not Outcome.FAILED, result.report.reason


@pytest.mark.parametrize("content", [b"", b"DICM", bytes(132), bytes(128) + b"DICM", b"\xff" * 999])
def test_what_is_hardly_a_file_raises_nothing(run, content):
    assert run(content).report.outcome in {Outcome.SKIPPED, Outcome.REFUSED}


def test_an_output_folder_that_is_a_file_refuses_each_file(tmp_path):
    source, folder = tmp_path / "a.dcm", tmp_path / "out"
    source.write_bytes(bundled("CT_small.dcm"))
    folder.write_text("not a folder")

    reports = run_engine([FileRef("a.dcm", path=source)], None, folder)

    assert [(r.outcome, r.code) for r in reports] == [(Outcome.REFUSED, "write-failed")]
    assert folder.read_text() == "not a folder"


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_without_permission_refuses_each_file(tmp_path):
    source, folder = tmp_path / "a.dcm", tmp_path / "out"
    source.write_bytes(bundled("CT_small.dcm"))
    folder.mkdir(mode=0o500)

    assert replace_identifiers(source, output_folder=folder) == []
    assert list(folder.iterdir()) == []


def test_a_file_that_vanished_is_refused(tmp_path):
    reports = run_engine([FileRef("a.dcm", path=tmp_path / "a.dcm")], None, tmp_path / "out")

    assert [r.outcome for r in reports] == [Outcome.REFUSED]
    assert "a.dcm" not in reports[0].reason


def test_a_full_disk_leaves_nothing_behind(tmp_path):
    source, folder = tmp_path / "a.dcm", tmp_path / "out"
    source.write_bytes(bundled("CT_small.dcm"))
    program = f"""
        import resource
        from deid_core.dicom import replace_identifiers
        resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
        print(replace_identifiers({str(source)!r}, output_folder={str(folder)!r}))
    """

    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
    assert "cannot be written" in done.stderr
    assert [f for f in folder.rglob("*") if f.is_file()] == []


def test_a_full_disk_leaves_the_output_of_an_earlier_run(tmp_path):
    source, folder = tmp_path / "a.dcm", tmp_path / "out"
    source.write_bytes(bundled("CT_small.dcm"))
    folder.mkdir()
    (folder / "a.dcm").write_bytes(b"earlier")
    program = f"""
        import resource
        from deid_core.dicom import replace_identifiers
        resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
        replace_identifiers({str(source)!r}, output_folder={str(folder)!r}, overwrite=True)
    """

    subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, check=True
    )

    assert {f.name: f.read_bytes() for f in folder.iterdir()} == {"a.dcm": b"earlier"}
