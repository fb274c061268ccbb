"""What may load: only the plugins that are named, and only as they were when they were locked."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from deid_core import (
    Engine,
    PluginHost,
    PluginLoadError,
    PluginLockError,
    PluginSettings,
    Settings,
    SettingsError,
)
from deid_core.cli.main import cli
from deid_core.execution.packing import pack_configuration, unpack_configuration
from deid_core.locking import read_lock
from deid_core.worker import Worker

Install = Callable[..., Path]
OURS = ("audit", "dask", "dicom", "executors", "fileset", "profiles", "pseudonyms")
CODE = "import pathlib\npathlib.Path(__file__).with_suffix('.was_imported').touch()\n"


def installed(site: Path, name: str, version: str = "1.0", code: str = CODE) -> Path:
    """Lay out a plugin of one module and a file of data as an installer does; return the module."""
    module = f"locked_{name}"
    info = f"hospital_{name}-{version}.dist-info"
    files = {
        f"{module}.py": code,
        f"{module}_data.txt": "data",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: Hospital.{name}\nVersion: {version}\n",
        f"{info}/entry_points.txt": f"[deid_core]\n{name} = {module}\n",
    }
    record = []
    for path, text in files.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(text, encoding="utf-8")
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
        record.append(f"{path},sha256={digest.decode()},{len(text)}")
    (site / info / "RECORD").write_text("\n".join([*record, f"{info}/RECORD,,"]), encoding="utf-8")
    return site / f"{module}.py"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    return site


@pytest.fixture
def install(site: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    def install(name: str, **options: str) -> Path:
        monkeypatch.delitem(sys.modules, f"locked_{name}", raising=False)
        return installed(site, name, **options)

    return install


def was_imported(module: Path) -> bool:
    return module.with_suffix(".was_imported").exists()


@pytest.fixture
def lock(tmp_path: Path) -> Callable[..., Path]:
    """Make a lock of what is installed now."""

    def lock(*options: str) -> Path:
        path = tmp_path / "plugins.lock"
        result = CliRunner().invoke(cli, ["plugins", "lock", str(path), *options])
        assert result.exit_code == 0, result.output
        return path

    return lock


def refused(settings: PluginSettings) -> str:
    with pytest.raises(PluginLockError) as raised:
        PluginHost.load(settings)
    return str(raised.value)


# -- only ------------------------------------------------------------------------------


def test_only_the_named_plugins_load(install: Install) -> None:
    one, other = install("one"), install("other")
    host = PluginHost.load(PluginSettings(only="dicom, one"))
    assert {line.partition(" ")[0] for line in host.loaded} == {"dicom", "one"}
    assert was_imported(one)
    assert not was_imported(other)


def test_a_named_plugin_that_is_not_installed_is_an_error() -> None:
    with pytest.raises(
        PluginLoadError, match="plugin 'dicon' is not installed; did you mean 'dico"
    ):
        PluginHost.load(PluginSettings(only=("dicon",)))
    with pytest.raises(
        PluginLoadError, match=r"'zzzzzzzz' is not installed; there are: archives, audit, "
    ):
        PluginHost.load(PluginSettings(only=("zzzzzzzz",)))


def test_the_environment_narrows_what_may_load(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = install("one")
    monkeypatch.setenv("DEID_CORE_ONLY_PLUGINS", "dicom,screening")
    assert len(PluginHost.load().loaded) == 2
    assert len(PluginHost.load(PluginSettings(only="dicom,one")).loaded) == 1
    assert not was_imported(one)


def test_the_command_line_names_what_may_load(install: Install) -> None:
    one = install("one")
    words = ["plugins", "--json", "--only-plugins", "dicom,executors", "--only-plugins", "audit"]
    found = json.loads(CliRunner().invoke(cli, words).output)["plugins"]
    loaded = {info["name"] for info in found if info["status"] == "loaded"}
    assert loaded == {"dicom", "executors", "audit"}
    assert not was_imported(one)


# -- the lock --------------------------------------------------------------------------


def test_a_lock_holds_distributions_versions_plugins_and_digests(install: Install) -> None:
    module = install("one")
    text = CliRunner().invoke(cli, ["plugins", "lock"]).output
    found = {one["name"]: one for one in json.loads(text)["distributions"]}
    assert set(found) == {"deid-core", "hospital-one"}
    assert found["hospital-one"]["version"] == "1.0"
    assert found["hospital-one"]["plugins"] == ["one"]
    assert found["hospital-one"]["digest"].startswith("sha256:")
    assert set(OURS) < set(found["deid-core"]["plugins"])
    assert not was_imported(module)


def test_what_is_as_it_was_loads(install: Install, lock: Any) -> None:
    module = install("one")
    host = PluginHost.load(PluginSettings(lock=lock()))
    assert any(line.startswith("one ") for line in host.loaded)
    # Python has compiled the module meanwhile, and it left a file beside itself.
    shutil.rmtree(module.parent / "__pycache__", ignore_errors=True)
    assert PluginHost.load(PluginSettings(lock=lock())).loaded == host.loaded


def test_the_digest_does_not_depend_on_the_place(
    install: Install, lock: Any, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("one")
    path = lock()
    site.rename(tmp_path / "elsewhere")
    monkeypatch.syspath_prepend(str(tmp_path / "elsewhere"))
    assert PluginHost.load(PluginSettings(lock=path)).loaded


@pytest.mark.parametrize("change", ["module", "data", "version", "entry point", "new", "shadow"])
def test_nothing_is_imported_if_anything_differs(
    install: Install, lock: Any, site: Path, tmp_path: Path, change: str, monkeypatch: Any
) -> None:
    module, other = install("one"), install("aaa")
    path = lock()
    if change == "module":
        module.write_text(CODE + "\n")
    elif change == "data":
        module.with_name("locked_one_data.txt").write_text("other data")
    elif change == "version":
        shutil.rmtree(site / "hospital_one-1.0.dist-info")
        install("one", version="1.1")
    elif change == "entry point":
        points = site / "hospital_one-1.0.dist-info" / "entry_points.txt"
        points.write_text("[deid_core]\none = locked_one\nmore = locked_one\n")
    elif change == "new":
        install("new")
    else:
        # What is found before it hides what is locked.
        (tmp_path / "first").mkdir()
        (tmp_path / "first" / "locked_one.py").write_text(CODE + "print('shadow')\n")
        monkeypatch.syspath_prepend(str(tmp_path / "first"))
    expected = {
        "version": f"is not the version 1.0 that {path} has",
        "new": f"is not in {path}",
    }
    message = refused(PluginSettings(lock=path))
    assert expected.get(change, f"has other files than when {path} was made") in message
    assert "so nothing was loaded" in message
    assert not was_imported(module)
    assert not was_imported(other)


def test_a_locked_plugin_that_is_gone_is_missed(install: Install, lock: Any, site: Path) -> None:
    install("one")
    path = lock()
    shutil.rmtree(site)
    assert "plugin 'one' (distribution hospital-one 1.0) is in" in refused(
        PluginSettings(lock=path)
    )
    assert PluginHost.load(PluginSettings(lock=path, block="one")).loaded


def test_what_is_blocked_by_name_need_not_be_locked(install: Install, lock: Any) -> None:
    path = lock("--block", "dask")
    install("new")
    assert "plugin 'new'" in refused(PluginSettings(lock=path, block="dask"))
    host = PluginHost.load(PluginSettings(lock=path, block="new,dask"))
    assert not any(line.startswith(("new ", "dask ")) for line in host.loaded)


def test_the_variable_holds_whatever_else_is_asked_for(
    install: Install, lock: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    strict = lock().rename(tmp_path / "strict.lock")
    install("new")
    loose = lock()
    monkeypatch.setenv("DEID_CORE_PLUGIN_LOCK", str(strict))
    assert "plugin 'new'" in refused(PluginSettings(lock=loose))
    result = CliRunner().invoke(cli, ["no-such-command"])
    assert result.exit_code == 2
    assert "plugin 'new'" in result.output


def test_a_lock_is_made_anew_while_the_old_one_holds(
    install: Install, lock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = lock()
    install("new")
    monkeypatch.setenv("DEID_CORE_PLUGIN_LOCK", str(path))
    lock()
    monkeypatch.setenv("DEID_CORE_PLUGIN_LOCK", str(path))
    assert any(line.startswith("new ") for line in PluginHost.load().loaded)


def test_a_run_takes_the_lock_from_option_and_settings_file(
    install: Install, lock: Any, tmp_path: Path, small: Any, save: Any
) -> None:
    path, source = lock(), save(small)
    config = tmp_path / "deid.toml"
    config.write_text(f"[plugins]\nlock = {str(path)!r}\n")
    words = ["run", str(source), "-o", str(tmp_path / "out")]
    for options in (["--plugin-lock", str(path)], ["--config", str(config)]):
        module = install("new")
        result = CliRunner().invoke(cli, [*words, *options])
        assert result.exit_code == 2
        assert "plugin 'new'" in result.output
        assert not was_imported(module)
        assert not (tmp_path / "out").exists()


def test_the_list_of_plugins_shows_what_does_not_fit(install: Install, lock: Any) -> None:
    path = lock()
    module = install("new")
    result = CliRunner().invoke(cli, ["plugins", "--json", "--plugin-lock", str(path)])
    assert result.exit_code == 1
    found = {info["name"]: info["status"] for info in json.loads(result.output)["plugins"]}
    assert "is not in" in found["new"]
    assert found["dicom"] == "loaded"
    assert not was_imported(module)


def test_workers_honour_the_lock_of_the_run(install: Install, lock: Any) -> None:
    module = install("one")
    settings = Settings(plugins=PluginSettings(lock=lock()))
    engine = Engine(PluginHost.load(settings.plugins), settings=settings)
    sent = unpack_configuration(pack_configuration(engine.configuration()))
    assert sent.settings.plugins.lock == (read_lock(lock()),)
    Worker(sent)
    # Where the worker is, the plugin differs.
    module.write_text(CODE + "\n")
    with pytest.raises(PluginLockError, match="has other files"):
        Worker(sent)


def test_files_that_are_no_lock_are_refused(tmp_path: Path) -> None:
    no_list = {"name": "a", "version": "1", "plugins": "dicom", "digest": "x"}
    for text, reason in (
        ("{", "is not valid JSON"),
        ("[]", "is no plugin lock"),
        ('{"deid_core_plugin_lock": 2}', "is no plugin lock"),
        ('{"deid_core_plugin_lock": 1}', "is damaged"),
        ('{"deid_core_plugin_lock": 1, "distributions": [{"name": "a"}]}', "is damaged"),
        (json.dumps({"deid_core_plugin_lock": 1, "distributions": [no_list]}), "is damaged"),
    ):
        path = tmp_path / "lock"
        path.write_text(text)
        with pytest.raises(SettingsError, match=reason):
            PluginSettings(lock=path)
    with pytest.raises(SettingsError, match="cannot be read"):
        PluginSettings(lock=tmp_path / "nowhere")


def test_a_lock_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["plugins", "lock", str(tmp_path / "no" / "lock")])
    assert result.exit_code == 2
    assert "cannot be written" in result.output
