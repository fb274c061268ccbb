"""The log of a record: whatever is done to it afterwards is found."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deid_core import SettingsError
from deid_core_record.log import Log
from deid_core_record.verify import Checked, check_log

sys.path.insert(0, str(Path(__file__).parent))

from recorded import log_of

SECRET = bytes(range(32))


@pytest.fixture(scope="module")
def whole() -> dict[bytes | None, bytes]:
    """Return a log with a key, and one without."""
    found = {}
    for secret in (None, SECRET):
        with tempfile.TemporaryDirectory() as folder:
            found[secret] = log_of(Path(folder), 6, secret)
    return found


def checked(text: bytes, secret: bytes | None = None, expected: str = "") -> Checked:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "log.jsonl")
        path.write_bytes(text)
        return check_log(path, secret, expected)


def kind(text: bytes, secret: bytes | None = None, expected: str = "") -> str:
    misfit = checked(text, secret, expected).misfit
    return "" if misfit is None else misfit.kind


@pytest.mark.parametrize("secret", [None, SECRET])
def test_a_log_as_it_was_written_fits(
    whole: dict[bytes | None, bytes], secret: bytes | None
) -> None:
    found = checked(whole[secret], secret)
    assert (found.misfit, found.lines, found.runs, found.files) == (None, 8, 1, 6)
    assert found.last == json.loads(whole[secret].splitlines()[-1])["hash"]
    assert found.keyed == (secret is not None)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_any_changed_byte_is_found(whole: dict[bytes | None, bytes], data: st.DataObject) -> None:
    secret = data.draw(st.sampled_from((None, SECRET)))
    text = bytearray(whole[secret])
    at = data.draw(st.integers(0, len(text) - 1))
    text[at] = (text[at] + data.draw(st.integers(1, 255))) % 256
    try:
        assert checked(bytes(text), secret).misfit is not None
    except SettingsError:
        # The first line says no more whether there was a key.
        assert secret is None


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_any_other_order_of_lines_is_found(
    whole: dict[bytes | None, bytes], data: st.DataObject
) -> None:
    secret = data.draw(st.sampled_from((None, SECRET)))
    lines = whole[secret].splitlines(keepends=True)
    changed = data.draw(st.lists(st.sampled_from(lines), max_size=len(lines) + 2))
    if changed != lines:
        assert checked(b"".join(changed), secret).misfit is not None


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_any_cut_is_found(whole: dict[bytes | None, bytes], data: st.DataObject) -> None:
    text = whole[SECRET]
    assert checked(text[: data.draw(st.integers(0, len(text) - 1))], SECRET).misfit is not None


def test_it_is_said_what_was_done(whole: dict[bytes | None, bytes]) -> None:
    lines = whole[None].splitlines(keepends=True)
    assert kind(b"".join([*lines[:3], *lines[4:]])) == "removed"
    assert kind(b"".join([*lines[:3], lines[4], lines[3], *lines[5:]])) == "reordered"
    assert kind(b"".join([*lines[:4], lines[2], *lines[4:]])) == "inserted"
    assert kind(whole[None].replace(b"written", b"skipped", 1)) == "changed"
    assert kind(whole[None][:-1]) == "torn"
    assert kind(b"".join(lines[:-1])) == "no-end"
    assert kind(b"") == "cut-off"


def test_who_has_no_key_cannot_write_a_line_that_fits(
    whole: dict[bytes | None, bytes], tmp_path: Path
) -> None:
    assert kind(whole[None], SECRET) == "no-key"
    assert kind(log_of(tmp_path, 6, bytes(32)), SECRET) == "another-key"
    with pytest.raises(SettingsError, match="with a key"):
        checked(whole[SECRET])


def test_a_log_that_was_written_anew_is_found_by_the_hash_that_was_noted(
    whole: dict[bytes | None, bytes], tmp_path: Path
) -> None:
    noted = checked(whole[None]).last
    anew = log_of(tmp_path, 5)
    assert kind(anew) == ""
    assert kind(anew, expected=noted) == "cut-off"
    assert kind(whole[None], expected=noted) == ""


def test_what_a_killed_process_left_of_a_line_is_cut_off(tmp_path: Path) -> None:
    text = log_of(tmp_path, 3)
    path = tmp_path / "log.jsonl"
    path.write_bytes(text + b'{"seq":6,"prev":"ab')
    log = Log.open(tmp_path, None)
    log.add("run-started", run=2)
    log.add("run-ended", run=2, complete=True)
    log.close()
    assert path.read_bytes().startswith(text)
    events = [json.loads(line) for line in path.read_text().splitlines()]
    assert [event["event"] for event in events[-3:]] == ["recovered", "run-started", "run-ended"]
    assert events[-3]["cut_bytes"] == 19
    found = checked(path.read_bytes())
    assert (found.misfit, found.runs, found.broken_off) == (None, 2, 1)


def test_a_log_of_which_nothing_but_a_torn_line_is_left_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_bytes(b'{"seq":1,"pr')
    log = Log.open(tmp_path, SECRET)
    log.add("run-ended")
    log.close()
    found = checked((tmp_path / "log.jsonl").read_bytes(), SECRET)
    assert (found.misfit, found.lines, found.keyed) == (None, 2, True)


@pytest.mark.parametrize("other", [None, bytes(32)])
def test_a_log_goes_on_with_its_own_key_only(tmp_path: Path, other: bytes | None) -> None:
    text = log_of(tmp_path, 1, SECRET)
    with pytest.raises(SettingsError, match="another key"):
        Log.open(tmp_path, other)
    assert (tmp_path / "log.jsonl").read_bytes() == text


def test_a_log_whose_end_was_changed_does_not_go_on(tmp_path: Path) -> None:
    text = log_of(tmp_path, 1)
    (tmp_path / "log.jsonl").write_bytes(text.replace(b"true", b"TRUE"))
    with pytest.raises(SettingsError, match="does not end as it was written"):
        Log.open(tmp_path, None)


def test_a_line_that_is_no_event_is_no_crash(whole: dict[bytes | None, bytes]) -> None:
    from deid_core_record.chain import seal_of

    body = b'{"seq":1,"prev":"' + b"0" * 64 + b'",nothing'
    forged = body + b',"hash":"' + seal_of(None)(body).encode() + b'"}\n'
    assert kind(forged) == "no-end"
