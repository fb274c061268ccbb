"""``deid-core audit``: score a result against its input."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from deid_core.commands import json_option, print_json, show_values_option
from deid_core_audit.audit import Audit, Options, audit, listed
from deid_core_audit.identifying import ADDRESS, DATE, DEVICE, INSTITUTION, UID
from deid_core_audit.report import as_json, show

LEFT = 1
"""Exit status where something is left or inconsistent."""


class _Wrong(click.ClickException):
    exit_code = 2


@click.command("audit")
@click.argument("inputs", metavar="IN", type=click.Path(exists=True, path_type=Path))
@click.argument("outputs", metavar="OUT", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--identifiers",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV file with more strings to search for, one in each cell.",
)
@click.option("--uids-kept", is_flag=True, help="UIDs were kept on purpose.")
@click.option("--dates-kept", is_flag=True, help="Dates were kept on purpose; not the birth date.")
@click.option("--institution-kept", is_flag=True, help="The institution was kept on purpose.")
@click.option("--device-kept", is_flag=True, help="The device was kept on purpose.")
@json_option
@show_values_option
def command(inputs: Path, outputs: Path, **options: Any) -> None:
    """Score the result OUT of a de-identification against its input IN.

    Both are folders or files. Outputs are paired with inputs by what they hold, counted by
    category, and searched byte for byte for what identifies in the input. Nothing of that is shown,
    but where it was found; --show-values shows it, and names of inputs.

    Exit status: 0 if nothing is left, 1 if something is left, inconsistent or could not be
    compared, 2 for wrong usage.
    """
    with without_values():
        result = _audit(inputs, outputs, options)
        _tell(result, options)
    if not result.clean:
        raise SystemExit(LEFT)


def _audit(inputs: Path, outputs: Path, options: dict[str, Any]) -> Audit:
    kinds = {
        "uids_kept": (UID,),
        "dates_kept": (DATE,),
        "institution_kept": (INSTITUTION, ADDRESS),
        "device_kept": (DEVICE,),
    }
    kept = frozenset(kind for name in kinds if options[name] for kind in kinds[name])
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:

        def step(what: str, number: int) -> None:
            if what:
                progress.add_task(what, total=number)
            else:
                progress.advance(progress.task_ids[-1], number)

        result = audit(
            inputs, outputs, Options(kept=kept, listed=listed(options["identifiers"])), step
        )
    for name, side in (("IN", result.inputs), ("OUT", result.outputs)):
        if not side.parsed and not side.unreadable:
            raise click.UsageError(f"{name} holds no DICOM file: look whether the path is right")
    return result


def _tell(result: Audit, options: dict[str, Any]) -> None:
    show_values = options["show_values"]
    if show_values:
        click.echo("What follows identifies patients: do not pass it on.", err=True)
    if options["as_json"]:
        print_json(as_json(result, show_values=show_values))
    else:
        show(result, Console(), show_values=show_values)


@contextmanager
def without_values() -> Iterator[None]:
    """Say where an error was raised, but not its text, which may quote a value."""
    try:
        yield
    except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
        raise
    except Exception as error:  # noqa: BLE001 - any of them
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(last.filename).name}, line {last.lineno}"
        raise _Wrong(
            f"the audit broke off with {type(error).__name__} in {where}; please report it"
        ) from None
