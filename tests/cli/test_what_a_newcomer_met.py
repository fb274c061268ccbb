"""What a person without a manual ran into: words that did not help, and lists that buried."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pydicom.dataset import Dataset

from deid_core.cli.main import cli


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")


def invoke(*words: object) -> Any:
    return CliRunner().invoke(cli, [str(word) for word in words])


def test_an_output_that_is_a_file_is_refused_before_any_file_is_read(
    small: Dataset, save: Any, tmp_path: Path
) -> None:
    path = save(small)
    result = invoke("run", path, "-o", path)
    assert result.exit_code == 2
    assert "is a file, and outputs go to a folder or an archive; give another" in result.stderr
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_a_source_that_is_not_there_is_answered_with_what_to_do() -> None:
    for words in (("run", "nowhere", "-o", "out"), ("inspect", "nowhere")):
        result = invoke(*words)
        assert result.exit_code == 2
        assert "nowhere: no such file or folder; look whether the path is right" in result.stderr


def test_files_that_are_no_dicom_are_compared_as_such(tmp_path: Path) -> None:
    for name, content in (("a", "one"), ("b", "one"), ("c", "other")):
        (tmp_path / name).write_text(content)
    assert invoke("diff", "a", "b").exit_code == 0
    result = invoke("diff", "a", "c")
    assert result.exit_code == 1
    assert "a: not DICOM, and not the same" in result.stdout


def test_a_file_and_a_folder_are_told_apart_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    result = invoke("diff", "folder", "file")
    assert result.exit_code == 2
    assert "file is a file, and folder is none" in result.stderr


def test_no_identifiers_at_all_are_no_success(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_text("no image")
    result = invoke("identifiers", "photo.jpg", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {"command": "identifiers", "identifiers": {}}
    assert "look whether the path is right" in result.stderr


def test_who_gives_the_output_instead_of_its_record_is_led_there(small: Dataset, save: Any) -> None:
    assert invoke("run", save(small), "-o", "out").exit_code == 0
    result = invoke("verify-log", "out")
    assert result.exit_code == 2
    assert "out: holds no log of a run; did you mean" in result.stderr
    assert "out.record?" in result.stderr


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that reads as none")
def test_the_audit_counts_what_cannot_be_read(small: Dataset, save: Any, tmp_path: Path) -> None:
    save(small, "in/one.dcm")
    assert invoke("run", "in", "-o", "out").exit_code == 0
    (tmp_path / "in" / "closed.dcm").symlink_to("/proc/self/mem")
    found = json.loads(invoke("audit", "in", "out", "--json").stdout)["files"]
    assert (found["input"]["unreadable"], found["unreadable"]) == (1, [])
    (tmp_path / "out" / "closed.dcm").symlink_to("/proc/self/mem")
    result = invoke("audit", "in", "out", "--json")
    assert result.exit_code == 1
    assert len(json.loads(result.stdout)["files"]["unreadable"]) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look into every folder")
def test_the_audit_calls_no_result_clean_of_which_it_saw_a_part(
    small: Dataset, save: Any, tmp_path: Path
) -> None:
    save(small, "in/one.dcm")
    assert invoke("run", "in", "-o", "out").exit_code == 0
    closed = tmp_path / "out" / "closed"
    closed.mkdir(mode=0)
    result = invoke("audit", "in", "out")
    closed.chmod(stat.S_IRWXU)
    assert result.exit_code == 1


@pytest.fixture
def private(small: Dataset, save: Any) -> Path:
    """A file with many private elements of a creator that is known, and of one that is not."""
    for creator, group in (("GEMS_PARM_01", 0x0043), ("NOBODY KNOWS", 0x0099)):
        block = small.private_block(group, creator, create=True)
        for element in range(1, 6):
            block.add_new(element, "LO", f"value {element}")
    path: Path = save(small, "in/one.dcm")
    return path


def test_private_attributes_are_shown_by_their_creators(private: Path) -> None:
    shown = invoke("inspect", "in").stdout
    rows = [" ".join(line.split()) for line in shown.splitlines()]
    assert "GEMS_PARM_01, 5 attributes 1 5 text ••• removed" in rows
    assert "Others, 5 attributes 1 5 text ••• removed" in rows
    assert "(0043,1001)" not in shown
    assert "NOBODY" not in shown
    each = invoke("inspect", "in", "--each-private").stdout
    assert sum("[GEMS_PARM_01]" in line for line in each.splitlines()) == 5


def test_the_inspection_ends_with_a_sum_and_what_to_do_next(private: Path) -> None:
    lines = invoke("inspect", "in").stdout.splitlines()
    assert lines[0] == "1 DICOM file, 1 patient, 1 study, 1 series"
    found = json.loads(invoke("inspect", "in", "--json").stdout)
    total = found["sum"]
    assert total["attributes"] == len(found["attributes"])
    assert total["values"] == sum(one["values"] for one in found["attributes"])
    said = f"In all: {total['attributes']} attributes with {total['values']} values may identify."
    assert lines[-3:-1] == [said, "None of them would stay."]
    assert "deid-core run SOURCE --output OUT --profile basic" in lines[-1]


def test_what_would_stay_is_named_in_the_sum(private: Path) -> None:
    options = ("--profile", "basic", "--retain-uids")
    kept = json.loads(invoke("inspect", "in", *options, "--json").stdout)["sum"]["kept"]
    lines = invoke("inspect", "in", *options).stdout.splitlines()
    assert lines[-2].startswith(f"{len(kept)} would stay: SOP Instance UID, ")
    assert "with the same options" in lines[-1]
    assert "(0008,0018)" in kept


def test_a_dry_run_counts_private_attributes_together(private: Path) -> None:
    shown = invoke("run", "in", "-o", "out", "--dry-run").stdout
    assert "10 private attributes" in shown
    assert "(0043," not in shown
    assert "the same command without --dry-run" in shown
    found = json.loads(invoke("run", "in", "-o", "out", "--dry-run", "--json").stdout)
    assert "(0043,1001)" in {one["attribute"] for one in found["actions"]}


def test_of_many_files_with_one_reason_the_first_are_listed(small: Dataset, save: Any) -> None:
    for number in range(14):
        bad = save(small, f"in/{number:02}.dcm")
        bad.write_bytes(bad.read_bytes()[:-1])
    result = invoke("run", "in", "-o", "out")
    assert result.exit_code == 1
    assert result.stderr.count("unreadable") == 11
    assert "and 4 more" in result.stderr
    assert "What to do about each reason is in out.record/report.html." in result.stderr
    assert invoke("run", "in", "-o", "all", "--show-files").stderr.count("unreadable") == 14


def test_who_stops_at_a_question_is_told_that_nothing_was_done(small: Dataset, save: Any) -> None:
    result = CliRunner().invoke(cli, ["run", str(save(small)), "--interactive"], input="basic\n")
    assert result.exit_code == 130
    assert "Stopped. Nothing was done." in result.stderr


def test_a_key_that_cannot_be_made_is_answered_with_what_to_do(tmp_path: Path) -> None:
    for more in ((), ("--dry-run",)):
        result = invoke("key", "new", tmp_path / "no" / "our.key", *more)
        assert result.exit_code == 2
        assert "name a file in a folder of yours" in result.stderr


@pytest.mark.parametrize("limit", [9_000, 40_000, 61_000])
def test_a_full_disk_is_said_as_such_wherever_the_record_meets_it(
    small: Dataset, save: Any, limit: int
) -> None:
    for number in range(12):
        save(small, f"in/{number}.dcm")
    program = (
        "import resource, sys\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
        "from deid_core.cli.main import main\n"
        "sys.argv = ['deid-core', 'run', 'in', '-o', 'out', '--engine', 'serial']\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "cannot be" in done.stderr
    assert "raised" not in done.stderr
