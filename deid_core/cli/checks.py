"""``--check``: what becomes of a file in which an identifier is left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from deid_core.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])


def check_option(function: F) -> F:
    """Add ``--check``."""
    return click.option(
        "--check",
        type=click.Choice(["refuse", "warn", "off"], case_sensitive=False),
        help="What becomes of a file in whose output an identifier of the input is left; "
        "without, it is refused.",
    )(function)


def check_settings(settings: Settings, options: Mapping[str, Any]) -> Settings:
    """Return the settings with what the option says."""
    import attrs

    check = options["check"] or settings.check_identifiers
    return attrs.evolve(settings, check_identifiers=check.lower())
