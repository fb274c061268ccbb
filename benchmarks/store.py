"""Results, kept after each run, so that a benchmark can go on where it was ended."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs


@attrs.define
class Store:
    """A file of results: a dictionary of sections, and the list ``runs``."""

    path: Path
    data: dict[str, Any] = attrs.field(factory=dict)

    @classmethod
    def at(cls, path: Path, *, fresh: bool) -> Store:
        """Open a file of results; ``fresh`` begins anew."""
        if fresh or not path.exists():
            return cls(path, {"runs": []})
        return cls(path, json.loads(path.read_text(encoding="utf-8")))

    def section(self, name: str) -> dict[str, Any]:
        """Return a section."""
        found: dict[str, Any] = self.data.setdefault(name, {})
        return found

    def put(self, name: str, value: object) -> None:
        """Set a section."""
        self.data[name] = value
        self.save()

    def has(self, **key: object) -> bool:
        """Tell whether such a run was made."""
        return any(all(run.get(k) == v for k, v in key.items()) for run in self.data["runs"])

    def add(self, run: dict[str, Any]) -> None:
        """Add a run."""
        self.data["runs"].append(run)
        self.save()

    def forget(self, runners: set[str]) -> None:
        """Remove the runs of some runners."""
        self.data["runs"] = [run for run in self.data["runs"] if run["runner"] not in runners]

    def save(self) -> None:
        """Write the file, whole or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.path.with_suffix(".new")
        runs = ",\n  ".join(json.dumps(run) for run in self.data["runs"])
        rest = {name: value for name, value in self.data.items() if name != "runs"}
        head = json.dumps(rest, indent=1)[1:-1].strip()
        before = f" {head},\n" if head else ""
        text = f'{{\n{before} "runs": [\n  {runs}\n ]\n}}\n'
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(self.path)
