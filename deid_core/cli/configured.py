"""The config file: ``--config``, or ``deid.toml`` or ``pyproject.toml`` in the working folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from deid_core.cli.variables import long_name, settable

if TYPE_CHECKING:
    from deid_core.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

OWN_FILE = "deid.toml"
PROJECT_FILE = "pyproject.toml"
OPTIONS = "options"
"""The table of a config file that says options; the others are those of `read_settings`."""

META = "deid_core.config"
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
            else:
                self._refuse_unknown(name, _all_names())
        for name, value in self._own(words).items():
            if name not in known:
                self._refuse_unknown(name, set(known))
            found[known[name].name or name] = self._checked(name, value, known[name])
        return found

    def _own(self, words: list[str]) -> Mapping[str, Any]:
        from deid_core.cli.catalogue import own_commands

        for name, value in self.options.items():
            if isinstance(value, Mapping) and name not in own_commands():
                self._refuse_unknown(name, set(own_commands()))
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


def _note_no_config(ctx: click.Context, _param: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
    if value:
        ctx.meta[f"{META}.none"] = True


def _read(ctx: click.Context, _param: click.Parameter, value: Path | None) -> ConfigFile:
    """Read the file as soon as it is known, since it gives other options their values."""
    from deid_core.cli.errors import shown_errors

    if ctx.resilient_parsing and META not in ctx.meta:
        return ConfigFile()
    with shown_errors():
        config = ctx.meta[META] if META in ctx.meta else config_of(ctx, value)
        ctx.meta[META] = config
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
    if f"{META}.none" in ctx.meta:
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


def _all_names() -> set[str]:
    """Return the names of all options that a config file may say."""
    from deid_core.cli.catalogue import own_commands
    from deid_core.cli.main import own_command

    names: set[str] = set()

    def add(command: click.Command | None) -> None:
        if command is not None:
            names.update(map(long_name, settable(command)))
            for below in getattr(command, "commands", {}).values():
                add(below)

    for name in own_commands():
        add(own_command(name))
    return names
