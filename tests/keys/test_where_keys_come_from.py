"""A key comes from one place: a file of its owner's, a variable, or the keyring of the system."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from deid_core import SettingsError
from deid_core.keys import (
    KEY_VARIABLE,
    LARGEST_KEY,
    LOG_KEY_VARIABLE,
    fingerprint,
    key_from,
    new_key,
    read_key,
    refuse_same,
    store_key,
    write_key,
)

SECRET = b"a secret of some length"
needs_permissions = pytest.mark.skipif(os.name != "posix", reason="files have other permissions")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "our key"
    path.write_bytes(SECRET + b"\n")
    path.chmod(0o600)
    return path


def test_a_key_comes_from_a_file_without_the_white_space_around_it(file: Path) -> None:
    assert key_from(file) == read_key(file) == SECRET


@needs_permissions
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o660])
def test_a_file_that_others_may_read_or_change_is_no_key(file: Path, mode: int) -> None:
    file.chmod(mode)
    with pytest.raises(SettingsError) as raised:
        read_key(file)
    assert str(raised.value).endswith(f"run: chmod 600 '{file}'")
    assert SECRET.decode() not in str(raised.value)


@needs_permissions
def test_a_key_may_come_through_a_pipe_from_another_program(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o644)
    writer = threading.Thread(target=pipe.write_bytes, args=(SECRET,))
    writer.start()
    assert read_key(pipe) == SECRET
    writer.join()


def test_what_is_no_key_is_refused_by_name(tmp_path: Path) -> None:
    write_key("x" * 15, tmp_path / "short")
    write_key("x" * (LARGEST_KEY + 1), tmp_path / "image")
    for name, reason in (
        ("short", "a key needs at least 16 bytes"),
        ("image", "is no key, but a file of more than 65536 bytes"),
        ("nowhere", "cannot be read (No such file or directory)"),
    ):
        with pytest.raises(SettingsError) as raised:
            read_key(tmp_path / name)
        assert str(raised.value) == f"{tmp_path / name}: {reason}"


def test_a_key_comes_from_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    assert key_from() is None
    monkeypatch.setenv(KEY_VARIABLE, " a secret of some length ")
    assert key_from() == SECRET
    assert key_from(variable=LOG_KEY_VARIABLE) is None


@pytest.mark.parametrize("text", ["", "   ", "fifteen letters"])
def test_a_variable_that_is_set_but_holds_no_key_is_not_passed_over(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, text)
    with pytest.raises(SettingsError, match="the variable DEID_CORE_KEY: a key needs at least 16"):
        key_from()


def test_a_key_that_is_given_twice_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, SECRET.decode())
    with pytest.raises(SettingsError, match="a file and by the variable DEID_CORE_KEY; keep one"):
        key_from(file)
    with pytest.raises(SettingsError, match="DEID_CORE_KEY and by the keyring; keep one"):
        key_from(keyring="study")


def test_a_key_is_kept_in_the_keyring_and_not_replaced_there(keyring: Path) -> None:
    key = new_key()
    store_key(key, "study")
    assert key_from(keyring="study") == key.encode()
    with pytest.raises(SettingsError, match="the keyring has a key 'study' already"):
        store_key(new_key(), "study")
    assert key_from(keyring="study") == key.encode()


def test_a_name_that_the_keyring_does_not_know_is_refused(keyring: Path) -> None:
    with pytest.raises(SettingsError, match="deid-core key new --keyring other"):
        key_from(keyring="other")


def test_a_keyring_that_is_broken_says_no_more_than_the_kind_of_its_error(keyring: Path) -> None:
    store_key(new_key(), "study")
    (file,) = (path for path in keyring.rglob("*") if path.is_file())
    # The parser of such files quotes the line that it does not understand.
    file.write_text("Simpson^Homer")
    with pytest.raises(SettingsError, match="the keyring of the system cannot be used") as raised:
        key_from(keyring="study")
    assert "Simpson" not in str(raised.value)


def test_where_there_is_no_keyring_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = pytest.importorskip("keyring")
    fail = pytest.importorskip("keyring.backends.fail")
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    try:
        with pytest.raises(SettingsError, match=r"cannot be used \(NoKeyringError\)"):
            key_from(keyring="study")
        with pytest.raises(SettingsError, match=r"cannot be used \(NoKeyringError\)"):
            store_key(new_key(), "study")
    finally:
        keyring.set_keyring(before)


def test_new_keys_differ_and_their_files_are_for_their_owner_only(tmp_path: Path) -> None:
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    for number, key in enumerate(keys):
        write_key(key, tmp_path / str(number))
        assert read_key(tmp_path / str(number)) == key.encode()
        assert os.name != "posix" or (tmp_path / str(number)).stat().st_mode & 0o777 == 0o600


def test_a_key_replaces_no_file_nor_what_a_link_points_to(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "taken").write_text("something")
    for name in ("link", "taken"):
        with pytest.raises(SettingsError, match="a key is never replaced"):
            write_key(new_key(), tmp_path / name)
    assert (tmp_path / "taken").read_text() == "something"
    assert not (tmp_path / "elsewhere").exists()
    with pytest.raises(SettingsError, match="cannot be made"):
        write_key(new_key(), tmp_path / "no folder" / "key")


def test_a_fingerprint_tells_keys_apart_and_is_no_pseudonym() -> None:
    from deid_core import Batch, Settings

    prints = {fingerprint(bytes([number]) * 16) for number in range(200)}
    assert len(prints) == 200
    batch = Batch(Settings(), SECRET, lambda rule, batch: lambda field: None)
    assert fingerprint(SECRET) == fingerprint(SECRET)
    assert fingerprint(SECRET) not in batch.pseudonym_bytes("", "").hex()
    assert len(fingerprint(SECRET)) == 16


def test_the_key_of_the_log_must_be_another() -> None:
    refuse_same(SECRET, b"another secret of this length")
    refuse_same(None, SECRET)
    refuse_same(SECRET, None)
    with pytest.raises(SettingsError, match="make another") as raised:
        refuse_same(SECRET, bytes(SECRET))
    assert SECRET.decode() not in str(raised.value)
