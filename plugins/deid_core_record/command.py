"""``deid-core verify-log``: tell whether a record is as it was written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import attrs
import click

from deid_core import SettingsError
from deid_core.commands import json_option, log_key_option, print_json
from deid_core_record.log import NAME
from deid_core_record.log_key import log_key
from deid_core_record.outputs import Outputs, check_outputs
from deid_core_record.report_files import REPORTS
from deid_core_record.verify import Checked, check_log

MISFIT = 1
"""Exit status where something does not fit."""


def _hash(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str:
    if value is not None and re.fullmatch(r"[0-9a-f]{64}", value) is None:
        raise click.BadParameter("expected the 64 digits that verify-log has printed")
    return value or ""


@click.command("verify-log")
@click.argument("record", metavar="RECORD", type=click.Path(exists=True, path_type=Path))
@log_key_option
@click.option(
    "--last",
    callback=_hash,
    allow_from_autoenv=False,
    metavar="HASH",
    help="The hash of its last line, as verify-log printed it before.",
)
@click.option(
    "--outputs",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Compare the files of this folder with their digests in the report.",
)
@json_option
def command(
    record: Path, log_key_file: Path | None, last: str, outputs: Path | None, *, as_json: bool
) -> None:
    """Tell whether the log of a record is as runs have written it, line by line.

    RECORD is the folder of a record, or its log. The reports beside the log are compared with the
    digests in it.

    Exit status: 0 if all fits, 1 if something does not, 2 for wrong usage.
    """
    log = record / NAME if record.is_dir() else record
    if not log.exists():
        beside = record.absolute().with_name(f"{record.absolute().name}.record")
        meant = f"did you mean {beside}?" if beside.is_dir() else "give OUT.record of a run"
        raise SettingsError(f"{record}: holds no log of a run; {meant}")
    found = check_log(log, log_key(log_key_file), last)
    compared = None
    if outputs is not None and found.misfit is None:
        compared = check_outputs(log.parent / REPORTS[0], outputs)
    if as_json:
        print_json(_as_json(found, compared))
    else:
        _tell(found, compared)
    if found.misfit is not None or (compared is not None and not compared.fit):
        raise SystemExit(MISFIT)


def _as_json(found: Checked, compared: Outputs | None) -> dict[str, Any]:
    return {
        "command": "verify-log",
        "ok": found.misfit is None and (compared is None or compared.fit),
        "lines": found.lines,
        "runs": found.runs,
        "broken_off": found.broken_off,
        "marks": found.marked,
        "files": found.files,
        "last": found.last,
        "keyed": found.keyed,
        "misfit": None if found.misfit is None else attrs.asdict(found.misfit),
        "outputs": None if compared is None else attrs.asdict(compared),
    }


def _tell(found: Checked, compared: Outputs | None) -> None:
    misfit = found.misfit
    if misfit is not None:
        where = f"line {misfit.line}: " if misfit.line else ""
        click.echo(f"Does not fit: {where}{misfit.text} ({misfit.kind}).")
        return
    chain = "a key" if found.keyed else "no key: whoever may write to the record can write it anew"
    words = (("line", found.lines), ("run", found.runs), ("file", found.files))
    said = ", ".join(f"{count} {word if count == 1 else f'{word}s'}" for word, count in words)
    click.echo(f"The log fits: {said}.")
    click.echo(f"Chained with {chain}.")
    if found.broken_off:
        click.echo(f"Runs that were broken off and gone on from: {found.broken_off}")
    if found.marked:
        click.echo(f"Marks of reviews: {found.marked}")
    click.echo(f"Last hash: {found.last}")
    if compared is None:
        return
    click.echo(
        f"Outputs: {compared.same} as written, {compared.changed} changed, "
        f"{compared.missing} missing, {compared.extra} not of the run."
    )
    for kind, names in compared.names.items():
        for name in names:
            click.echo(f"  {kind}: {name}")
