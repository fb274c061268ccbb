"""``deid-core key``, and commands that take a key; none of them shows it."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from deid_core.cli.main import cli
from deid_core.commands import key_of, key_options, log_key_option
from deid_core.keys import (
    KEY_VARIABLE,
    LOG_KEY_VARIABLE,
    fingerprint,
    key_from,
    read_key,
    write_key,
)
from deid_core_record.log_key import log_key

Run = Callable[..., Any]
SECRET = "a secret of some length"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *words: CliRunner().invoke(cli, [str(word) for word in words])


def test_a_new_key_is_written_and_its_fingerprint_shown(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "our.key"
    result = run("key", "new", path)
    assert result.exit_code == 0
    key = read_key(path)
    assert result.output == f"{path}: a new key, with the fingerprint {fingerprint(key)}\n"
    assert key.decode() not in result.output
    assert run("key", "fingerprint", path).output == f"{fingerprint(key)}\n"


def test_a_key_that_is_there_is_not_replaced(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "our.key"
    run("key", "new", path)
    before = path.read_bytes()
    result = run("key", "new", path)
    assert result.exit_code == 2
    assert "is there already, and a key is never replaced" in result.output
    assert path.read_bytes() == before


def test_a_new_key_needs_one_place(run: Run, tmp_path: Path) -> None:
    assert run("key", "new").exit_code == 2
    assert run("key", "new", tmp_path / "key", "--keyring", "study").exit_code == 2
    assert not (tmp_path / "key").exists()


def test_the_fingerprint_of_a_variable(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "the variable DEID_CORE_KEY" in run("key", "fingerprint").output
    monkeypatch.setenv(KEY_VARIABLE, SECRET)
    assert run("key", "fingerprint").output == f"{fingerprint(SECRET.encode())}\n"
    monkeypatch.setenv(LOG_KEY_VARIABLE, SECRET[::-1])
    assert run("key", "fingerprint", "--log").output == f"{fingerprint(SECRET[::-1].encode())}\n"


def test_a_run_gives_the_same_by_file_variable_and_keyring(
    run: Run,
    keyring: Path,
    small: Any,
    save: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = ["run", save(small), "--profile", "basic", "--pseudonyms", "code", "--output"]
    made = run("key", "new", "--keyring", "study")
    key = key_from(keyring="study")
    assert made.exit_code == 0
    assert key is not None
    assert (
        made.output == f"study in the keyring: a new key, with the fingerprint {fingerprint(key)}\n"
    )
    assert run("key", "fingerprint", "--keyring", "study").output == f"{fingerprint(key)}\n"
    write_key(key.decode(), tmp_path / "key")
    done = [
        run(*words, tmp_path / "ring", "--key-keyring", "study"),
        run(*words, tmp_path / "file", "--key-file", tmp_path / "key"),
    ]
    monkeypatch.setenv(KEY_VARIABLE, key.decode())
    done.append(run(*words, tmp_path / "variable"))
    for result in done:
        assert result.exit_code == 0, result.output
        assert key.decode() not in result.output
        assert "cannot be linked" not in result.output
    names = {
        path.relative_to(tmp_path / folder)
        for folder in ("ring", "file", "variable")
        for path in (tmp_path / folder).rglob("*.dcm")
    }
    assert len(names) == 1


def test_a_run_is_not_given_a_key_twice(
    run: Run, small: Any, save: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("key", "new", tmp_path / "key")
    monkeypatch.setenv(KEY_VARIABLE, SECRET)
    result = run("run", save(small), "-o", tmp_path / "out", "--key-file", tmp_path / "key")
    assert result.exit_code == 2
    assert "a key is given by a file and by the variable DEID_CORE_KEY" in result.output
    assert not (tmp_path / "out").exists()


def test_what_a_run_starts_does_not_inherit_the_variable(
    run: Run, small: Any, save: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, SECRET)
    assert run("run", save(small), "-o", tmp_path / "out").exit_code == 0
    assert KEY_VARIABLE not in os.environ


def test_a_crosswalk_opens_with_the_variable_and_not_without_a_key(
    run: Run, small: Any, save: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("cryptography")
    walk, out = tmp_path / "walk.sqlite", tmp_path / "out"
    monkeypatch.setenv(KEY_VARIABLE, SECRET)
    words = ["--profile", "basic", "--pseudonyms", "code", "--crosswalk", walk, "-o", out]
    assert run("run", save(small), *words).exit_code == 0
    lookup = ["crosswalk", "lookup", walk, "--original", "P-1"]
    result = run(*lookup)
    assert result.exit_code == 2
    assert "nobody can open a crosswalk without its key" in result.output
    monkeypatch.setenv(KEY_VARIABLE, SECRET)
    assert "P-1" in run(*lookup).output


def test_nothing_that_is_made_of_a_run_shows_its_key(own: Any) -> None:
    from deid_core import Engine, PluginHost

    engine = Engine(PluginHost(own), key=SECRET.encode())
    for thing in (engine, engine.batch, engine.configuration(), vars(engine)):
        assert SECRET not in repr(thing)


def test_no_byte_that_a_run_leaves_holds_its_key(
    run: Run, small: Any, save: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("cryptography")
    save(small, "in/a.dcm")
    damaged = save(small, "in/b.dcm")
    damaged.write_bytes(damaged.read_bytes()[:-1])
    write_key(SECRET, tmp_path / "key")
    words = ["--profile", "basic", "--pseudonyms", "code", "--crosswalk", tmp_path / "walk.sqlite"]
    words += ["--quarantine", tmp_path / "quarantine", "--key-file", tmp_path / "key", "--debug"]
    result = run("run", tmp_path / "in", "-o", tmp_path / "out", *words)
    assert result.exit_code == 1
    assert (tmp_path / "out.record").is_dir()
    (tmp_path / "key").unlink()
    left = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert len(left) > 5
    left += [result.output.encode(), caplog.text.encode()]
    key = SECRET.encode()
    for secret in (key, key.hex().encode(), base64.b64encode(key)):
        assert not any(secret in content for content in left)


def test_the_key_of_the_log_comes_from_its_own_option_or_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[bytes | None] = []

    @click.command()
    @key_options
    @log_key_option
    def command(**options: Any) -> None:
        taken[:] = [key_of(options), log_key(options["log_key_file"])]

    write_key(SECRET, tmp_path / "log.key")
    CliRunner().invoke(command, ["--log-key-file", str(tmp_path / "log.key")])
    assert taken == [None, SECRET.encode()]
    monkeypatch.setenv(LOG_KEY_VARIABLE, SECRET[::-1])
    CliRunner().invoke(command, [])
    assert taken == [None, SECRET[::-1].encode()]
    assert LOG_KEY_VARIABLE not in os.environ
