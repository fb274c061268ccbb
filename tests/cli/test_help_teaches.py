"""``deid-core --help``: it names all commands, and what was mistyped is guessed."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from deid_core import PluginHost
from deid_core.cli.catalogue import OF_PLUGINS, SECTIONS, own_commands
from deid_core.cli.main import cli, own_command

PROGRAM = Path(sys.executable).with_name("deid-core")


def invoke(*arguments: object) -> Any:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def test_the_help_names_all_commands_those_of_plugins_too() -> None:
    shown = invoke("--help").stdout
    host = PluginHost.load()
    for name in (*own_commands(), *host.commands):
        assert f"\n  {name} " in shown, name


def test_the_help_says_of_our_plugins_what_they_say_themselves() -> None:
    host = PluginHost.load()
    said = {name: text for section in SECTIONS.values() for name, text in section.items()}
    ours = {
        name: host.commands.entry(name).plugin
        for name in host.commands
        if host.commands.entry(name).plugin in set(OF_PLUGINS.values())
    }
    assert ours == OF_PLUGINS
    assert {name: host.commands[name].summary for name in ours} == {n: said[n] for n in ours}


def test_every_own_command_can_be_loaded() -> None:
    assert all(own_command(name) is not None for name in own_commands())


def test_a_blocked_plugin_has_no_command_in_the_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEID_CORE_BLOCK", "audit")
    assert "\n  audit " not in invoke("--help").stdout


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["runn"], "Did you mean 'run'?"),
        (["auditt"], "Did you mean 'audit'?"),
        (["recipe", "chek"], "Did you mean 'check'?"),
        (["key", "xyzzy"], "There are: fingerprint, new."),
        (["run", ".", "--otuput", "x"], "--output"),
    ],
)
def test_a_mistyped_word_is_answered_with_the_nearest(typed: list[str], meant: str) -> None:
    result = invoke(*typed)
    assert result.exit_code == 2
    assert meant in result.stderr


def test_the_help_of_run_has_its_options_in_sections() -> None:
    shown = invoke("run", "--help").stdout
    for title in ("Output:", "What happens to the values:", "Record, and going on:"):
        assert f"\n{title}\n" in shown
    assert shown.index("\nOutput:") < shown.index("  -o, --output") < shown.index("\nProfile")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_can_be_made_to_complete(shell: str) -> None:
    result = invoke("completion", shell)
    assert result.exit_code == 0
    assert f"_DEID_CORE_COMPLETE={shell}_complete" in result.stdout


def test_completion_completes_commands_and_options() -> None:
    def complete(words: str, number: int) -> str:
        environment = {"COMP_WORDS": words, "COMP_CWORD": str(number)}
        environment["_DEID_CORE_COMPLETE"] = "bash_complete"
        done = subprocess.run(
            [PROGRAM], env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    assert "plain,inspect" in complete("deid-core in", 1)
    assert "plain,--dry-run" in complete("deid-core run --dry", 2)
    assert "plain,audit" in complete("deid-core config aud", 2)
    # The shell itself completes names of files.
    for words in ("run ima", "run images -r stu", "crosswalk lookup walk"):
        assert complete(f"deid-core {words}", len(words.split())).startswith("file,")


def test_ctrl_c_gives_130_and_says_how_to_go_on(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys, time\n"
        "from deid_core import Engine\n"
        "from deid_core.cli.main import main\n"
        # On a busy machine the signal may come a moment later.
        f"Engine.run = lambda *_, **__: os.kill(os.getpid(), {int(signal.SIGINT)}) or time.sleep(60)\n"
        f"sys.argv = ['deid-core', 'run', {str(tmp_path)!r}, '-o', {str(tmp_path / 'out')!r}]\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 130
    assert "Stopped." in done.stderr
    assert "the same command again does what is missing" in done.stderr
    assert "Traceback" not in done.stderr
