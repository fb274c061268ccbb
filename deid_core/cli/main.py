"""``deid-core``: finds the command and loads only that."""

from __future__ import annotations

import gc
import importlib
import sys
from typing import Any

import click

from deid_core import __version__
from deid_core.cli.catalogue import all_sections, own_commands
from deid_core.cli.groups import Commands

WORDS = "deid_core.words"
"""Under this, the meta of the context has the words of the call."""


class LazyCommands(Commands):
    """A group whose own commands are imported when they are called.

    Commands of plugins are looked for when the name is not one of ours.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, without loading any of ours."""
        sections, _ = all_sections()
        return sorted({name for section in sections.values() for name in section})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command by name."""
        if cmd_name in own_commands():
            return own_command(cmd_name)
        return command_of_plugin(cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands by section, from their summaries, which needs no import."""
        sections, missing = all_sections()
        width = max(len(name) for section in sections.values() for name in section)
        for title, commands in sections.items():
            with formatter.section(title):
                # Equal widths make the sections one table.
                formatter.write_dl(
                    [(name.ljust(width), summary) for name, summary in commands.items()]
                )
        if missing:
            formatter.write_paragraph()
            formatter.write_text(missing)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep the words of the call, for errors that a machine is to read."""
        ctx.meta[WORDS] = tuple(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; errors of deid_core in one of a plugin are shown as in our own."""
        from deid_core.cli.errors import shown_errors, tell_machine

        try:
            with shown_errors():
                return super().invoke(ctx)
        except click.ClickException as error:
            tell_machine(error, ctx.meta[WORDS])
            raise


def own_command(name: str) -> click.Command | None:
    """Load one of the core's own commands, whose options are also variables."""
    from deid_core.cli.variables import add_variables

    command = importlib.import_module(f"deid_core.cli.{name}").command
    if not isinstance(command, click.Command):
        return None
    add_variables(command)
    return command


def command_of_plugin(name: str) -> click.Command | None:
    """Load a command of a plugin; variables and config files say its options as they say ours."""
    from deid_core.cli.configured import add_config
    from deid_core.cli.errors import shown_errors
    from deid_core.cli.variables import add_variables
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
        add_config(command)
        add_variables(command)
        return command


@click.group(
    cls=LazyCommands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit status: 0 if all went well, 1 if files were refused or something was found, "
    "2 if the command, a recipe or a setting is wrong, 130 after Ctrl-C.",
)
@click.version_option(__version__, prog_name="deid-core")
def cli() -> None:
    """De-identify DICOM files through plugins.

    \b
    Start with:
      deid-core inspect FOLDER                        what is in there?
      deid-core run FOLDER --output OUT               de-identify it
      deid-core run FOLDER --output OUT --interactive be asked what you want

    Each command explains itself: deid-core COMMAND --help.
    """  # noqa: D301 - click's mark for lines that stay as they are


def main() -> None:
    """Run the command line."""
    # What is made at the start stays: looking through it for what can go takes longer than reading.
    gc.set_threshold(50_000, 20, 100)
    sys.exit(cli())
