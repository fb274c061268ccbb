"""Options that several commands share."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from deid_core.cli.configured import config_options
from deid_core.cli.scope import scope_options, scoped
from deid_core.commands import PLACE

if TYPE_CHECKING:
    from deid_core.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = [
    click.option("--block", multiple=True, metavar="PLUGIN", help="Leave a plugin out."),
    click.option(
        "--allow", multiple=True, metavar="PLUGIN", help="Import no third party but these."
    ),
    click.option(
        "--prefer",
        multiple=True,
        metavar="PLUGIN",
        help="Call a plugin first, and let it win where two claim one name.",
    ),
    click.option(
        "--table",
        "tables",
        multiple=True,
        metavar="NAME=CSV",
        help="A table for deid_func:lookup, in two columns: what is there, and what to write.",
    ),
    click.option("--debug", is_flag=True, help="Log every step. SHOWS IDENTIFIERS."),
]


def recipe_option(function: F) -> F:
    """Add ``--recipe``."""
    return click.option(
        "--recipe",
        "-r",
        "recipes",
        multiple=True,
        type=PLACE,
        help="A recipe: file, folder or bundled name. Several lie on each other, the last on top.",
    )(function)


def archives_option(function: F) -> F:
    """Add ``--archives``."""
    return click.option(
        "--archives/--no-archives",
        default=True,
        help="Look into archives (zip, tar) that lie in folders, or pass over them.",
    )(function)


def value_options(function: F) -> F:
    """Add ``--keep-private`` and ``--default``."""
    function = click.option(
        "--default",
        type=click.Choice(["remove", "keep", "blank"], case_sensitive=False),
        help="What happens to what no rule names.",
    )(function)
    return click.option(
        "--keep-private", is_flag=True, help="Do not remove private data elements."
    )(function)


def common_options(function: F) -> F:
    """Add the options for settings, plugins, tables and logging."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return config_options(scope_options(function))


def settings_of(options: Mapping[str, Any]) -> Settings:
    """Return the settings that the common options stand for, and start logging."""
    import attrs

    logging.basicConfig(
        level=logging.DEBUG if options["debug"] else logging.WARNING,
        format="%(levelname)s %(message)s",
    )
    settings: Settings = options["config"].settings()
    plugins = settings.plugins
    return attrs.evolve(
        settings,
        tables={**settings.tables, **_tables(options["tables"])},
        plugins=attrs.evolve(
            scoped(plugins, options),
            block=(*plugins.block, *options["block"]),
            allow=options["allow"] or plugins.allow,
            prefer=(*options["prefer"], *plugins.prefer),
        ),
    )


def _tables(given: tuple[str, ...]) -> dict[str, Path]:
    from deid_core.errors import SettingsError

    tables = {}
    for table in given:
        name, equals, path = table.partition("=")
        if not name or not equals or not path:
            raise SettingsError(f"--table {table}: expected NAME=CSV")
        tables[name] = Path(path)
    return tables
