"""``--pseudonyms`` and ``--crosswalk``: names for a recipe, and for where originals are kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from deid_core.commands import PLACE

if TYPE_CHECKING:
    from deid_core.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

FORMS = ("code", "number")
LIST = "list"
TABLE = "pseudonyms"
"""The name of the table that ``--pseudonyms list:FILE`` stands for."""


def pseudonym_options(function: F) -> F:
    """Add ``--pseudonyms`` and ``--crosswalk``."""
    return pseudonyms_option(_crosswalk_option(function))


def _crosswalk_option(function: F) -> F:
    return click.option(
        "--crosswalk",
        metavar="FILE|URL",
        type=PLACE,
        help="The crosswalk: originals and what stands for them, encrypted, in an SQLite file or at a "
        "postgresql:// URL.",
    )(function)


def pseudonyms_option(function: F) -> F:
    """Add ``--pseudonyms``."""
    return click.option(
        "--pseudonyms",
        metavar="code|number|list:CSV",
        help="Give each patient one new identity: a keyed code, a running number, or one of a list.",
    )(function)


def pseudonym_recipes(options: dict[str, Any]) -> tuple[str, ...]:
    """Return the name of the recipe that ``--pseudonyms`` stands for, if it was given.

    Raises `SettingsError` for a form that is not known.
    """
    if options["pseudonyms"] is None:
        return ()
    return (f"deid.pseudonyms.{_form(options['pseudonyms'])[0]}",)


def pseudonym_settings(settings: Settings, options: dict[str, Any]) -> Settings:
    """Return the settings with the list of pseudonyms and the crosswalk that were asked for."""
    import attrs

    tables = dict(settings.tables)
    if options["pseudonyms"] is not None:
        form, table = _form(options["pseudonyms"])
        if form == LIST:
            tables[TABLE] = Path(table)
    return attrs.evolve(
        settings, tables=tables, crosswalk=options["crosswalk"] or settings.crosswalk
    )


def _form(text: str) -> tuple[str, str]:
    from deid_core.errors import SettingsError

    form, _, table = text.partition(":")
    if (form in FORMS and not table) or (form == LIST and table):
        return form, table
    raise SettingsError("--pseudonyms: expected code, number or list:FILE.csv")
