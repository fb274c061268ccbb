"""Options said once and for all: which may be, and by which variables of the environment."""

from __future__ import annotations

from collections.abc import Iterator

import click

PREFIX = "DEID_CORE_"

EACH_TIME = frozenset(
    {
        "accept_partial",
        "as_json",
        "config",
        "dry_run",
        "file",
        "help",
        "interactive",
        "is_log",
        "no_config",
        "overwrite_inputs",
        "show_values",
        "tag",
        "version",
    }
)
"""Parameters that must be said in each call: what they do nobody should do by habit."""

OWN_MEANING = frozenset({"allow", "block", "only_plugins", "plugin_lock", "prefer"})
"""Parameters whose variables narrow what options say; see `PluginSettings.with_environment`."""

WRITES = frozenset({"import", "lock", "new", "fingerprint"})
"""Commands whose files go elsewhere than a run's, or who take a key: they have no variables."""


def settable(command: click.Command) -> Iterator[click.Option]:
    """Yield the options of a command, a plugin's too, that a config file may say.

    An author keeps an option out with ``allow_from_autoenv=False``.
    """
    if command.name in WRITES:
        return
    for param in command.params:
        if not isinstance(param, click.Option) or param.name in EACH_TIME:
            continue
        if param.allow_from_autoenv:
            yield param


def long_name(option: click.Option) -> str:
    """Return the name of an option without its dashes, as config files have it."""
    return max(option.opts, key=len).removeprefix("--")


def variable(option: click.Option) -> str:
    """Return the variable of the environment that stands for an option."""
    return PREFIX + long_name(option).upper().replace("-", "_")


def add_variables(command: click.Command) -> None:
    """Let variables of the environment stand for the options of a command, and of those below."""
    for option in settable(command):
        if option.name not in OWN_MEANING and option.envvar is None:
            option.envvar = variable(option)
    for below in getattr(command, "commands", {}).values():
        add_variables(below)
