"""All commands that there are, ours and those of plugins, down to those that have none below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from deid_core.cli.catalogue import own_commands
from deid_core.cli.variables import long_name, settable

if TYPE_CHECKING:
    from deid_core.settings import PluginSettings

Leaf = tuple[tuple[str, ...], click.Command]
"""A command with the words by which it is called."""


def leaves_of(words: tuple[str, ...], command: click.Command | None) -> Iterator[Leaf]:
    """Yield a command and those below it; a group that does nothing of itself is none."""
    if command is None:
        return
    below: dict[str, click.Command] = getattr(command, "commands", {})
    if not below or getattr(command, "invoke_without_command", False):
        yield words, command
    for name, one in below.items():
        yield from leaves_of((*words, name), one)


def own_leaves() -> Iterator[Leaf]:
    """Yield the core's own commands."""
    from deid_core.cli.main import own_command

    for name in own_commands():
        yield from leaves_of((name,), own_command(name))


def leaves_of_plugins(plugins: PluginSettings | None = None) -> Iterator[Leaf]:
    """Yield the commands of plugins. Raises `PluginError`."""
    from deid_core.cli.main import command_of_plugin

    own = set(own_commands())
    for name in commands_of_plugins(plugins):
        if name not in own:
            yield from leaves_of((name,), command_of_plugin(name))


def commands_of_plugins(plugins: PluginSettings | None = None) -> tuple[str, ...]:
    """Return the names of commands that plugins have. Raises `PluginError`."""
    from deid_core.host import PluginHost

    return tuple(PluginHost.load(plugins).commands)


def leaves_below(name: str) -> Iterator[Leaf]:
    """Yield a command by its first word, and those below it."""
    from deid_core.cli.main import command_of_plugin, own_command

    own = name in own_commands()
    return leaves_of((name,), own_command(name) if own else command_of_plugin(name))


def names_of_options(leaves: Iterable[Leaf]) -> set[str]:
    """Return the names of all options of commands that a config file may say."""
    return {long_name(option) for _, command in leaves for option in settable(command)}
