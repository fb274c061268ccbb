"""Show what an audit found, as tables for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deid_core_audit.audit import Audit, Leak, Side
from deid_core_audit.categories import CATEGORIES, LEAKING
from deid_core_audit.files import File
from deid_core_audit.fingerprint import Fingerprint

MOST = 20
"""Rows of a list of files that are shown; JSON holds all."""
MOST_PLACES = 5


def as_json(audit: Audit, *, show_values: bool) -> dict[str, Any]:
    """Return all that was found, without values and names of inputs unless they are asked for."""
    pairing = audit.pairing
    return {
        "command": "audit",
        "clean": audit.clean,
        "files": {
            "input": _counts(audit.inputs),
            "output": _counts(audit.outputs),
            "paired": len(pairing.pairs),
            "missing": [_input(one.file, show_values) for one in pairing.missing],
            "extra": [_output(audit, one.file, show_values) for one in pairing.extra],
            "ambiguous": [_output(audit, one.file, show_values) for one in pairing.ambiguous],
            "unreadable": [_output(audit, file, show_values) for file in audit.outputs.unreadable],
        },
        "categories": {
            name: {
                "passed": tally.passed,
                "failed": tally.total - tally.passed,
                "total": tally.total,
                "percent": _percent(tally.passed, tally.total),
                "failures": dict(audit.scores.failures[name].most_common()),
            }
            for name, tally in audit.scores.tallies.items()
        },
        "search": {
            "identifiers": audit.searched,
            "kept": sorted(audit.options.kept),
            "pixel bytes not searched for short values": audit.pixel_bytes,
        },
        "leaks": [_leak(leak, show_values) for leak in _sorted(audit.leaks.values())],
    }


def show(audit: Audit, console: Console, *, show_values: bool) -> None:
    """Print the tables."""
    _show_files(audit, console)
    _show_categories(audit, console)
    _show_faults(audit, console)
    _show_leaks(audit, console, show_values=show_values)
    pairing = audit.pairing
    for title, ones in (
        ("Outputs that fit several inputs", pairing.ambiguous),
        ("Outputs that fit no input", pairing.extra),
    ):
        _list(title, [_output(audit, one.file, show_values) for one in ones], console)
    unreadable = [_output(audit, file, show_values) for file in audit.outputs.unreadable]
    _list("Outputs that cannot be read", unreadable, console)
    if show_values:
        missing = [_input(one.file, show_values) for one in pairing.missing]
        _list("Inputs without output", missing, console)


def _show_files(audit: Audit, console: Console) -> None:
    table = Table(title="Files", title_justify="left")
    for name in ("", "Input", "Output"):
        table.add_column(name, justify="right" if name else "left")
    before, after = _counts(audit.inputs), _counts(audit.outputs)
    for name in before:
        table.add_row(name, str(before[name]), str(after[name]))
    pairs = str(len(audit.pairing.pairs))
    table.add_row("paired", pairs, pairs)
    alone: Iterable[tuple[str, list[Fingerprint], bool]] = (
        ("without counterpart", audit.pairing.missing, True),
        ("without counterpart", audit.pairing.extra, False),
    )
    missing, extra = (str(len(ones)) for _, ones, _ in alone)
    table.add_row("without counterpart", missing, extra)
    table.add_row("ambiguous", "", str(len(audit.pairing.ambiguous)))
    console.print(table)


def _show_categories(audit: Audit, console: Console) -> None:
    table = Table(title="Categories", title_justify="left")
    table.add_column("Category")
    for name in ("Passed", "Failed", "Total", "Percent"):
        table.add_column(name, justify="right")
    for name in CATEGORIES:
        tally = audit.scores.tallies.get(name)
        if tally is None or not tally.total:
            table.add_row(name, "", "", "0", "-")
            continue
        failed = tally.total - tally.passed
        style = "red" if failed and name in LEAKING else None
        cells = (tally.passed, failed, tally.total)
        percent = f"{_percent(tally.passed, tally.total):.1f}"
        table.add_row(name, *(str(cell) for cell in cells), percent, style=style)
    console.print(table)


def _show_faults(audit: Audit, console: Console) -> None:
    """Show where a failure is a fault; where others are is in the JSON."""
    table = Table(title="Where it failed", title_justify="left")
    table.add_column("Category")
    table.add_column("In the input", overflow="fold")
    table.add_column("Times", justify="right")
    for name in CATEGORIES:
        failures = (
            audit.scores.failures[name] if name in LEAKING & set(audit.scores.tallies) else None
        )
        for place, times in failures.most_common(MOST_PLACES) if failures else ():
            table.add_row(name, escape(place), str(times))
        if failures and len(failures) > MOST_PLACES:
            table.add_row(name, "...", "")
    if table.row_count:
        console.print(table)


def _show_leaks(audit: Audit, console: Console, *, show_values: bool) -> None:
    if audit.leaks:
        table = Table(title="What is left of the input", title_justify="left")
        columns = ["In the output", "Kind", "From", "Files"]
        for name in (*columns, "Values") if show_values else columns:
            table.add_column(name, overflow="fold", justify="right" if name == "Files" else "left")
        for leak in _sorted(audit.leaks.values()):
            row = [leak.place, leak.kind, _sources(leak), str(len(leak.files))]
            if show_values:
                row.append(", ".join(sorted(leak.values)))
            table.add_row(*map(escape, row))
        console.print(table)
    found = f"{len(audit.leaks)} places" if audit.leaks else "nothing"
    console.print(
        f"Of {audit.searched} values that identify, {found} found in"
        f" {len(audit.outputs.files)} files. {audit.pixel_bytes} bytes of pixel data"
        " were not searched for short values.",
        soft_wrap=True,
    )


def _list(title: str, names: list[dict[str, Any]], console: Console) -> None:
    if not names:
        return
    console.print(f"{title}: {len(names)}")
    for name in names[:MOST]:
        line = f"  {name['number']}  {escape(name.get('path', ''))}"
        console.print(line.rstrip(), soft_wrap=True)
    if len(names) > MOST:
        console.print("  ...")


def _counts(side: Side) -> dict[str, int]:
    return {
        "DICOM": len(side.parsed),
        "unreadable": len(side.unreadable),
        "not DICOM": len(side.not_dicom),
    }


def _input(file: File, show_values: bool) -> dict[str, Any]:  # noqa: FBT001 - as everywhere here
    """Return the number of an input: its path may name a patient."""
    return {"number": file.number, "path": file.name} if show_values else {"number": file.number}


def _output(audit: Audit, file: File, show_values: bool) -> dict[str, Any]:  # noqa: FBT001 - as above
    if show_values or file.number not in audit.telling:
        return {"number": file.number, "path": file.name}
    return {"number": file.number}


def _leak(leak: Leak, show_values: bool) -> dict[str, Any]:  # noqa: FBT001 - as above
    shown: dict[str, Any] = {
        "place": leak.place,
        "kind": leak.kind,
        "from": sorted(leak.sources),
        "files": len(leak.files),
        "numbers": sorted(leak.files),
    }
    if show_values:
        shown["values"] = sorted(leak.values)
    return shown


def _sorted(leaks: Iterable[Leak]) -> list[Leak]:
    return sorted(leaks, key=lambda leak: (-len(leak.files), leak.place, leak.kind))


def _sources(leak: Leak) -> str:
    first = [name for name, _ in leak.sources.most_common(3)]
    return ", ".join(first) + (", ..." if len(leak.sources) > len(first) else "")


def _percent(passed: int, total: int) -> float | None:
    return round(100 * passed / total, 1) if total else None
