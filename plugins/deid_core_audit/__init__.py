"""The default plugin "audit": scores a result against its input, with tables of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deid_core.hookspecs import hookimpl
from deid_core.records import CliCommand

if TYPE_CHECKING:
    import click


def _load() -> click.Command:
    from deid_core_audit.command import command

    return command


@hookimpl
def deid_cli_commands() -> list[CliCommand]:
    """Declare ``deid-core audit``."""
    return [CliCommand(name="audit", load=_load, summary="score a result against its input")]
