"""Marks stand in the log of the record as well, so that ``verify-log`` covers them."""

from __future__ import annotations

import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "record"))

from recorded import key, verified
from reviewed import Person, invoke, run, served

from deid_core_record.journal import Journal

NOTE = "seen by Quirkelbach"


def mark(out: Path, *values: str) -> tuple[str, str]:
    """Mark the first series so; return its key and its UID."""
    with served(out) as server:
        series = server.review.series()[0]
        for value in values:
            response, _ = Person(server).post(
                f"/series/{series.key}", {"mark": value, "note": NOTE}
            )
            assert response.status == 303
        return series.key, series.uid


def lines(out: Path) -> list[dict[str, Any]]:
    """Return the events of the log."""
    text = out.with_name("out.record").joinpath("log.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def test_each_mark_stands_in_the_log_without_its_note(tmp_path: Path) -> None:
    out = run(tmp_path, 1, 1)
    series, uid = mark(out, "rejected", "approved", "")
    found = [line for line in lines(out) if line["event"] == "marked"]
    assert [line["mark"] for line in found] == ["rejected", "approved", "withdrawn"]
    assert {line["series"] for line in found} == {series}
    assert all(len(line["content"]) == 64 for line in found)
    assert NOTE not in str(found)
    assert uid not in str(found)


def test_a_log_with_marks_fits(tmp_path: Path) -> None:
    out = run(tmp_path, 1, 1)
    mark(out, "rejected", "approved")
    found = verified(out.with_name("out.record"))
    assert (found["ok"], found["marks"], found["runs"], found["broken_off"]) == (True, 2, 1, 0)
    assert "Marks of reviews: 2" in invoke("verify-log", out.with_name("out.record")).output


def test_a_later_run_goes_on_after_marks(tmp_path: Path) -> None:
    words = ("--key-file", str(key(tmp_path / "key", 7)))
    out = run(tmp_path, 1, 1, *words)
    mark(out, "approved")
    run(tmp_path, 1, 2, *words)
    mark(out, "approved")
    found = verified(out.with_name("out.record"))
    assert (found["ok"], found["marks"], found["runs"], found["broken_off"]) == (True, 2, 2, 0)
    kinds = [line["event"] for line in lines(out) if line["event"] != "file"]
    assert kinds == ["run-started", "run-ended", "marked"] * 2


def test_a_run_that_broke_off_has_still_no_end_after_a_mark(tmp_path: Path) -> None:
    out = run(tmp_path, 1, 1)
    log = out.with_name("out.record") / "log.jsonl"
    log.write_text("".join(log.read_text().splitlines(keepends=True)[:-1]))
    for report in ("report.json", "report.html"):
        (log.parent / report).unlink()
    mark(out, "approved")
    assert [line["event"] for line in lines(out)][-2:] == ["recovered", "marked"]
    assert verified(log.parent)["misfit"]["kind"] == "no-end"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE marks SET mark = 'approved'",
        "DELETE FROM marks",
        "INSERT INTO marks (series, mark, note, content, time) VALUES ('ab', 'approved', '', '', 0)",
    ],
)
def test_a_mark_that_was_changed_in_the_journal_is_found(tmp_path: Path, change: str) -> None:
    out = run(tmp_path, 1, 1)
    mark(out, "rejected")
    record = out.with_name("out.record")
    with sqlite3.connect(record / "journal.sqlite") as connection:
        connection.execute(change)
    connection.close()
    before = {path.name for path in record.iterdir()}
    assert verified(record)["misfit"]["kind"] == "marks"
    assert {path.name for path in record.iterdir()} == before


def test_a_mark_that_was_changed_in_the_log_is_found(tmp_path: Path) -> None:
    out = run(tmp_path, 1, 1)
    mark(out, "rejected")
    log = out.with_name("out.record") / "log.jsonl"
    log.write_text(log.read_text().replace('"rejected"', '"approved"'))
    assert verified(log.parent)["misfit"]["kind"] == "changed"


def test_the_journal_may_be_left_behind(tmp_path: Path) -> None:
    out = run(tmp_path, 1, 1)
    mark(out, "rejected")
    (out.with_name("out.record") / "journal.sqlite").unlink()
    assert verified(out.with_name("out.record"))["ok"]


def test_while_a_run_is_at_work_nothing_is_marked(tmp_path: Path) -> None:
    out = run(tmp_path, 1, 1)
    before = lines(out)
    with served(out) as server:
        series = server.review.series()[0]
        journal = Journal.open(out.with_name("out.record"))
        try:
            response, text = Person(server).post(f"/series/{series.key}", {"mark": "approved"})
        finally:
            journal.close()
        assert response.status == 409
        assert "another run is at work" in text
    assert lines(out) == before


def test_a_log_with_a_key_takes_marks_with_that_key(tmp_path: Path) -> None:
    of_the_log = key(tmp_path / "log.key", 65)
    out = run(tmp_path, 1, 1, "--log-key-file", str(of_the_log))
    with served(out) as server:
        series = server.review.series()[0]
        _, text = Person(server).get(f"/series/{series.key}")
        assert "<form" not in text
        assert "No mark can be kept" in text
        response, text = Person(server).post(f"/series/{series.key}", {"mark": "approved"})
        assert response.status == 409
        assert "chained with another key" in text
    with served(out, log_key=of_the_log.read_bytes()) as server:
        response, _ = Person(server).post(f"/series/{series.key}", {"mark": "approved"})
        assert response.status == 303
    found = verified(out.with_name("out.record"), "--log-key-file", of_the_log)
    assert (found["ok"], found["keyed"], found["marks"]) == (True, True, 1)


def test_a_mark_for_which_there_is_no_room_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = run(tmp_path, 1, 1)
    with served(out) as server:
        series = server.review.series()[0]

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("deid_core_record.log.Log.flush", full)
        response, text = Person(server).post(f"/series/{series.key}", {"mark": "approved"})
    assert response.status == 409
    assert "the mark cannot be kept (No space left on device)" in text
    assert verified(out.with_name("out.record"))["marks"] == 0
