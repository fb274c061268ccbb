"""The commands ``crosswalk`` and ``reidentify``, imported when they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click


def load_crosswalk() -> click.Command:
    """Load ``deid-core crosswalk``."""
    from deid_core_pseudonyms.commands.crosswalk import command

    return command


def load_reidentify() -> click.Command:
    """Load ``deid-core reidentify``."""
    from deid_core_pseudonyms.commands.reidentify import command

    return command
