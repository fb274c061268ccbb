"""``--json``: the same in all commands that print something."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def json_option(function: F) -> F:
    """Add ``--json``: one object on standard output, and nothing besides."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON object, and nothing besides."
    )(function)


def print_json(shown: dict[str, Any]) -> None:
    """Print one object, as all commands do with ``--json``."""
    click.echo(json.dumps(shown, indent=2, ensure_ascii=False))
