"""``deid-core config``: what holds without being said."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import click
from click.core import ParameterSource
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deid_core.cli.catalogue import all_sections
from deid_core.cli.configured import config_options
from deid_core.cli.errors import shown_errors
from deid_core.cli.variables import OWN_MEANING, PREFIX, long_name, settable, variable
from deid_core.commands import CONFIG, json_option, print_json

SECRETS = ("KEY", "LOG_KEY")
"""Variables whose values nobody sees."""

_HIDDEN = "•••"


@attrs.frozen
class Said:
    """An option, or a setting, with its value and where it comes from."""

    name: str
    value: str
    where: str


def _complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Return what a shell may offer: the first words of commands."""
    names = {name for section in all_sections()[0].values() for name in section}
    return sorted(name for name in names if name.startswith(incomplete))


@click.command("config")
@click.argument("words", metavar="[COMMAND]", nargs=-1, shell_complete=_complete)
@click.option("--all", "show_all", is_flag=True, help="Show what has its default as well.")
@json_option
@config_options
def command(words: tuple[str, ...], *, show_all: bool, as_json: bool, **_: Any) -> None:
    """Show what holds for COMMAND without being said, and from where; without COMMAND: for run.

    An option wins over a variable of the environment, that over a config file, and that over the
    default.
    """
    with shown_errors():
        config = click.get_current_context().meta[CONFIG]
        name, asked = _asked(words or ("run",))
        found = [
            *_options(name, asked, config, show_all=show_all),
            *_settings(config),
            *_variables(),
        ]
    path = None if config.path is None else str(config.path)
    if as_json:
        said = [attrs.asdict(one) for one in found]
        print_json({"command": "config", "for": name, "file": path, "said": said})
        return
    console = Console(highlight=False)
    if path is None:
        console.print("No config file: neither --config, nor deid.toml or pyproject.toml here.")
    if not found:
        console.print(f"Nothing is said beforehand: deid-core {name} has its defaults.")
        return
    table = Table(
        title=f"Said beforehand for deid-core {name}", title_justify="left", box=box.SIMPLE
    )
    for column in ("Option", "Value", "From"):
        table.add_column(column, overflow="fold")
    for one in found:
        table.add_row(escape(one.name), escape(one.value), escape(one.where))
    console.print(table)


def _asked(words: tuple[str, ...]) -> tuple[str, click.Command]:
    """Return the command that words name. Raises `click.UsageError` if there is none."""
    from deid_core.cli.main import cli

    group: click.Group = cli
    ctx = click.get_current_context()
    for number, word in enumerate(words, 1):
        _, found, _ = group.resolve_command(ctx, [word])
        if number == len(words) and found is not None:
            return " ".join(words), found
        if not isinstance(found, click.Group):
            break
        group = found
    raise click.UsageError(f"No such command {' '.join(words)!r}; see deid-core --help")


def _options(name: str, asked: click.Command, config: Any, *, show_all: bool) -> Iterator[Said]:
    # What is wrong in the file is passed over by who only completes words.
    config.defaults(name.split(), asked)
    parent = click.Context(click.Group("deid-core"), info_name="deid-core")
    parent.meta[CONFIG] = config
    ctx = asked.make_context(name, [], parent=parent, resilient_parsing=True)
    for option in settable(asked):
        source = ctx.get_parameter_source(option.name or "")
        where = (
            {
                ParameterSource.ENVIRONMENT: f"variable {variable(option)}",
                ParameterSource.DEFAULT_MAP: str(config.path),
            }.get(source, "default")
            if source is not None
            else "default"
        )
        if where != "default" or show_all:
            yield Said(f"--{long_name(option)}", _text(ctx.params.get(option.name or "")), where)


def _text(value: Any) -> str:
    if value is None or value == ():
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(_text, value))
    # The URL of a database may hold its password.
    return _HIDDEN if isinstance(value, str) and "://" in value else str(value)


def _settings(config: Any) -> Iterator[Said]:
    config.settings()
    for table, content in config.tables.items():
        for key, value in content.items():
            yield Said(f"{table}.{key}", _text(value), str(Path(config.path)))


def _variables() -> Iterator[Said]:
    for name in (*sorted(one.upper() for one in OWN_MEANING), *SECRETS):
        value = os.environ.get(PREFIX + name)
        if value is not None:
            shown = _HIDDEN if name in SECRETS else value
            yield Said(PREFIX + name, shown, "environment")
