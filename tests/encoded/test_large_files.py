"""Of long values only ranges are copied: they are never in memory, and nothing hides after them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import BinaryIO

import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import JPEGBaseline8Bit

import deid_core_dicom
import deid_core_screening
from deid_core import Check, Engine, FileRef, Instance, Outcome, PluginHost, Settings, hookimpl
from deid_core.encoded.source import WHOLE
from deid_core_dicom import copying

MEGABYTE = 1 << 20
RECIPE = "FORMAT dicom\nDEFAULT KEEP\n%header\nREPLACE PatientID X\nREMOVE (7FE1,0010)\n"


def large(path: Path, size: int, *, after: bool = False) -> Path:
    """Write a file with so many bytes of native pixel data."""
    dataset = dcmread(get_testdata_file("CT_small.dcm"))
    dataset.NumberOfFrames = size // (128 * 128 * 2)
    dataset.PixelData = bytes(range(256)) * (size // 256)
    if after:
        dataset.add_new(0x7FE10010, "LO", "SECRET CREATOR")
        dataset.add_new(0x7FE11001, "LO", "Simpson^Homer")
    dataset.save_as(path)
    return path


def test_the_pixels_are_those_of_the_input(attempt, tmp_path: Path) -> None:
    path = large(tmp_path / "in.dcm", 4 * MEGABYTE)
    (outcome,) = attempt([path], [RECIPE])
    (patient,) = attempt([path], [RECIPE], patiently=True)
    assert outcome.data == patient.data
    assert len(outcome.data or b"") > WHOLE


@pytest.mark.parametrize("missing", [[], ["copy_file_range"], ["copy_file_range", "sendfile"]])
def test_they_are_copied_in_whatever_way_the_system_has(
    attempt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: list[str]
) -> None:
    path = large(tmp_path / "in.dcm", 2 * MEGABYTE)
    for name in missing:
        monkeypatch.delattr(copying.os, name)
    (outcome,) = attempt([path], [RECIPE])
    assert outcome.data is not None
    assert outcome.data.endswith(path.read_bytes()[-2 * MEGABYTE - 8 :])


def test_what_follows_the_pixels_is_judged_like_all_else(attempt, tmp_path: Path) -> None:
    path = large(tmp_path / "in.dcm", MEGABYTE, after=True)
    (outcome,) = attempt([path], ["FORMAT dicom\nDEFAULT KEEP\n%header\nREPLACE PatientID X\n"])
    assert outcome.data is not None
    assert b"Simpson" not in outcome.data
    assert b"SECRET" not in outcome.data


def test_fragments_are_copied_with_their_delimiter(attempt, tmp_path: Path) -> None:
    dataset = dcmread(get_testdata_file("CT_small.dcm"))
    fragment = b"\xfe\xff\x00\xe0" + MEGABYTE.to_bytes(4, "little") + bytes(MEGABYTE)
    dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    dataset.PixelData = b"\xfe\xff\x00\xe0\0\0\0\0" + fragment
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    dataset.save_as(tmp_path / "in.dcm")
    (outcome,) = attempt([tmp_path / "in.dcm"], [RECIPE])
    (patient,) = attempt([tmp_path / "in.dcm"], [RECIPE], patiently=True)
    assert outcome.data == patient.data
    assert outcome.report.output is not None


PROGRAM = """
import sys
from pathlib import Path
from deid_core import Engine, FileRef, PluginHost, Settings
source, out = map(Path, sys.argv[1:])
engine = Engine(PluginHost.load(), [], Settings(output_folder=out))
(report,) = engine.run([FileRef("x", path=source)])
assert report.output is not None, report
(peak,) = (line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(int(peak.split()[1]) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks Linux for the peak")
def test_a_file_of_300_megabytes_takes_less_than_a_hundred(tmp_path: Path) -> None:
    path = large(tmp_path / "in.dcm", 128 * 128 * 2)
    data = path.read_bytes()
    start = data.index(b"\xe0\x7f\x10\x00OW\0\0")
    size = 300 * MEGABYTE
    with path.open("wb") as stream:
        stream.write(data[: start + 8] + size.to_bytes(4, "little"))
        stream.truncate(start + 12 + size)
    command = [sys.executable, "-c", PROGRAM, str(path), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 100


def test_a_file_that_changes_while_it_is_copied_is_refused(tmp_path: Path) -> None:
    path = large(tmp_path / "in.dcm", MEGABYTE)

    def grow(instance: Instance) -> list[str]:
        with path.open("ab") as stream:
            stream.write(b"more")
        return []

    check = Check(name="meddler", compile=lambda _batch: grow, summary="")
    plugin = SimpleNamespace(deid_checks=hookimpl(lambda: [check], specname="deid_checks"))
    host = PluginHost({"dicom": deid_core_dicom, "screening": deid_core_screening, "x": plugin})
    engine = Engine(host, [], Settings(output_folder=tmp_path / "out"))
    (report,) = engine.run([FileRef(path.name, path=path)])
    assert report.outcome is Outcome.REFUSED
    assert "changed while it was read" in report.reason
    assert not [one for one in (tmp_path / "out").rglob("*") if one.is_file()]


def test_metadata_in_the_frames_of_a_large_file_are_overwritten_in_place(
    attempt, tmp_path: Path
) -> None:
    dataset = dcmread(get_testdata_file("SC_rgb_jpeg_dcmtk.dcm"))
    (frame,) = generate_frames(dataset.PixelData, number_of_frames=1)
    comment = b"\xff\xfe\x00\x12Simpson^Homer ID"
    frames = [frame[:2] + comment + frame[2:]] * (2 * MEGABYTE // len(frame))
    dataset.NumberOfFrames = len(frames)
    dataset.PixelData = encapsulate(frames)
    dataset.save_as(tmp_path / "in.dcm")
    (outcome,) = attempt([tmp_path / "in.dcm"], ["deid.dicom.basic"])
    (patient,) = attempt([tmp_path / "in.dcm"], ["deid.dicom.basic"], patiently=True)
    assert outcome.data == patient.data
    assert len(outcome.data or b"") > MEGABYTE
    assert b"Simpson" not in (outcome.data or b"")


def test_a_stream_within_another_file_is_read_as_what_it_gives(tmp_path: Path) -> None:
    """Its descriptor is that of the file around it."""
    path = large(tmp_path / "in.dcm", MEGABYTE)
    around = tmp_path / "around.bin"
    around.write_bytes(b"x" * 1000 + path.read_bytes())

    def opened() -> BinaryIO:
        stream = around.open("rb")
        stream.seek(1000)
        return stream

    engine = Engine(
        PluginHost({"dicom": deid_core_dicom, "screening": deid_core_screening}),
        [],
        Settings(output_folder=tmp_path / "out"),
    )
    (report,) = engine.run([FileRef("in.dcm", opener=opened)])
    assert report.outcome is Outcome.WRITTEN
    assert dcmread(str(report.output)).PixelData == dcmread(path).PixelData
