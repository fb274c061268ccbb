"""``deid-core inspect``: what identifies in files, and what a run would do about it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deid_core.cli.errors import REFUSED, shown_errors
from deid_core.cli.groups import SectionedCommand
from deid_core.cli.inspect_table import MASK, conclusion, counted, sum_of, table_of
from deid_core.cli.options import (
    archives_option,
    common_options,
    recipe_option,
    settings_of,
    value_options,
)
from deid_core.cli.profile import OPTIONS, profile_options, profile_recipes
from deid_core.cli.progress import RunProgress, progress_option
from deid_core.cli.summary import SKIPPED, Reports, warnings_counted
from deid_core.commands import PLACE, json_option, print_json, show_files_option

if TYPE_CHECKING:
    from deid_core.cli.inspect_pictures import Pictures
    from deid_core.engine import Engine
    from deid_core.host import PluginHost
    from deid_core.inspection import Inspection, Refused
    from deid_core.model import FileRef

SECTIONS = {
    "What a run would do": ("recipes", "default", "keep_private", "profile", "refuse_documents"),
    "Options of the profile": tuple(name.replace("-", "_") for name in OPTIONS),
    "How it is done": (
        "html",
        "thumbnails",
        "as_json",
        "each_private",
        "show_files",
        "archives",
        "progress",
        "debug",
        "help",
    ),
}


@click.command("inspect", cls=SectionedCommand, sections=SECTIONS)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...", type=PLACE)
@recipe_option
@value_options
@archives_option
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write what was found as one page, which shows no value and no name of a file.",
)
@click.option(
    "--thumbnails",
    type=click.IntRange(0, 24),
    default=0,
    help="Show images of so many series: on the page of --html. BURNED-IN TEXT SHOWS: do not share it then.",
)
@profile_options
@click.option(
    "--each-private",
    is_flag=True,
    help="List private attributes one by one, not by who has created them.",
)
@show_files_option
@json_option
@progress_option
@common_options
def command(sources: tuple[str, ...], **options: Any) -> None:
    """Say what identifies in files and folders, by attribute. Nothing is written, but the page of --html.

    What counts is what DICOM PS3.15 lists, private elements, and text that holds the patient's own
    name, numbers or dates. The last column says what a run with the same options would do about it.
    No value is shown.

    Exit status: 0 if all DICOM files could be read, 1 if not or if there are none, 2 for wrong usage.
    """
    reports = Reports()
    with shown_errors(), warnings_counted(reports):
        pictures = _pictures(options)
        inspection = _inspected(sources, options, pictures)
        if options["html"] is not None:
            from deid_core.cli.inspect_page import write_page

            write_page(options["html"], inspection, _meaning(options), pictures)
    if options["as_json"]:
        print_json(as_json(inspection, named=options["show_files"]))
    else:
        _print(inspection, options)
    if inspection.unreadable or not inspection.files:
        raise SystemExit(REFUSED)


def _pictures(options: dict[str, Any]) -> Pictures | None:
    """Return what takes note of images to show, if that was asked for. Raises `SettingsError`."""
    if not options["thumbnails"]:
        return None
    from deid_core.cli.inspect_pictures import Pictures

    return Pictures.wanted(options["thumbnails"], options["html"])


def _inspected(
    sources: tuple[str, ...], options: dict[str, Any], pictures: Pictures | None
) -> Inspection:
    from deid_core.host import PluginHost
    from deid_core.inspection import Inspection, inspecting

    host = PluginHost.load(settings_of(options).plugins)
    yardstick, chosen = _engines(host, options)
    refs = _refs(host, sources, archives=options["archives"])
    if pictures is not None:
        refs = pictures.noting(refs)
    inspection = Inspection()
    nowhere = Path(os.devnull)
    with RunProgress(sources, nowhere, wanted=options["progress"]) as progress:
        for readable in inspecting(inspection, refs, yardstick, chosen):
            progress.advance(bad=not readable)
    return inspection


def _engines(host: PluginHost, options: dict[str, Any]) -> tuple[Engine, Engine]:
    from deid_core.config import layers_of
    from deid_core.engine import Engine
    from deid_core.inspection import YARDSTICK
    from deid_core.settings import Settings

    settings = settings_of(options)
    settings = attrs.evolve(
        settings,
        remove_private=not options["keep_private"],
        default=options["default"] or settings.default,
        crosswalk=None,
    )
    names = (*profile_recipes(options), *options["recipes"])
    chosen = Engine(host, layers_of(names, host), settings)
    strict = Settings(sweep="remove", dates="remove", plugins=settings.plugins)
    return Engine(host, layers_of(YARDSTICK, host), strict), chosen


def _refs(host: PluginHost, sources: tuple[str, ...], *, archives: bool) -> Iterator[FileRef]:
    from deid_core.errors import NoPluginAnsweredError, SettingsError
    from deid_core.model import DiscoveryOptions

    found = []
    for source in sources:
        try:
            found.append(host.discover_files(source, DiscoveryOptions(archives=archives)))
        except NoPluginAnsweredError:
            raise SettingsError(
                f"{source}: no such file or folder; look whether the path is right"
            ) from None
    return chain.from_iterable(found)


def as_json(inspection: Inspection, *, named: bool) -> dict[str, Any]:
    """Return it as values that JSON has; no value of a file is among them.

    ``named`` if files may be called by their names, which may hold a patient's.
    """

    def listed(those: list[Refused]) -> list[dict[str, Any]]:
        return [
            {
                **({"location": one.location} if named else {}),
                "file": one.number,
                "code": one.code,
                "reason": one.reason,
            }
            for one in those
        ]

    return {
        "command": "inspect",
        "files": inspection.files,
        **{name: found.values for name, found in inspection.subjects.items()},
        "claim_to_be_deidentified": inspection.claims,
        "burned_in_annotation": inspection.burned_in,
        "skipped": dict(inspection.skipped),
        "unreadable": listed(inspection.unreadable),
        "would_be_refused": listed(inspection.refused),
        "sum": sum_of(inspection),
        "attributes": [
            {
                "path": place.path,
                "name": place.name,
                "where": place.where,
                "private_creator": place.known_creator,
                "because": place.reason,
                "files": found.files,
                "values": found.values,
                "example": f"{found.kind} {MASK}",
                "would_be": dict(found.would_be),
            }
            for place, found in inspection.places()
        ],
    }


def _print(inspection: Inspection, options: dict[str, Any]) -> None:
    console = Console(highlight=False)
    counts = [(inspection.files, "DICOM files")]
    counts += [(found.values, name) for name, found in inspection.subjects.items()]
    console.print(", ".join(counted(*one) for one in counts), style="bold")
    for code, count in sorted(inspection.skipped.items()):
        console.print(f"{count} passed over: {SKIPPED.get(code, escape(code))}")
    for line in _remarks(inspection):
        console.print(line, style="yellow")
    if inspection.found:
        console.print(table_of(inspection, each_private=options["each_private"]))
        console.print(_meaning(options), style="bright_black")
        for line in conclusion(inspection, has_plan=bool(options["profile"] or options["recipes"])):
            console.print(line, soft_wrap=True)
    named = options["show_files"] or sys.stderr.isatty()
    for title, those in (
        ("Cannot be read", inspection.unreadable),
        ("Would be refused", inspection.refused),
    ):
        if those:
            table = Table(title=title, title_justify="left")
            for column in ("File", "Reason", ""):
                table.add_column(column, overflow="fold")
            for one in those:
                called = one.location if named else str(one.number)
                table.add_row(escape(called), one.code, escape(one.reason))
            Console(stderr=True, highlight=False).print(table)


def _remarks(inspection: Inspection) -> Iterator[str]:
    if not inspection.files:
        yield "No DICOM files were found: look whether the path is right."
    if inspection.claims:
        yield (
            f"{inspection.claims} of them claim to be de-identified already: "
            "what is listed below is there all the same."
        )
    if inspection.burned_in:
        yield (
            f"{inspection.burned_in} of them say that text is burned into the image: "
            "no attribute holds it, and a run does not remove it."
        )


def _meaning(options: dict[str, Any]) -> str:
    if options["profile"] is None and not options["recipes"]:
        return (
            "Would be: by deid-core run without a profile, which removes what a file does not need. "
            "See --profile basic."
        )
    return "Would be: by deid-core run with the same profile and recipes."
