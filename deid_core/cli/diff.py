"""``deid-core diff``: two files or folders, element by element."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deid_core.cli.errors import shown_errors
from deid_core.cli.inspect_table import MASK
from deid_core.cli.options import common_options, settings_of
from deid_core.cli.summary import Reports, warnings_counted
from deid_core.commands import json_option, print_json, show_values_option

if TYPE_CHECKING:
    from deid_core.differences import Difference, Pairs, Side
    from deid_core.host import PluginHost
    from deid_core.model import FileRef

DIFFERENT = 1
SIGNS = {"added": ("+", "green"), "removed": ("-", "red"), "changed": ("~", "yellow")}
_EXISTING = click.Path(exists=True, path_type=Path)


@attrs.define
class _Told:
    """What was found so far, and whether values may be shown."""

    show_values: bool
    console: Console | None
    same: int = 0
    different: list[dict[str, Any]] = attrs.field(factory=list)
    unreadable: list[dict[str, str]] = attrs.field(factory=list)


@click.command("diff")
@click.argument("before", metavar="A", type=_EXISTING)
@click.argument("after", metavar="B", type=_EXISTING)
@show_values_option
@json_option
@common_options
def command(before: Path, after: Path, *, show_values: bool, **options: Any) -> None:
    """Compare two files or two folders, element by element: what B has otherwise than A.

    Elements in sequences, file meta information and pixel data (by digest) count too. Files of folders
    are paired by their names, and what is left by the SOP Instance UID; what was de-identified under
    new names is for deid-core audit. Values are masked.

    Exit status: 0 if all is the same, 1 if anything differs, 2 for wrong usage.
    """
    as_json = options["as_json"]
    told = _Told(show_values, None if as_json else Console(highlight=False))
    with shown_errors(), warnings_counted(Reports()):
        if before.is_dir() != after.is_dir():
            file, folder = (after, before) if before.is_dir() else (before, after)
            raise click.UsageError(
                f"give two files, or two folders: {file} is a file, and {folder} is none"
            )
        pairs = _compare(before, after, options, told)
    alone = {"only_in_a": pairs.only_before, "only_in_b": pairs.only_after}
    if as_json:
        print_json(
            {
                "command": "diff",
                "same": told.same,
                "different": told.different,
                "unreadable": told.unreadable,
                **{name: [ref.location for ref in refs] for name, refs in alone.items()},
            }
        )
    elif told.console is not None:
        _conclude(told, alone, told.console)
    if told.different or told.unreadable or any(alone.values()):
        raise SystemExit(DIFFERENT)


def _compare(before: Path, after: Path, options: dict[str, Any], told: _Told) -> Pairs:
    from deid_core.differences import Pairs, Reader, paired
    from deid_core.engine import Engine
    from deid_core.errors import FileError, SkippedError
    from deid_core.host import PluginHost
    from deid_core.model import FileRef

    settings = settings_of(options)
    host = PluginHost.load(settings.plugins)
    reader = Reader(host, Engine(host, settings=settings).batch)
    if not before.is_dir():
        one, other = (FileRef(path.name, path=path) for path in (before, after))
        pairs = Pairs(together=[(one, other)])
    else:
        pairs = paired(_refs(host, before), _refs(host, after), reader.instance_uid)
    for one, other in pairs.together:
        try:
            _tell(told, one, other, reader.differences(one, other))
        except SkippedError:
            _tell_of_others(told, one, other)
        except FileError as error:
            told.unreadable.append({"file": one.location, "code": error.code, "reason": str(error)})
    return pairs


def _tell_of_others(told: _Told, one: FileRef, other: FileRef) -> None:
    """Compare two files that are not DICOM, byte by byte."""
    with one.open() as first, other.open() as second:
        same = True
        while same and (chunk := first.read(1 << 20)) is not None:
            same = chunk == second.read(1 << 20)
            if not chunk:
                break
    if same:
        told.same += 1
        return
    told.different.append({"a": one.location, "b": other.location, "elements": []})
    if told.console is not None:
        told.console.print(f"{escape(one.location)}: not DICOM, and not the same", style="yellow")


def _refs(host: PluginHost, folder: Path) -> list[FileRef]:
    from deid_core.model import DiscoveryOptions

    return list(host.discover_files(str(folder), DiscoveryOptions()))


def _tell(told: _Told, one: FileRef, other: FileRef, found: list[Difference]) -> None:
    if not found:
        told.same += 1
        return
    rows = [
        {
            "path": str(difference.path),
            "name": difference.name,
            "change": difference.change,
            "a": _shown(difference.before, show=told.show_values),
            "b": _shown(difference.after, show=told.show_values),
        }
        for difference in found
    ]
    told.different.append({"a": one.location, "b": other.location, "elements": rows})
    if told.console is None:
        return
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for column in ("", "Element", "A", "B"):
        table.add_column(column, overflow="fold")
    for row in rows:
        sign, style = SIGNS[str(row["change"])]
        table.add_row(
            sign,
            escape(str(row["name"])),
            escape(row["a"] or ""),
            escape(row["b"] or ""),
            style=style,
        )
    told.console.print(f"[bold]{escape(one.location)}\n{escape(other.location)}[/]", soft_wrap=True)
    told.console.print(table)
    told.console.print()


def _shown(side: Side | None, *, show: bool) -> str | None:
    if side is None:
        return None
    if side.value is None:
        return "empty"
    if show or side.vr == "SQ":
        return side.text
    return f"{side.kind} {MASK}"


def _conclude(told: _Told, alone: dict[str, list[FileRef]], console: Console) -> None:
    for name, refs in alone.items():
        for ref in refs:
            where = name[-1].upper()
            console.print(f"only in {where}: {escape(ref.location)}", soft_wrap=True, style="cyan")
    for one in told.unreadable:
        console.print(f"cannot be compared: {escape(one['file'])}: {escape(one['reason'])}")
    console.print(f"{told.same} the same, {len(told.different)} different", style="bold")
