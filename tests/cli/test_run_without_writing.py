"""``deid-core run --dry-run``, ``--interactive`` and ``--json``, and runs with nothing to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pydicom.dataset import Dataset

from deid_core.cli.main import cli


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: object, typed: str = "") -> Any:
    return CliRunner().invoke(cli, ["run", *map(str, arguments)], input=typed)


def test_a_dry_run_counts_and_leaves_nothing(small: Dataset, save: Any, tmp_path: Path) -> None:
    path = save(small)
    result = run(path, "--output", "out", "--dry-run", "--profile", "basic")
    assert result.exit_code == 0
    words = " ".join(result.stdout.replace("│", " ").split())
    assert "would be de-identified 1" in words
    assert "PatientName BLANK 1" in words
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_a_dry_run_tells_what_would_be_refused(
    small: Dataset, save: Any, recipe: Any, tmp_path: Path
) -> None:
    deid = recipe("REPLACE PatientID var:x")
    result = run(save(small), "-o", "out", "--dry-run", "--strict", "-r", deid, "--json")
    assert result.exit_code == 1
    shown = json.loads(result.stdout)
    assert shown["dry_run"] is True
    assert shown["counts"] == {"refused": 1}
    assert not (tmp_path / "out").exists()


def test_a_dry_run_tells_what_is_there_already(small: Dataset, save: Any) -> None:
    path = save(small)
    assert run(path, "-o", "out", "--keep-names", "--no-record").exit_code == 0
    result = run(path, "-o", "out", "--keep-names", "--dry-run", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["counts"] == {"exists": 1}


def test_a_dry_run_does_not_touch_the_crosswalk(small: Dataset, save: Any, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_bytes(b"k" * 32)
    key.chmod(0o600)
    options = ("--crosswalk", "who.db", "--key-file", key, "--pseudonyms", "number")
    result = run(save(small), "-o", "out", "--dry-run", *options)
    assert result.exit_code == 0, result.output
    assert not (tmp_path / "who.db").exists()


def test_json_is_all_that_is_on_standard_output(small: Dataset, save: Any) -> None:
    bad = save(small, "in/bad.dcm")
    bad.write_bytes(bad.read_bytes()[:-1])
    save(small, "in/good.dcm")
    result = run("in", "-o", "out", "--json", "--show-files")
    shown = json.loads(result.stdout)
    assert shown["command"] == "run"
    assert shown["counts"] == {"refused": 1, "written": 1}
    (refused,) = shown["not_written"]
    assert (Path(refused["location"]).name, refused["code"]) == ("bad.dcm", "unreadable")
    assert shown["record"] == "out.record"


def test_each_reason_is_said_once(small: Dataset, save: Any) -> None:
    bad = save(small, "bad.dcm")
    bad.write_bytes(bad.read_bytes()[:-1])
    result = run(bad, "-o", "out")
    assert result.exit_code == 1
    assert " ".join(result.output.split()).count("unreadable") == 1


@pytest.mark.parametrize("content", [None, "no image"])
def test_nothing_to_do_is_said_and_has_status_1(tmp_path: Path, content: str | None) -> None:
    (tmp_path / "in").mkdir()
    if content:
        (tmp_path / "in" / "notes.txt").write_text(content, encoding="utf-8")
    result = run("in", "-o", "out")
    assert result.exit_code == 1
    assert ("Nothing was de-identified" if content else "No files were found") in result.stdout


@pytest.mark.parametrize("wrong", [["-r", "nowhere"], ["--retain-uids"], ["--pseudonyms", "x"]])
def test_wrong_usage_leaves_no_record(
    small: Dataset, save: Any, tmp_path: Path, wrong: list[str]
) -> None:
    path = save(small)
    assert run(path, "-o", "out", *wrong).exit_code == 2
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_enter_to_all_questions_runs_with_the_profile(
    small: Dataset, save: Any, tmp_path: Path
) -> None:
    path = save(small, "in.dcm")
    result = run("in.dcm", "--interactive", typed="\n" * 6)
    assert result.exit_code == 0, result.output
    assert "deid-core run in.dcm --profile basic --output deidentified\n" in result.stderr
    assert (tmp_path / "deidentified").is_dir()
    assert path.is_file()


def test_the_command_that_is_shown_does_what_the_answers_did(
    small: Dataset, save: Any, load: Any, tmp_path: Path
) -> None:
    save(small, "in.dcm")
    answers = "basic\n2, 5\nout\ny\n\n\nkeep\ny\n"
    result = run("in.dcm", "--interactive", "--keep-names", typed=answers)
    assert result.exit_code == 0, result.output
    (line,) = [one for one in result.stderr.splitlines() if "deid-core run" in one]
    words = line.split()
    for word in ("--retain-uids", "--retain-patient-characteristics", "--retain-full-dates"):
        assert word in words
    assert (tmp_path / "out.crosswalk").is_file()
    assert (tmp_path / "out.key").stat().st_mode & 0o777 == 0o600
    again = run(*["again" if word == "out" else word for word in words[2:]])
    assert again.exit_code == 0, again.output
    one, other = load(tmp_path / "out" / "in.dcm"), load(tmp_path / "again" / "in.dcm")
    assert one == other
    assert one.StudyDate == "20200131"


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_no_key_is_made_for_who_does_not_agree_or_only_tries(
    small: Dataset, save: Any, tmp_path: Path, more: list[str]
) -> None:
    path = save(small)
    answers = "basic\n\nout\ny\n\n\nremove\n"
    result = run(path, "--interactive", *more, typed=answers + ("y\n" if more else "n\n"))
    assert result.exit_code == (0 if more else 130), result.output
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("typed", ["none\nout\nn\nn\n", "basic\n\n"])
def test_who_says_no_or_stops_answering_runs_nothing(
    small: Dataset, save: Any, tmp_path: Path, typed: str
) -> None:
    result = run(save(small), "--interactive", typed=typed)
    assert result.exit_code == 130
    assert not (tmp_path / "out").exists()


def test_nothing_is_asked_without_interactive(small: Dataset, save: Any) -> None:
    result = run(save(small))
    assert result.exit_code == 2
    assert "--output" in result.stderr
