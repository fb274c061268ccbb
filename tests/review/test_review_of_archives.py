"""A review of outputs that lie in an archive: each is known by its digest, and nothing is unpacked."""

from __future__ import annotations

import json
import re
import sys
import zipfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from reviewed import Person, invoke, run, served


def into_archive(folder: Path, name: str, series: int = 2, files: int = 3) -> Path:
    """De-identify so many series of so many files into an archive; return it."""
    run(folder, series, files)
    out = folder / name
    assert invoke("run", folder / "in", "-o", out, "--profile", "basic").exit_code == 0
    return out


def path_of(text: str, at: int) -> str:
    """Return the address of a series by its place in the list."""
    return re.findall(r'href="(/series/[0-9a-f]+)"', text)[at]


@pytest.mark.parametrize("name", ["out.zip", "out.tar", "out.tar.gz"])
def test_series_in_an_archive_are_shown_and_marked(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = into_archive(tmp_path, name)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    before = {*tmp_path.iterdir()}
    with served(out) as server:
        person = Person(server)
        _, text = person.get("/")
        assert re.findall(r">Series (\d)</a>", text) == ["1", "2"]
        path = path_of(text, 1)
        _, text = person.get(path)
        assert re.findall(r"<figcaption>(Image \d of 3)", text) == [
            f"Image {at} of 3" for at in (1, 2, 3)
        ]
        assert text.count("data:image/png") == 3
        assert "SOP Instance UID" in text
        assert person.post(path, {"mark": "approved"})[0].status == 303
    assert [*scratch.iterdir()] == []
    assert {*tmp_path.iterdir()} == before
    found = json.loads(invoke("review", out, "--json").output)
    assert [one["mark"] for one in found["series"]] == [None, "approved"]
    assert (found["not_as_written"], found["not_of_the_run"]) == (0, 0)


def test_what_the_run_has_not_written_is_told(tmp_path: Path) -> None:
    out = into_archive(tmp_path, "out.zip", 1, 3)
    with zipfile.ZipFile(out) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members[1:]:
            archive.writestr(name, data)
        archive.writestr("other.dcm", members[0][1] + b"\0")
    with served(out) as server:
        _, text = Person(server).get("/")
    assert "Not there as written: 1 file of the run." in text
    assert "In the archive, but not written by the run: 1 file." in text


def test_a_damaged_archive_is_told_and_breaks_nothing(tmp_path: Path) -> None:
    out = into_archive(tmp_path, "out.tar.gz", 1, 3)
    data = out.read_bytes()
    out.write_bytes(data[: len(data) // 2])
    with served(out) as server:
        _, text = Person(server).get("/")
    assert "Not there as written:" in text


def test_two_members_that_are_the_same_are_two_files(tmp_path: Path) -> None:
    out = run(tmp_path, 1, 2)
    archive = tmp_path / "same.zip"
    (tmp_path / "out.record").rename(tmp_path / "same.zip.record")
    first = min(path for path in out.rglob("*.dcm")).read_bytes()
    with zipfile.ZipFile(archive, "w") as stream:
        stream.writestr("a.dcm", first)
        stream.writestr("b.dcm", first)
    found = json.loads(invoke("review", archive, "--json").output)
    assert [one["files"] for one in found["series"]] == [1]
    assert (found["not_as_written"], found["not_of_the_run"]) == (1, 1)


def test_of_many_members_few_are_held(tmp_path: Path) -> None:
    out = into_archive(tmp_path, "out.zip", 1, 30)
    with served(out) as server:
        (series,) = server.review.series()
        assert len(series.files) == 30
        assert len(series.members()) < 10
        first, middle, last = series.some()
        assert (first, last) == (0, 29)
        assert abs(middle - 15) <= 4
