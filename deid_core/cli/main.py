"""``deid-core``: finds the command and loads only that."""

from __future__ import annotations

import gc
import importlib
import sys
from typing import Any

import click

from deid_core import __version__

COMMANDS = {
    "identifiers": "print the identifiers that files hold, as JSON",
    "key": "make keys, and tell them apart",
    "plugin": "write plugins of your own",
    "plugins": "list what is installed, what it provides and what it overrides",
    "recipe": "check, show, explain, compare and import recipes",
    "run": "de-identify files and folders",
}


class LazyCommands(click.Group):
    """A group whose own commands are imported when they are called.

    Commands of plugins are looked for when the name is not one of ours.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of our own commands, without loading any."""
        return sorted({*COMMANDS, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command by name."""
        if cmd_name in COMMANDS:
            module = importlib.import_module(f"deid_core.cli.{cmd_name}")
            command = module.command
            return command if isinstance(command, click.Command) else None
        return _command_of_plugin(cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from their summaries, which needs no import."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; errors of deid_core in one of a plugin are shown as in our own."""
        from deid_core.cli.errors import shown_errors

        with shown_errors():
            return super().invoke(ctx)


def _command_of_plugin(name: str) -> click.Command | None:
    from deid_core.cli.errors import shown_errors
    from deid_core.errors import PluginContractError
    from deid_core.guard import Guard
    from deid_core.host import PluginHost

    with shown_errors():
        host = PluginHost.load()
        if name not in host.commands:
            return None
        who = host.who(host.commands.entry(name).plugin)
        with Guard(who, f"command {name!r}"):
            command = host.commands[name].load()
        if not isinstance(command, click.Command):
            raise PluginContractError(f"{who}: command {name!r} is no click command")
        return command


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="deid-core")
def cli() -> None:
    """De-identify DICOM files through plugins.

    Start with: deid-core run FOLDER --output OUT
    """


def main() -> None:
    """Run the command line."""
    # What is made at the start stays: looking through it for what can go takes longer than reading.
    gc.set_threshold(50_000, 20, 100)
    sys.exit(cli())
