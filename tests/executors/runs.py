"""Plugins that other processes find, and what runs leave."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from deid_core import FileReport

KEY = bytes(range(32))


def plant(folder: Path, plugin: str, source: str) -> None:
    """Put a plugin of one module into a folder of modules, as an installer would leave it."""
    module = f"deid_core_test_{plugin}"
    (folder / f"{module}.py").write_text(textwrap.dedent(source), encoding="utf-8")
    information = folder / f"{module}-1.0.dist-info"
    information.mkdir()
    metadata = f"Metadata-Version: 2.1\nName: {module.replace('_', '-')}\nVersion: 1.0\n"
    (information / "METADATA").write_text(metadata, encoding="utf-8")
    points = f"[deid_core]\n{plugin} = {module}\n"
    (information / "entry_points.txt").write_text(points, encoding="utf-8")


def children() -> set[int]:
    """Return the workers that this process has started."""
    tasks = Path("/proc/self/task").iterdir()
    found = {int(pid) for task in tasks for pid in (task / "children").read_text().split()}
    return {pid for pid in found if b"child import main" in _command(pid)}


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def contents(folder: Path) -> dict[str, bytes]:
    """Return what is in a folder, by path: unfinished outputs too."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def told(reports: Iterable[FileReport], folder: Path) -> list[tuple[Any, ...]]:
    """Return what reports say, but for where the output folder is."""
    return [
        (
            report.number,
            report.outcome,
            report.code,
            report.output and str(Path(report.output).relative_to(folder)),
            report.warnings,
            dict(report.actions),
            report.ref,
        )
        for report in reports
    ]
