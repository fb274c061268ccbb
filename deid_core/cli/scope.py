"""``--only-plugins`` and ``--plugin-lock``: what may load at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from deid_core.settings import PluginSettings

F = TypeVar("F", bound=Callable[..., Any])


def scope_options(function: F) -> F:
    """Add the options."""
    function = click.option(
        "--plugin-lock",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Load nothing unless all plugins are as in this lock; see deid-core plugins lock.",
    )(function)
    return click.option(
        "--only-plugins",
        multiple=True,
        metavar="NAME,...",
        help="Load these plugins and no others, ours included.",
    )(function)


def scoped(plugins: PluginSettings, options: Mapping[str, Any]) -> PluginSettings:
    """Return the settings with what the options add. Raises `SettingsError`."""
    import attrs

    from deid_core.locking import read_lock

    lock = plugins.lock
    if options["plugin_lock"] is not None:
        lock = tuple(dict.fromkeys((*lock, read_lock(options["plugin_lock"]))))
    given = options["only_plugins"]
    return attrs.evolve(plugins, only=",".join(given) if given else plugins.only, lock=lock)
