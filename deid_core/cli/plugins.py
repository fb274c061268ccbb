"""``deid-core plugins``: what is installed."""

from __future__ import annotations

from typing import Any

import attrs
import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deid_core.cli.doctor import command as doctor
from deid_core.cli.errors import shown_errors
from deid_core.cli.groups import Commands
from deid_core.cli.options import common_options, settings_of
from deid_core.cli.plugin_lock import lock
from deid_core.commands import json_option, print_json


@click.group("plugins", cls=Commands, invoke_without_command=True)
@json_option
@common_options
def command(*, as_json: bool, **options: Any) -> None:
    """List plugins in the order in which they are called.

    Exit status: 0 if all that is not blocked works, 1 if something is broken.
    """
    if click.get_current_context().invoked_subcommand is not None:
        return
    from deid_core.host import PluginHost

    with shown_errors():
        settings = settings_of(options)
        plugins = PluginHost.survey(settings.plugins)
    if as_json:
        print_json({"command": "plugins", "plugins": [attrs.asdict(info) for info in plugins]})
    else:
        _print(plugins)
    if any(info.status not in ("loaded", "blocked") for info in plugins):
        raise SystemExit(1)


command.add_command(lock)
command.add_command(doctor)


def _print(plugins: tuple[Any, ...]) -> None:
    from deid_core.contract import DECLARATIONS

    table = Table(show_lines=True)
    for column in ("Plugin", "Distribution", "Status", "Provides", "Overrides"):
        table.add_column(column, overflow="fold")
    for info in plugins:
        stages = [hook.removeprefix("deid_") for hook in info.hooks if hook not in DECLARATIONS]
        provides = _grouped(info.provides) + ([f"stages: {', '.join(stages)}"] if stages else [])
        table.add_row(
            *map(
                escape,
                (
                    info.name,
                    f"{info.distribution} {info.version}",
                    info.status,
                    "\n".join(provides),
                    "\n".join(info.overrides),
                ),
            )
        )
    Console().print(table)


def _grouped(provides: tuple[str, ...]) -> list[str]:
    """Return a line for each kind of record, with the names of that kind."""
    kinds: dict[str, list[str]] = {}
    for record in provides:
        kind, _, name = record.rpartition(" ")
        kinds.setdefault(kind, []).append(name)
    return [f"{kind}: {', '.join(names)}" for kind, names in kinds.items()]
