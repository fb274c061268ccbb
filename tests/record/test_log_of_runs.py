"""The log that runs write, and ``deid-core verify-log``."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from recorded import broken, images, invoke, key, verified


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """Return the record of a run over three images and a broken file."""
    broken(images(tmp_path / "in", 3))
    result = invoke("run", tmp_path / "in", "-o", tmp_path / "out")
    assert result.exit_code == 1, result.output
    return tmp_path / "out.record"


def test_each_file_has_a_line_with_its_digests(record: Path, tmp_path: Path) -> None:
    from hashlib import sha256

    events = [json.loads(line) for line in (record / "log.jsonl").read_text().splitlines()]
    files = [event for event in events if event["event"] == "file"]
    assert [event["event"] for event in events] == ["run-started", *["file"] * 4, "run-ended"]
    written = {event["output"] for event in files if event["outcome"] == "written"}
    outputs = [path.read_bytes() for path in (tmp_path / "out").rglob("*.dcm")]
    assert written == {sha256(data).hexdigest() for data in outputs}
    inputs = {sha256(p.read_bytes()).hexdigest() for p in (tmp_path / "in").iterdir()}
    assert not inputs & {event["input"] for event in files}
    assert [event["code"] for event in files if event["outcome"] == "refused"] == ["unreadable"]


def test_the_hash_that_the_log_ends_with_may_be_noted_elsewhere(
    record: Path, tmp_path: Path
) -> None:
    invoke("run", tmp_path / "in", "-o", tmp_path / "out")
    found = verified(record)
    assert (found["runs"], found["lines"], found["files"]) == (2, 8, 4)
    assert verified(record, "--last", found["last"])["ok"]
    assert verified(record, "--last", "0" * 64)["misfit"]["kind"] == "cut-off"


@pytest.mark.parametrize("name", ["report.json", "report.html"])
def test_a_report_that_was_changed_is_found(record: Path, name: str) -> None:
    path = record / name
    path.write_bytes(path.read_bytes().replace(b"refused", b"written", 1))
    assert verified(record)["misfit"]["kind"] == "report"
    path.unlink()
    assert not verified(record)["ok"]


def test_a_run_that_is_cut_out_is_found_by_the_report(record: Path, tmp_path: Path) -> None:
    whole = (record / "log.jsonl").read_bytes()
    invoke("run", tmp_path / "in", "-o", tmp_path / "out")
    (record / "log.jsonl").write_bytes(whole)
    assert verified(record)["misfit"]["kind"] == "cut-off"


def test_the_key_of_the_log_is_not_that_of_the_pseudonyms(tmp_path: Path) -> None:
    images(tmp_path / "in", 1)
    one, other = key(tmp_path / "one", 1), key(tmp_path / "other", 2)
    words = ("run", tmp_path / "in", "-o", tmp_path / "out", "--key-file", one)
    result = invoke(*words, "--log-key-file", one)
    assert result.exit_code == 2
    assert "is that of the pseudonyms" in result.output
    assert not (tmp_path / "out").exists()
    assert invoke(*words, "--log-key-file", other).exit_code == 0
    assert verified(tmp_path / "out.record", "--log-key-file", other)["keyed"]
    assert invoke("verify-log", tmp_path / "out.record").exit_code == 2
    assert invoke(*words).exit_code == 2
    assert invoke(*words, "--log-key-file", one).exit_code == 2


def test_the_key_of_the_log_may_be_in_a_variable_that_no_child_inherits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEID_CORE_LOG_KEY", "a key of the log in a variable")
    images(tmp_path / "in", 1)
    assert invoke("run", tmp_path / "in", "-o", tmp_path / "out").exit_code == 0
    assert "DEID_CORE_LOG_KEY" not in os.environ
    monkeypatch.setenv("DEID_CORE_LOG_KEY", "a key of the log in a variable")
    assert verified(tmp_path / "out.record")["keyed"]


def test_a_key_that_others_may_read_or_that_is_short_is_refused(tmp_path: Path) -> None:
    images(tmp_path / "in", 1)
    path = key(tmp_path / "key", 1)
    words = ("run", tmp_path / "in", "-o", tmp_path / "out", "--log-key-file", path)
    path.chmod(0o644)
    assert "others than its owner may read" in invoke(*words).output
    path.chmod(0o600)
    path.write_bytes(b"short")
    assert "at least 16 bytes" in invoke(*words).output


def test_outputs_that_were_changed_removed_or_added_are_found(record: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert verified(record, "--outputs", out)["outputs"]["same"] == 3
    first, second, _ = sorted(out.rglob("*.dcm"))
    first.write_bytes(first.read_bytes()[:-1] + b"x")
    second.rename(out / "more.dcm")
    found = verified(record, "--outputs", out)
    assert found["misfit"] is None
    assert [found["outputs"][kind] for kind in ("same", "changed", "missing", "extra")] == [
        1,
        1,
        1,
        1,
    ]
    assert found["outputs"]["names"]["extra"] == ["more.dcm"]
    shown = invoke("verify-log", record, "--outputs", out).output
    assert "1 as written, 1 changed, 1 missing, 1 not of the run" in shown


def test_outputs_without_names_in_the_report_are_known_by_their_digests(tmp_path: Path) -> None:
    images(tmp_path / "in", 2)
    out = tmp_path / "out"
    assert invoke("run", tmp_path / "in", "-o", out, "--keep-names").exit_code == 0
    assert verified(tmp_path / "out.record", "--outputs", out)["outputs"]["same"] == 2
    (out / "0001.dcm").unlink()
    found = verified(tmp_path / "out.record", "--outputs", out)["outputs"]
    assert (found["same"], found["missing"], found["extra"]) == (1, 1, 0)


def test_a_record_is_told_of_in_words(record: Path) -> None:
    shown = invoke("verify-log", record / "log.jsonl").output
    assert "The log fits: 6 lines, 1 run, 4 files." in shown
    (record / "log.jsonl").write_bytes((record / "log.jsonl").read_bytes()[1:])
    result = invoke("verify-log", record)
    assert result.exit_code == 1
    assert "Does not fit: line 1: it has not the form of a line (changed)." in result.output
    assert invoke("verify-log", record, "--last", "abc").exit_code == 2
    (record / "log.jsonl").unlink()
    assert invoke("verify-log", record).exit_code == 2
