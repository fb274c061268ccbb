"""What is found where files are looked for: pipes, devices, circles, names and folders of all kinds.

Each run is that of the program, in a process of its own that must end in time.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import textwrap
from collections import Counter
from pathlib import Path

import pytest

from deid_core import Engine, FileRef, Outcome, PluginHost, Settings
from fuzz.kinds import kinds

FILE = kinds()["explicit little endian"]
RUN = """
    import json, os, sys
    from pathlib import Path
    from deid_core import Engine, PluginHost, Settings

    source, target, user = sys.argv[1:]
    engine = Engine(PluginHost.load(), [], Settings(output_folder=Path(target)), key=bytes(32))
    if int(user):
        # What is imported late may be where only root may look.
        list(engine.run(engine.discover([source + "/good.dcm"])))
        os.setgroups([])
        os.setgid(int(user))
        os.setuid(int(user))
    for report in engine.run(engine.discover([source])):
        name = os.fsencode(report.ref.name).decode("latin-1")
        print(json.dumps([name, report.outcome.value, report.code, report.reason]))
"""


def outcomes(source: Path, target: Path, user: int = 0) -> dict[str, list[str]]:
    """Return what a run tells of each thing that it finds, by name."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(RUN), source.name, target.name, str(user)],
        cwd=source.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return {row[0]: row[1:] for row in map(json.loads, done.stdout.splitlines())}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "good.dcm").write_bytes(FILE)
    return folder


def test_whatever_lies_in_a_folder_has_an_outcome(folder, tmp_path, monkeypatch):
    os.mkfifo(folder / "pipe")
    (folder / "itself").symlink_to("itself")
    (folder / "dangling").symlink_to("nowhere")
    (folder / "device").symlink_to("/dev/zero")
    (folder / "circle").symlink_to(folder)
    (folder / "empty").write_bytes(b"")
    (folder / "sub").mkdir()
    (folder / "sub" / "up").symlink_to("..")
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.dcm")).write_bytes(FILE)
    (folder / "new\nline.dcm").write_bytes(FILE)
    (folder / ("x" * 250 + ".dcm")).write_bytes(FILE)
    monkeypatch.chdir(folder)
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind("socket")
        found = outcomes(folder, tmp_path / "out")
    refused = {name: row[2] for name, row in found.items() if row[0] == "refused"}
    assert refused == {
        "pipe": "cannot be opened: it is no regular file",
        "itself": "cannot be opened: Too many levels of symbolic links",
        "dangling": "cannot be opened: No such file or directory",
        "device": "cannot be opened: it is no regular file",
        "socket": "cannot be opened: No such device or address",
    }
    assert found["empty"] == ["skipped", "not-dicom", "is not DICOM"]
    assert Counter(row[0] for row in found.values())["written"] == 4


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_a_folder_and_a_file_that_may_not_be_read_are_refused(folder, tmp_path):
    (folder / "locked").mkdir(mode=0o700)
    (folder / "locked" / "hidden.dcm").write_bytes(FILE)
    (folder / "secret.dcm").write_bytes(FILE)
    (folder / "secret.dcm").chmod(0o600)
    tmp_path.chmod(0o755)
    found = outcomes(folder, tmp_path / "out", user=65534)
    assert found["locked"] == ["refused", "unreadable", "cannot be opened: Permission denied"]
    assert found["secret.dcm"] == ["refused", "unreadable", "cannot be opened: Permission denied"]
    assert found["good.dcm"][:2] == ["refused", "write-failed"]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_may_not_be_read_is_refused(folder, tmp_path):
    (folder / "locked").mkdir(mode=0o000)
    found = outcomes(folder, tmp_path / "out")
    assert found["locked"] == ["refused", "unreadable", "cannot be opened: Permission denied"]


def reports_of(refs, folder: Path, meanwhile=lambda number: None):
    engine = Engine(PluginHost.load(), [], Settings(output_folder=folder), key=bytes(32))
    reports = []
    for report in engine.run(refs):
        reports.append(report)
        meanwhile(report.number)
    return reports


@pytest.mark.parametrize("become", ["nothing", "a pipe", "a folder", "a device", "another"])
def test_a_file_that_became_something_else_since_it_was_found(become, folder, tmp_path):
    changing = folder / "other.dcm"
    changing.write_bytes(FILE)

    def change(number: int) -> None:
        if number != 1:
            return
        changing.unlink()
        if become == "a pipe":
            os.mkfifo(changing)
        elif become == "a folder":
            changing.mkdir()
        elif become == "a device":
            changing.symlink_to("/dev/zero")
        elif become == "another":
            changing.write_bytes(b"no image any more")

    refs = [FileRef(path.name, path=path) for path in sorted(folder.iterdir())]
    reports = reports_of(refs, tmp_path / "out", change)
    expected = Outcome.SKIPPED if become == "another" else Outcome.REFUSED
    assert [report.outcome for report in reports] == [Outcome.WRITTEN, expected]
    assert reports[1].reason


class Changing:
    """A plugin that changes a large file between reading and writing it."""

    def __init__(self, change) -> None:
        self.change = change

    def plugin(self):
        from deid_core import hookimpl

        @hookimpl(wrapper=True)
        def deid_read_file(ref, batch):
            instance = yield
            self.change(ref.path)
            return instance

        return type("Plugin", (), {"deid_read_file": staticmethod(deid_read_file)})()


@pytest.mark.parametrize("change", ["shorter", "longer", "other bytes"])
def test_a_large_file_that_changes_while_it_is_read_is_refused(change, tmp_path):
    from fuzz import kinds as make
    from fuzz.whole import OWN

    pixels = make.element(0x7FE00010, "OW", bytes(1 << 20))
    path = tmp_path / "large.dcm"
    path.write_bytes(make.part_10(make.patient() + make.image() + pixels))

    def changed(found: Path) -> None:
        data = found.read_bytes()
        new = {"shorter": data[:500_000], "longer": data + b"x", "other bytes": data[:-1] + b"\1"}
        found.write_bytes(new[change])
        os.utime(found, ns=(1, 1))

    host = PluginHost({**OWN, "changing": Changing(changed).plugin()})
    engine = Engine(host, [], Settings(output_folder=tmp_path / "out"), key=bytes(32))
    (report,) = engine.run([FileRef(path.name, path=path)])
    assert report.outcome is Outcome.REFUSED
    assert [one for one in (tmp_path / "out").rglob("*") if one.is_file()] == []


def test_a_file_of_terabytes_that_is_odd_is_not_read_into_memory(tmp_path):
    path = tmp_path / "huge.dcm"
    odd = kinds()["explicit big endian"]
    path.write_bytes(odd)
    os.truncate(path, 1 << 40)
    (report,) = reports_of([FileRef(path.name, path=path)], tmp_path / "out")
    assert (report.outcome, report.code) == (Outcome.REFUSED, "unreadable")
    assert "too large" in report.reason


def test_inputs_stay_as_they_are(folder, tmp_path):
    for number, data in enumerate(kinds().values()):
        (folder / f"{number}.dcm").write_bytes(data)
    for path in folder.iterdir():
        path.chmod(0o444)
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    reports_of([FileRef(path.name, path=path) for path in sorted(before)], tmp_path / "out")
    after = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    assert after == before


def test_the_command_tells_of_names_that_are_not_utf_8(folder, tmp_path):
    (folder / "itself").symlink_to("itself")
    for name in (b"caf\xe9.dcm", b"bad\xff.dcm"):
        path = Path(os.fsdecode(os.fsencode(folder) + b"/" + name))
        path.write_bytes(FILE if name.startswith(b"caf") else FILE[:300])
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from deid_core.cli.main import main; main()",
            "run",
            str(folder),
            "--output",
            str(tmp_path / "out"),
        ],
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert b"Traceback" not in done.stderr, done.stderr[-1500:]
    assert b"refused" in done.stdout
