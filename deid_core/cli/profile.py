"""``--profile`` and its options: names for the recipes of PS3.15 Annex E, and one more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

OPTIONS = {
    "retain-safe-private": "Keep private elements that PS3.15 lists as safe.",
    "retain-uids": "Keep UIDs.",
    "retain-device-identity": "Keep what tells the device.",
    "retain-institution-identity": "Keep what tells the institution.",
    "retain-patient-characteristics": "Keep sex, age, size and weight.",
    "clean-descriptors": "Keep descriptions, without the patient's own values.",
    "clean-structured-content": "Keep structured content, without the patient's own values.",
    "clean-graphics": "Keep graphic annotations, without the patient's own values.",
    "retain-full-dates": "Keep dates and times.",
    "retain-modified-dates": "Shift dates by days that each patient has of its own.",
    "clean-pixel-data": "Needs a plugin that cleans pixels.",
    "clean-recognizable-visual-features": "Needs a plugin that cleans pixels.",
}
"""Options of the profile; dates come after device identity, since they win over it."""
REFUSE_DOCUMENTS = "deid.dicom.refuse-documents"


def profile_options(function: F) -> F:
    """Add ``--profile`` and an option for each option of the profile."""
    function = click.option(
        "--refuse-documents", is_flag=True, help="Refuse files that hold a document, such as a PDF."
    )(function)
    for name, text in reversed(OPTIONS.items()):
        function = click.option(f"--{name}", is_flag=True, help=text)(function)
    return click.option(
        "--profile",
        type=click.Choice(["basic"]),
        help="A confidentiality profile of PS3.15 Annex E, beneath all recipes.",
    )(function)


def profile_recipes(options: dict[str, Any]) -> tuple[str, ...]:
    """Return the names of the recipes that the options stand for, lowest first.

    Raises `SettingsError` for an option without a profile.
    """
    from deid_core.errors import SettingsError

    chosen = [name for name in OPTIONS if options[name.replace("-", "_")]]
    documents = (REFUSE_DOCUMENTS,) if options["refuse_documents"] else ()
    if options["profile"] is None:
        if chosen:
            raise SettingsError(f"--{chosen[0]} needs --profile basic")
        return documents
    profile = f"deid.dicom.{options['profile']}"
    return (profile, *(f"deid.dicom.{name}" for name in chosen), *documents)
