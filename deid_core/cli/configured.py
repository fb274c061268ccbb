"""The config file: ``--config``, or ``deid.toml`` or ``pyproject.toml`` in the working folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from deid_core.cli.variables import long_name, settable
from deid_core.commands import CONFIG

if TYPE_CHECKING:
    from deid_core.cli.tree import Leaf
    from deid_core.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

OWN_FILE = "deid.toml"
PROJECT_FILE = "pyproject.toml"
OPTIONS = "options"
"""The table of a config file that says options; the others are those of `read_settings`."""

_TOOL = "deid-core"
_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH


class ConfigFile:
    """What a config file says; one without a path says nothing."""

    def __init__(self, path: Path | None = None, tables: Mapping[str, Any] | None = None) -> None:
        given = dict(tables or {})
        self.path = path
        self.options: Mapping[str, Any] = given.pop(OPTIONS, {})
        self.tables: Mapping[str, Any] = given

    def settings(self) -> Settings:
        """Return the settings of its tables. Raises `SettingsError`."""
        from deid_core.settings_file import read_settings

        return read_settings(self.tables or None, str(self.path))

    def defaults(self, words: list[str], command: click.Command) -> dict[str, Any]:
        """Return what it says about the options of a command, by the names of parameters.

        ``words`` are those by which the command is called. What stands in the command's own table
        wins. Raises `SettingsError` for a name that no option has, and for a wrong type.
        """
        from deid_core.cli.tree import leaves_below, names_of_options, own_leaves
        from deid_core.errors import SettingsError

        if not isinstance(self.options, Mapping):
            raise SettingsError(f"{self.path}: {OPTIONS} must be a table of options")
        known = {long_name(option): option for option in settable(command)}
        found: dict[str, Any] = {}
        for name, value in self.options.items():
            if isinstance(value, Mapping):
                continue
            if name in known:
                found[known[name].name or name] = self._checked(name, value, known[name])
            elif name not in (own := names_of_options(own_leaves())):
                self._refuse_unknown(name, own | names_of_options(self._leaves_of_plugins()))
        for name, value in self._own(words).items():
            if name in known:
                found[known[name].name or name] = self._checked(name, value, known[name])
            else:
                # It may be for another command of the same group.
                self._refuse_unknown(name, names_of_options(leaves_below(words[0])))
        return found

    def _leaves_of_plugins(self) -> Iterator[Leaf]:
        from deid_core.cli.tree import leaves_of_plugins

        return leaves_of_plugins(self.settings().plugins)

    def _own(self, words: list[str]) -> Mapping[str, Any]:
        from deid_core.cli.catalogue import own_commands
        from deid_core.cli.tree import commands_of_plugins

        tables = {name for name, value in self.options.items() if isinstance(value, Mapping)}
        strange = tables.difference(own_commands())
        if strange:
            known = {*own_commands(), *commands_of_plugins(self.settings().plugins)}
            for name in sorted(strange):
                self._refuse_unknown(name, known)
        own = self.options.get(words[0]) if words else None
        return own if isinstance(own, Mapping) else {}

    def _refuse_unknown(self, name: str, known: set[str]) -> None:
        from deid_core.errors import SettingsError
        from deid_core.suggest import nearest

        if name in known:
            return
        near = nearest(name, known)
        hint = f"; did you mean {near!r}?" if near else "; see deid-core config"
        raise SettingsError(f"{self.path}: {OPTIONS}: {name!r} is not known{hint}")

    def _checked(self, name: str, value: Any, option: click.Option) -> Any:
        from deid_core.errors import SettingsError

        if option.is_flag:
            wanted, fits = "true or false", isinstance(value, bool)
        elif option.multiple:
            value = [value] if isinstance(value, str) else value
            wanted = "a text, or a list of texts"
            fits = isinstance(value, list) and all(isinstance(one, str) for one in value)
        else:
            wanted = "a text or a whole number"
            fits = isinstance(value, str | int) and not isinstance(value, bool)
        if not fits:
            raise SettingsError(f"{self.path}: {OPTIONS}.{name} must be {wanted}")
        return value


def config_options(function: F) -> F:
    """Add ``--config`` and ``--no-config``."""
    function = click.option(
        "--no-config",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_note_no_config,
        help=f"Do not read {OWN_FILE} or {PROJECT_FILE} of this folder.",
    )(function)
    return click.option(
        "--config",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        envvar="DEID_CORE_CONFIG",
        is_eager=True,
        callback=_read,
        help=f"A settings file, JSON or TOML. Without: {OWN_FILE} of this folder, "
        f"or [tool.{_TOOL}] of its {PROJECT_FILE}.",
    )(function)


def add_config(command: click.Command) -> None:
    """Let a config file say the options of a command that knows nothing of it, and of those below.

    The command is not handed what was read; it may ask for it, see `deid_core.commands.said_settings`.
    """
    below = getattr(command, "commands", {})
    for one in below.values():
        add_config(one)
    taken = {name for param in command.params for name in (*param.opts, param.name)}
    if below or taken & {"--config", "--no-config", "config", "no_config"}:
        return

    @click.command
    @config_options
    def bare() -> None: ...

    for param in bare.params:
        param.expose_value = False
    command.params += bare.params


def _note_no_config(ctx: click.Context, _param: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
    if value:
        ctx.meta[f"{CONFIG}.none"] = True


def _read(ctx: click.Context, _param: click.Parameter, value: Path | None) -> ConfigFile:
    """Read the file as soon as it is known, since it gives other options their values."""
    from deid_core.cli.errors import shown_errors

    if ctx.resilient_parsing and CONFIG not in ctx.meta:
        return ConfigFile()
    with shown_errors():
        config = ctx.meta[CONFIG] if CONFIG in ctx.meta else config_of(ctx, value)
        ctx.meta[CONFIG] = config
        words = ctx.command_path.split()[1:]
        ctx.default_map = {**config.defaults(words, ctx.command)}
    return config


def config_of(ctx: click.Context, given: Path | None) -> ConfigFile:
    """Return the file that is given, or that which lies in the working folder.

    Raises `SettingsError` for one that cannot be read, and for one that was not given by name where
    others than its owner may write.
    """
    from deid_core.settings_file import read_tables

    if given is not None:
        return ConfigFile(given, read_tables(given))
    if f"{CONFIG}.none" in ctx.meta:
        return ConfigFile()
    for path, tables in _in_working_folder():
        _refuse_shared(path)
        click.echo(f"Settings from {path}", err=True)
        return ConfigFile(path, tables)
    return ConfigFile()


def _in_working_folder() -> Iterator[tuple[Path, Mapping[str, Any]]]:
    from deid_core.settings_file import read_tables

    own, project = Path(OWN_FILE), Path(PROJECT_FILE)
    if own.is_file():
        yield own, read_tables(own)
    elif project.is_file() and f"tool.{_TOOL}" in _text(project):
        tables = read_tables(project).get("tool", {}).get(_TOOL)
        if isinstance(tables, Mapping):
            yield project, tables


def _text(path: Path) -> str:
    """Return the text of a file that may be no concern of ours."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _refuse_shared(path: Path) -> None:
    """Refuse a file that somebody else could have put there, or changed."""
    from deid_core.errors import SettingsError

    if not hasattr(os, "geteuid"):
        return
    for place in dict.fromkeys((path.absolute(), path.resolve())):
        for one in (place, place.parent):
            status = one.stat()
            if status.st_uid not in (0, os.geteuid()) or status.st_mode & _OTHERS_MAY_WRITE:
                raise SettingsError(
                    f"{path} was found here, but others may write to {one}; read it and give it by "
                    f"name (--config {path}), pass it over (--no-config), or chmod go-w {one}"
                )
