"""``deid-core identifiers``: what files hold, for those entitled to see it."""

from __future__ import annotations

import math
from typing import Any

import attrs
import click

from deid_core.cli.errors import REFUSED, shown_errors
from deid_core.cli.options import common_options, settings_of
from deid_core.commands import PLACE, json_option, print_json


@click.command("identifiers")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...", type=PLACE)
@click.option(
    "--entity-id", metavar="KEYWORD", help="File under this attribute instead of PatientID."
)
@click.option("--item-id", metavar="KEYWORD", help="File under this one instead of SOPInstanceUID.")
@json_option
@common_options
def command(sources: tuple[str, ...], **options: Any) -> None:
    """Print the identifiers of files as JSON: by patient, by file, by keyword.

    THE OUTPUT IDENTIFIES PATIENTS. Add variables to each item and give it to the library
    to put identifiers back under new names.

    Exit status: 0 if there are any, 1 if there are none, 2 for wrong usage.
    """
    from deid_core.dicom import get_files, get_identifiers

    with shown_errors():
        settings = settings_of(options)
        settings = attrs.evolve(
            settings,
            entity_id=options["entity_id"] or settings.entity_id,
            item_id=options["item_id"] or settings.item_id,
        )
        files = list(get_files(sources, config=settings))
        ids = get_identifiers(files, config=settings)
    shown = _plain(ids)
    print_json({"command": "identifiers", "identifiers": shown} if options["as_json"] else shown)
    if not shown:
        click.echo("No DICOM files were found: look whether the path is right.", err=True)
        raise SystemExit(REFUSED)


def _plain(value: Any) -> Any:
    """Return a value that JSON can hold; a number that it cannot becomes text."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return str(value)
