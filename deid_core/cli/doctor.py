"""``deid-core plugins doctor``: what is wrong with what is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import click

from deid_core.cli.errors import shown_errors
from deid_core.cli.options import common_options, settings_of
from deid_core.commands import json_option, print_json

if TYPE_CHECKING:
    from deid_core.doctor import Diagnosis


@click.command("doctor")
@json_option
@common_options
def command(*, as_json: bool, **options: Any) -> None:
    """Say what is wrong with what is installed.

    Errors keep a run from starting, or a plugin from working; warnings tell of what works otherwise
    than one may think.

    Exit status: 0 if there is no error, 1 if there is one.
    """
    from deid_core.doctor import examine

    with shown_errors():
        diagnosis = examine(settings_of(options).plugins)
    if as_json:
        print_json(_as_json(diagnosis))
    else:
        _print(diagnosis)
    if not diagnosis.healthy:
        raise SystemExit(1)


def _as_json(diagnosis: Diagnosis) -> dict[str, Any]:
    return {
        "command": "plugins doctor",
        "healthy": diagnosis.healthy,
        "order": [info.name for info in diagnosis.plugins if info.status == "loaded"],
        "findings": [attrs.asdict(finding) for finding in diagnosis.findings],
    }


def _print(diagnosis: Diagnosis) -> None:
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False, soft_wrap=True)
    order = [info.name for info in diagnosis.plugins if info.status == "loaded"]
    console.print(f"Called in this order: {escape(', '.join(order))}")
    styles = {"error": "bold red", "warning": "yellow", "note": "dim"}
    for finding in diagnosis.findings:
        about = f"{finding.plugin}: " if finding.plugin else ""
        level = f"[{styles[finding.level]}]{finding.level}[/]"
        console.print(f"{level} {escape(about + finding.message)}")
    if diagnosis.healthy:
        console.print("Nothing is broken.")
    elif any(finding.plugin for finding in diagnosis.findings if finding.level == "error"):
        console.print("To go on without a plugin: --block NAME")
