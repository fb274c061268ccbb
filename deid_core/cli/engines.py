"""``--engine``, ``--workers`` and ``--scheduler``: who does the files of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from deid_core.engine import Engine
    from deid_core.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

AUTOMATIC = "auto"

_OPTIONS = [
    click.option(
        "--engine",
        metavar="NAME",
        help="Who does the work: serial, processes, one of a plugin such as dask, or auto: "
        "processes, where a run is long and there is more than one core.",
    ),
    click.option(
        "--workers",
        type=click.IntRange(min=1),
        metavar="N",
        help="How many workers; without, one for each core.",
    ),
    click.option("--scheduler", metavar="URL", help="Where the engine finds its cluster."),
]


def engine_options(function: F) -> F:
    """Add the options."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def engine_of(options: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """Return the arguments of `Engine.run` that the options and settings stand for."""
    return {
        "executor": options["engine"] or settings.executor or AUTOMATIC,
        "workers": options["workers"] or settings.workers,
        "scheduler": options["scheduler"] or settings.scheduler,
    }


def say_of_obstacle(engine: Engine, asked: str) -> None:
    """Print why one process did all, where somebody asked for more."""
    if engine.obstacle is not None and asked != AUTOMATIC:
        click.echo(f"One process did all the files: {engine.obstacle}.")
