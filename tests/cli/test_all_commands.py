"""What holds for every command, a plugin's too: ``--json``, ``--dry-run``, one meaning for one name."""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from pydicom.dataset import Dataset

from deid_core.cli.configured import add_config
from deid_core.cli.main import cli
from deid_core.cli.tree import leaves_of_plugins, own_leaves
from deid_core.cli.variables import add_variables, settable, variable
from deid_core.commands import json_option, print_json, said_settings

LEAVES = {" ".join(words): command for words, command in (*own_leaves(), *leaves_of_plugins())}
KEY = ("--key-file", "our.key")
WALK = ("--crosswalk", "walk.db", *KEY)

CALLS: dict[str, tuple[str, ...]] = {
    "audit": ("in", "out"),
    "completion": ("bash",),
    "config": ("audit",),
    "crosswalk export": ("walk.db", *KEY, "-o", "walk.csv"),
    "crosswalk lookup": ("walk.db", "nobody", *KEY),
    "demo": (),
    "diff": ("in", "in"),
    "identifiers": ("in",),
    "inspect": ("in",),
    "key fingerprint": ("our.key",),
    "key new": ("new.key",),
    "plugin new": ("hospital-dates", "--kind", "action"),
    "plugins": (),
    "plugins doctor": (),
    "plugins lock": ("lock.json",),
    "recipe check": ("deid.dicom",),
    "recipe conformance": ("deid.dicom",),
    "recipe diff": ("deid.dicom", "deid.dicom.basic"),
    "recipe explain": ("deid.dicom", "--tag", "PatientID"),
    "recipe import": ("script.json", "-o", "script.dicom"),
    "recipe show": ("deid.dicom",),
    "reidentify": ("out", "-o", "back", *WALK),
    "review": ("out",),
    "run": ("in", "-o", "more", *WALK),
    "verify-log": ("out.record",),
}
"""A call of each command that does something; a new command is added here."""

PREPARED = {"crosswalk export", "crosswalk lookup", "reidentify", "review", "verify-log", "audit"}
WRITE_TO_A_NAME = {
    "crosswalk export",
    "key new",
    "plugin new",
    "plugins lock",
    "recipe import",
    "reidentify",
    "run",
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: Dataset, save: Any) -> Path:
    """A working folder with all that the calls need; nobody else may write to it."""
    folder = tmp_path / "work"
    folder.mkdir(mode=0o755)
    monkeypatch.chdir(folder)
    # The demo leaves its outputs in a temporary folder.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    save(small, "work/in/one.dcm")
    key = Path("our.key")
    key.write_text("a secret of some length")
    key.chmod(0o600)
    Path("script.json").write_text('{"(0x0010, 0x0010)": "delete"}')
    return folder


def invoke(*words: str) -> Any:
    return CliRunner().invoke(cli, list(words))


def prepare(name: str) -> None:
    if name in PREPARED:
        done = invoke("run", "in", "-o", "out", "--pseudonyms", "code", *WALK)
        assert done.exit_code == 0, done.output


def call(name: str, *more: str) -> Any:
    prepare(name)
    return invoke(*name.split(), *CALLS[name], *more)


def test_the_calls_are_of_all_commands() -> None:
    assert set(CALLS) == set(LEAVES)


@pytest.mark.parametrize("name", sorted(LEAVES))
def test_each_command_prints_one_json_object_with_json(here: Path, name: str) -> None:
    result = call(name, "--json")
    assert result.exit_code in (0, 1), result.output
    assert json.loads(result.stdout)["command"] == name


@pytest.mark.parametrize("name", sorted(LEAVES))
def test_an_error_is_json_as_well_for_who_asked_for_it(name: str) -> None:
    result = invoke(*name.split(), "--no-such-option", "--json")
    assert result.exit_code == 2
    shown = json.loads(result.stdout)
    assert shown["command"] == name
    assert (shown["error"]["code"], shown["error"]["status"]) == ("usage", 2)
    assert shown["error"]["message"] in result.stderr


def test_an_error_of_ours_has_the_code_of_its_kind(here: Path) -> None:
    Path("typo.dicom").write_text("FORMAT dicom\n%header\nKEP PatientSex\n")
    shown = json.loads(invoke("recipe", "check", "typo.dicom", "--json").stdout)
    assert shown["error"]["code"] == "recipe"
    assert "Did you mean 'KEEP'?" in shown["error"]["message"]
    shown = json.loads(invoke("reidentify", "in", "-o", "x", "--crosswalk", "y", "--json").stdout)
    assert shown["error"]["code"] == "settings"


def test_what_writes_to_a_name_can_be_tried() -> None:
    can = {name for name, command in LEAVES.items() if "dry_run" in _names(command)}
    with_output = {name for name, command in LEAVES.items() if "output" in _options(command)}
    assert can == WRITE_TO_A_NAME
    assert with_output <= can


@pytest.mark.parametrize("name", sorted(WRITE_TO_A_NAME))
@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_dry_run_leaves_nothing_behind(here: Path, name: str, more: tuple[str, ...]) -> None:
    prepare(name)
    before = sorted(here.rglob("*"))
    result = invoke(*name.split(), *CALLS[name], "--dry-run", *more)
    assert result.exit_code == 0, result.output
    assert sorted(here.rglob("*")) == before
    if more:
        assert json.loads(result.stdout)["dry_run"] is True
    else:
        assert "Dry run: nothing is written" in result.stdout


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("crosswalk export", "walk.csv"),
        ("key new", "new.key"),
        ("plugin new", "deid-core-hospital-dates"),
        ("recipe import", "script.dicom"),
    ],
)
def test_a_dry_run_tells_what_is_there_already(here: Path, name: str, there: str) -> None:
    Path(there).touch()
    result = call(name, "--dry-run")
    assert result.exit_code == 2
    assert there in result.stderr


def test_an_option_means_the_same_wherever_it_is() -> None:
    said: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name, command in LEAVES.items():
        for option in _options(command).values():
            # What stands behind a colon says more for this command.
            meaning = (option.help or "").partition(":")[0]
            for spelling in (*option.opts, *option.secondary_opts):
                said[spelling][meaning].append(name)
    assert {name: dict(found) for name, found in said.items() if len(found) > 1} == {}


def test_output_and_recipe_have_their_short_names_everywhere() -> None:
    for command in LEAVES.values():
        for name, short in (("output", "-o"), ("recipes", "-r")):
            option = _options(command).get(name)
            assert option is None or short in option.opts


def test_what_may_be_said_once_has_a_variable_in_commands_of_plugins_too() -> None:
    for words, command in leaves_of_plugins():
        options = {option.name: option for option in settable(command)}
        assert {"config", "no_config"} <= _names(command), words
        for option in options.values():
            assert option.envvar in (variable(option), "DEID_CORE_CONFIG", None), words
    audit = LEAVES["audit"]
    assert _options(audit)["uids_kept"].envvar == "DEID_CORE_UIDS_KEPT"


def test_what_puts_identifiers_back_does_not_take_its_place_from_habit(here: Path) -> None:
    Path("deid.toml").write_text('[options]\noutput = "out"\noverwrite = true\n')
    Path("deid.toml").chmod(0o644)
    for words in (("reidentify", "out", *WALK), ("crosswalk", "export", "walk.db", *KEY)):
        result = invoke(*words)
        assert result.exit_code == 2
        assert "Missing option '--output' / '-o'" in result.stderr


def test_a_config_file_says_options_of_plugins(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toml = Path("deid.toml")
    toml.write_text('[options]\nkey-file = "our.key"\n[options.audit]\nuids-kept = true\n')
    toml.chmod(0o644)
    said = {one["name"]: one for one in json.loads(call("config", "--json").stdout)["said"]}
    assert said["--uids-kept"]["where"] == "deid.toml"
    assert said["--uids-kept"]["value"] == "yes"
    monkeypatch.setenv("DEID_CORE_UIDS_KEPT", "0")
    said = {one["name"]: one for one in json.loads(call("config", "--json").stdout)["said"]}
    assert said["--uids-kept"]["where"] == "variable DEID_CORE_UIDS_KEPT"
    assert call("crosswalk lookup").exit_code == 1


@pytest.mark.parametrize(
    ("asked", "text", "expected"),
    [
        (
            "audit",
            "[options.audti]\nuids-kept = true",
            "'audti' is not known; did you mean 'audit'?",
        ),
        ("audit", "[options.audit]\nuid-kept = true", "did you mean 'uids-kept'?"),
        ("run", "[options]\nuid-kept = true", "did you mean 'uids-kept'?"),
        ("crosswalk lookup", "[options.crosswalk]\noriginal = 'x'", "'original' is not known"),
    ],
)
def test_what_it_says_wrong_of_a_plugin_is_told(
    here: Path, asked: str, text: str, expected: str
) -> None:
    Path("deid.toml").write_text(text)
    Path("deid.toml").chmod(0o644)
    result = invoke("config", *asked.split())
    assert result.exit_code == 2
    assert expected in result.stderr


def test_an_option_of_a_sister_command_may_stand_in_the_table_of_their_group(here: Path) -> None:
    Path("deid.toml").write_text("[options.recipe]\ntable = ['a=b.csv']\nprofile = 'basic'\n")
    Path("deid.toml").chmod(0o644)
    assert call("recipe diff").exit_code == 1


@pytest.fixture
def strangers() -> click.Command:
    """A command whose author did nothing for it, as the host hands it out."""

    @click.command("count")
    @click.option("--site", default="none")
    @click.option("--once", default="none", allow_from_autoenv=False)
    @json_option
    def count(site: str, once: str, *, as_json: bool) -> None:
        block = list(said_settings().plugins.block)
        print_json({"command": "count", "site": site, "once": once, "block": block})

    add_config(count)
    add_config(count)
    add_variables(count)
    return count


def test_a_strangers_command_gets_variables_and_config_file_for_free(
    here: Path, strangers: click.Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shown(*words: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(CliRunner().invoke(strangers, [*words]).stdout)
        return found

    assert shown()["site"] == "none"
    Path("deid.toml").write_text('[options]\nsite = "file"\n[plugins]\nblock = ["dask"]\n')
    Path("deid.toml").chmod(0o644)
    assert (shown()["site"], shown()["block"]) == ("file", ["dask"])
    monkeypatch.setenv("DEID_CORE_SITE", "variable")
    monkeypatch.setenv("DEID_CORE_ONCE", "variable")
    assert shown() == {**shown(), "site": "variable", "once": "none"}
    assert shown("--site", "option")["site"] == "option"


def _options(command: click.Command) -> dict[str, click.Option]:
    return {
        param.name: param
        for param in command.params
        if isinstance(param, click.Option) and param.name is not None
    }


def _names(command: click.Command) -> set[str]:
    return set(_options(command))
