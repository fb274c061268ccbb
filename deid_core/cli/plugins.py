"""``deid-core plugins``: what is installed."""

from __future__ import annotations

import json
from typing import Any

import attrs
import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deid_core.cli.errors import shown_errors
from deid_core.cli.options import common_options, settings_of


@click.command("plugins")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@common_options
def command(*, as_json: bool, **options: Any) -> None:
    """List plugins in the order in which they are called.

    Exit status: 0 if all that is not blocked works, 1 if something is broken.
    """
    from deid_core.host import PluginHost

    with shown_errors():
        settings = settings_of(
            options["config"],
            options["block"],
            options["allow"],
            options["prefer"],
            debug=options["debug"],
        )
        plugins = PluginHost.survey(settings.plugins)
    if as_json:
        click.echo(json.dumps([attrs.asdict(info) for info in plugins], indent=2))
    else:
        _print(plugins)
    if any(info.status not in ("loaded", "blocked") for info in plugins):
        raise SystemExit(1)


def _print(plugins: tuple[Any, ...]) -> None:
    table = Table()
    for column in ("Plugin", "Distribution", "Status", "Provides", "Overrides"):
        table.add_column(column, overflow="fold")
    for info in plugins:
        provides = "\n".join((*info.provides, *info.hooks))
        table.add_row(
            *map(
                escape,
                (
                    info.name,
                    f"{info.distribution} {info.version}",
                    info.status,
                    provides,
                    "\n".join(info.overrides),
                ),
            )
        )
    Console().print(table)
