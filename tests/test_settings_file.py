"""A settings file says what a run may do, and is refused where it says something else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from deid_core import PluginSettings, Settings, SettingsError
from deid_core.settings_file import read_settings


def test_nothing_gives_the_defaults() -> None:
    assert read_settings(None) == Settings()


def test_settings_are_taken_as_they_are() -> None:
    settings = Settings(strict=True)
    assert read_settings(settings) is settings


FULL: dict[str, Any] = {
    "get": {
        "skip": ["ImageComments"],
        "ids": {"entity": "PatientName", "item": "SeriesInstanceUID"},
    },
    "put": {"actions": [{"action": "KEEP", "field": "Modality"}], "base": "none"},
    "plugins": {"block": "a, b", "allow": ["c"], "prefer": ["c"]},
}


@pytest.mark.parametrize("kind", ["mapping", "json", "toml"])
def test_a_file_may_be_json_or_toml(tmp_path: Path, kind: str) -> None:
    config: Any = FULL
    if kind == "json":
        config = tmp_path / "c.json"
        config.write_text(json.dumps(FULL), encoding="utf-8-sig")
    if kind == "toml":
        config = str(tmp_path / "c.toml")
        Path(config).write_text(
            '[get]\nskip = ["ImageComments"]\n'
            'ids = {entity = "PatientName", item = "SeriesInstanceUID"}\n'
            '[put]\nbase = "none"\nactions = [{action = "KEEP", field = "Modality"}]\n'
            '[plugins]\nblock = "a, b"\nallow = ["c"]\nprefer = ["c"]\n',
            encoding="utf-8",
        )
    settings = read_settings(config)
    assert (settings.entity_id, settings.item_id) == ("PatientName", "SeriesInstanceUID")
    assert (settings.skip, settings.base) == (("ImageComments",), "none")
    assert list(settings.base_rules) == [{"action": "KEEP", "field": "Modality"}]
    assert settings.plugins == PluginSettings(block=("a", "b"), allow=("c",), prefer=("c",))


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"got": {}}, "settings: 'got' is not one of the tables ['get', 'put', 'run', 'plugins'"),
        ({"get": []}, "settings: 'get' is not one of the tables ['get', 'put', 'run', 'plugins'"),
        ({"get": {"skipp": []}}, "settings: get.skipp is not known; use ['skip', 'ids']"),
        ({"get": {"ids": {"patient": "x"}}}, "settings: get.ids takes 'entity' and 'item'"),
        ({"get": {"ids": []}}, "settings: get.ids takes 'entity' and 'item'"),
        ({"get": {"skip": 5}}, "settings: a setting has the wrong type: "),
        ({"get": {"skip": [5]}}, "settings: a setting has the wrong type: "),
        ({"put": {"actions": 5}}, "settings: a setting has the wrong type: "),
        ({"plugins": {"block": 5}}, "settings: a setting has the wrong type: "),
        ({"put": {"base": 5}}, "settings: "),
    ],
)
def test_what_is_not_known_is_refused(config: Any, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(config)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("c.json", "{", "is not valid JSON or TOML: "),
        ("c.toml", "a =", "is not valid JSON or TOML: "),
        ("c.json", b"\xff\xfe{}", "is not valid JSON or TOML: "),
        ("c.json", "[]", "must hold an object with the tables ['get', 'put', 'run', 'plugins'"),
        ("none.json", None, "cannot be read (No such file or directory)"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(
    tmp_path: Path, name: str, content: str | bytes | None, message: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SettingsError) as caught:
        read_settings(path)
    assert str(caught.value).startswith(f"{path}: {message}")


def test_names_may_be_a_list_or_separated_by_commas() -> None:
    assert PluginSettings(block="a, b,,").block == ("a", "b")
    assert PluginSettings(allow="").allow == ()
    assert PluginSettings().allow is None


def test_the_environment_adds_to_what_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEID_CORE_BLOCK", "b")
    monkeypatch.setenv("DEID_CORE_PREFER", "p, q")
    monkeypatch.setenv("DEID_CORE_ALLOW", "x")
    settings = PluginSettings(block="a", prefer="o").with_environment()
    assert settings == PluginSettings(block=("a", "b"), allow=("x",), prefer=("o", "p", "q"))


def test_without_environment_nothing_changes() -> None:
    settings = PluginSettings(block="a", allow="b")
    assert settings.with_environment() == settings


def test_a_settings_file_may_be_given_again(tmp_path: Path) -> None:
    settings = read_settings(FULL)
    assert read_settings(settings) == settings
