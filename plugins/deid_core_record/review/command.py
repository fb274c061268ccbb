"""``deid-core review``: look at a finished run, and mark its series."""

from __future__ import annotations

import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from html import escape
from pathlib import Path
from typing import Any

import click

from deid_core import SettingsError
from deid_core.archives import archive_kind
from deid_core.commands import json_option, log_key_option, print_json
from deid_core.pages.thumbnails import are_possible
from deid_core.quiet import quiet_pydicom
from deid_core_record.folder import replaced
from deid_core_record.log_key import log_key
from deid_core_record.review.inputs import Inputs, files_of
from deid_core_record.review.pages import NO_MARKS
from deid_core_record.review.pages import as_json as to_json
from deid_core_record.review.review import Review, has_journal
from deid_core_record.review.server import Server

DOOR = "review.html"
"""In the record while a review is open: leads a browser to it. Programs of other users can see what
a browser is started with, but not into this file."""


@click.command("review")
@click.argument("output", metavar="OUT", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--record",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="The record of the run, from which it goes on. Without: beside the output, OUT.record.",
)
@click.option(
    "--inputs",
    multiple=True,
    metavar="PATH",
    help="What the run has read, to show images before as well. BURNED-IN TEXT SHOWS.",
)
@log_key_option
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Listen there; 0: any that is free."
)
@click.option("--no-browser", is_flag=True, help="Open no browser: print the address only.")
@json_option
def command(output: Path, inputs: tuple[str, ...], *, as_json: bool, **options: Any) -> None:
    """Look at what a run has written, series by series, and mark each as approved or rejected.

    OUT is the output of the run, a folder or an archive (zip, tar). Pages are served on this computer to you alone, until you
    press Ctrl-C. Marks are kept in the record of the run. With --json nothing is served: series and
    marks are printed.
    """
    is_archive = not output.is_dir()
    if is_archive and archive_kind(output.name) is None:
        raise SettingsError(
            f"{output}: is neither a folder nor an archive; name what the run wrote"
        )
    folder = options["record"] or _beside(output)
    if not has_journal(folder):
        raise SettingsError(
            f"{folder}: holds no record of a run; name it with --record. Without a record there is "
            "nothing to keep marks in"
        )
    key = log_key(options["log_key_file"])
    if inputs and not are_possible():
        raise SettingsError("--inputs needs the extra images: pip install 'deid-core[images]'")
    with quiet_pydicom():
        review = Review(
            output,
            folder,
            members=files_of([str(output)])[0] if is_archive else None,
            inputs=Inputs(files_of(inputs)) if inputs and not as_json else None,
            log_key=key,
        )
        if as_json:
            review.read()
            print_json(to_json(review))
        else:
            _serve(review, options["port"], no_browser=options["no_browser"])


def _beside(output: Path) -> Path:
    """Return where a run keeps its record without being told."""
    whole = output if output.name not in ("", "..") else output.resolve()
    return whole.with_name(f"{whole.name}.record")


def _serve(review: Review, port: int, *, no_browser: bool) -> None:
    try:
        server = Server(review, port)
    except OSError as error:
        raise SettingsError(
            f"port {port} cannot be used ({error.strerror}); give another"
        ) from None
    reader = threading.Thread(target=_read, args=(review,), daemon=True)
    with server, _door(review.record, server.url) as door:
        reader.start()
        click.echo(f"Review at {server.url}")
        if not review.takes_marks:
            click.echo(NO_MARKS, err=True)
        click.echo("Press Ctrl-C to end it.")
        if not no_browser:
            webbrowser.open(door.absolute().as_uri())
        with suppress(KeyboardInterrupt):
            server.serve_forever()
        review.stop()
        reader.join()
    click.echo("The review has ended; its marks are kept.")
    if review.last_hash:
        click.echo(f"Last hash: {review.last_hash}")


def _read(review: Review) -> None:
    try:
        review.read()
    except SettingsError as error:
        click.echo(f"Error: {error}", err=True)


@contextmanager
def _door(record: Path, url: str) -> Iterator[Path]:
    """Write a page for its owner alone that leads to the review, and remove it in the end."""
    path = record / DOOR
    address = escape(url, quote=True)
    text = (
        '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8">'
        f'<meta http-equiv="refresh" content="0; url={address}"><title>Review</title></head>\n'
        f'<body><p><a href="{address}">To the review</a></p></body>\n</html>\n'
    )
    with replaced(path) as stream:
        stream.write(text.encode())
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
