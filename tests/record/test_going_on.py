"""A run that is started again goes on from where it was: the journal."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread


def modified(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def written(text: str) -> int:
    """Return how many files a summary says were de-identified; 0 where there is no table."""
    lines = [line for line in text.splitlines() if "de-identified" in line and "│" in line]
    return int(lines[0].split("│")[2]) if lines else 0


def test_the_second_run_does_nothing_and_says_so(run: Any, images: Any, tmp_path: Path) -> None:
    images(30)
    assert written(run().output) == 30
    before = modified(tmp_path / "out")
    result = run()
    assert result.exit_code == 0
    assert "Nothing to do: 30 files were done by an earlier run." in result.output
    assert modified(tmp_path / "out") == before


def test_without_a_record_nothing_is_left_beside_the_output(
    run: Any, images: Any, tmp_path: Path
) -> None:
    images(2)
    assert run("--no-record").exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


def test_what_is_new_is_added_under_the_same_key(
    run: Any, images: Any, key_file: Path, tmp_path: Path
) -> None:
    images(3)
    run("--key-file", key_file)
    before = modified(tmp_path / "out")
    images(2, first=4)
    result = run("--key-file", key_file)
    assert written(result.output) == 2
    assert "3 files were done by an earlier run." in result.output
    assert before.items() <= modified(tmp_path / "out").items()


@pytest.mark.parametrize("name", ["out.zip", "out.tar.gz"])
def test_an_archive_that_is_whole_is_not_written_again(
    name: str, run: Any, images: Any, tmp_path: Path
) -> None:
    images(3)
    assert written(run(output=name).output) == 3
    before = (tmp_path / name).read_bytes()
    again = run(output=name)
    assert "Nothing to do: 3 files were done by an earlier run." in again.output
    assert (tmp_path / name).read_bytes() == before
    (tmp_path / name).unlink()
    assert written(run(output=name).output) == 3


def test_what_is_new_is_refused_where_the_key_is_gone(
    run: Any, images: Any, tmp_path: Path
) -> None:
    images(3)
    run()
    images(1, first=4)
    for _ in range(2):
        result = run()
        assert result.exit_code == 2
        assert "its key, made for it alone, is gone" in result.output
        assert "--overwrite" in result.output
    assert not (tmp_path / "out.record" / "run.key").exists()


def test_an_output_that_is_gone_is_written_again(
    run: Any, images: Any, key_file: Path, contents: Any, tmp_path: Path
) -> None:
    images(4)
    run("--key-file", key_file)
    before = contents()
    gone = tmp_path / "out" / next(iter(before))
    gone.unlink()
    assert written(run("--key-file", key_file).output) == 1
    assert contents() == before


def test_an_output_folder_that_was_emptied_begins_anew(
    run: Any, images: Any, tmp_path: Path
) -> None:
    images(2)
    run()
    shutil.rmtree(tmp_path / "out")
    assert written(run("--profile", "basic").output) == 2


def test_an_input_that_was_only_touched_is_not_done_again(run: Any, images: Any) -> None:
    folder = images(3)
    run()
    os.utime(folder / "0002.dcm", (1, 1))
    assert "Nothing to do" in run().output


def test_an_input_that_changed_is_done_again_and_does_not_replace_its_output(
    run: Any, images: Any, ct: Any, key_file: Path
) -> None:
    folder = images(3)
    run("--key-file", key_file)
    ct.Rows = 64
    ct.SOPInstanceUID = ct.file_meta.MediaStorageSOPInstanceUID = "1.2.3.2"
    ct.save_as(folder / "0002.dcm")
    result = run("--key-file", key_file)
    assert result.exit_code == 1
    assert "output exists already" in result.output


@pytest.mark.parametrize(
    ("second", "what"),
    [
        (["--profile", "basic"], "the recipe"),
        (["--strict"], "the settings"),
        (["--key-file", "other"], "the key"),
        (["--block", "fileset"], "the plugins"),
    ],
)
def test_what_was_begun_in_another_way_is_refused(
    second: list[str], what: str, run: Any, images: Any, key_file: Path, tmp_path: Path
) -> None:
    images(2)
    run("--key-file", key_file)
    other = tmp_path / "other"
    other.write_bytes(bytes(32))
    other.chmod(0o600)
    words = [str(other) if word == "other" else word for word in second]
    if "--key-file" not in words:
        words += ["--key-file", str(key_file)]
    result = run(*words)
    assert result.exit_code == 2
    assert result.output.lstrip().startswith(f"Error: {what} ")
    assert "changed since an earlier run" in result.output
    assert written(run(*words, "--overwrite").output) == 2


def test_a_file_that_was_refused_is_done_again_when_asked(
    run: Any, images: Any, key_file: Path
) -> None:
    folder = images(2)
    whole = (folder / "0001.dcm").read_bytes()
    (folder / "0001.dcm").write_bytes(whole[:-100])
    assert run("--key-file", key_file).exit_code == 1
    again = run("--key-file", key_file)
    assert again.exit_code == 1
    assert "1 of them was not written then; --retry does them again." in again.output
    assert "refused" in run("--key-file", key_file, "--retry").output
    (folder / "0001.dcm").write_bytes(whole)
    result = run("--key-file", key_file)
    assert (result.exit_code, written(result.output)) == (0, 1)


def test_two_runs_at_once_into_one_output_are_refused(
    run: Any, images: Any, tmp_path: Path
) -> None:
    images(1)
    run()
    other = sqlite3.connect(tmp_path / "out.record" / "journal.sqlite")
    other.execute("BEGIN EXCLUSIVE")
    result = run()
    other.close()
    assert result.exit_code == 2
    assert "another run is at work there" in result.output


def test_what_another_has_put_under_the_name_of_an_output_stays(
    run: Any, images: Any, key_file: Path, contents: Any, tmp_path: Path
) -> None:
    images(1)
    run("--key-file", key_file)
    ((name, _),) = contents().items()
    (tmp_path / "out" / name).write_bytes(b"another's")
    result = run("--key-file", key_file)
    assert (result.exit_code, contents()) == (1, {name: b"another's"})


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("engine", ["serial", "processes"])
def test_a_run_that_is_killed_at_any_moment_goes_on_to_the_same_outputs(
    engine: str, run: Any, start: Any, images: Any, key_file: Path, contents: Any, tmp_path: Path
) -> None:
    images(100)
    words = ["--key-file", key_file, "--engine", engine]
    run(*words, output="whole")
    whole = contents("whole")
    chance = random.Random(6)
    for _ in range(3):
        with start(*words) as process:
            while not (tmp_path / "out").exists() and process.poll() is None:
                time.sleep(0.001)
            time.sleep(chance.uniform(0, 0.1))
            assert process.poll() is None
            process.send_signal(signal.SIGKILL)
        time.sleep(0.5)
        found = contents()
        unfinished = {name for name in found if Path(name).name.startswith(".deid-")}
        assert {name: found[name] for name in found.keys() - unfinished}.items() <= whole.items()
    assert run(*words).exit_code == 0
    assert contents() == whole


@pytest.mark.usefixtures("slow")
def test_a_killed_run_without_a_key_goes_on_with_the_key_it_had(
    run: Any, start: Any, images: Any, tmp_path: Path
) -> None:
    images(60)
    with start("--engine", "serial") as process:
        while sum(1 for _ in (tmp_path / "out").rglob("*.dcm")) < 3 and process.poll() is None:
            time.sleep(0.001)
        process.kill()
    kept = tmp_path / "out.record" / "run.key"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert run().exit_code == 0
    assert not kept.exists()
    outputs = list((tmp_path / "out").rglob("*.dcm"))
    assert len(outputs) == 60
    assert len({dcmread(path).StudyInstanceUID for path in outputs}) == 1


@pytest.mark.usefixtures("slow")
def test_a_run_that_is_interrupted_goes_on(
    run: Any, start: Any, images: Any, key_file: Path, tmp_path: Path
) -> None:
    images(60)
    with start("--engine", "serial", "--key-file", key_file) as process:
        while sum(1 for _ in (tmp_path / "out").rglob("*.dcm")) < 3 and process.poll() is None:
            time.sleep(0.001)
        process.send_signal(signal.SIGINT)
    result = run("--key-file", key_file)
    assert result.exit_code == 0
    assert 0 < written(result.output) < 60
    assert sum(1 for _ in (tmp_path / "out").rglob("*.dcm")) == 60


@pytest.mark.exhaustive
def test_ten_thousand_files_done_twice(run: Any, images: Any) -> None:
    images(10_000)
    assert written(run("--engine", "processes").output) == 10_000
    assert "Nothing to do: 10000 files were done by an earlier run." in run().output
