"""What a file costs inside one process: read by pydicom, and de-identified. Prints JSON."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from pydicom import dcmread

from deid_core import Engine, PluginHost
from deid_core.config import layers_of
from deid_core.model import DiscoveryOptions
from deid_core.settings import Settings

RECIPES: dict[str, tuple[str, ...]] = {"basic": ("deid.dicom.basic",), "default": ()}


def main() -> None:
    """Read the command line: inputs, a folder for outputs, rounds."""
    source, target, rounds = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    files = sorted(source.iterdir())
    ways: dict[str, Callable[[], object]] = {
        "read": lambda: [dcmread(path) for path in files],
        "write": lambda: _write(files, target),
    }
    for name, recipes in RECIPES.items():
        ways[name] = _engine(source, target, recipes)
        ways[f"{name}, unchecked"] = _engine(source, target, recipes, check="off")
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir()
            start = time.process_time()
            way()
            seconds[name].append((time.process_time() - start) / len(files))
    shutil.rmtree(target, ignore_errors=True)
    print(json.dumps({"files": len(files), "seconds": seconds}))


def _write(files: list[Path], target: Path) -> None:
    for path in files:
        dcmread(path).save_as(target / path.name)


def _engine(
    source: Path, target: Path, recipes: tuple[str, ...], check: str = "refuse"
) -> Callable[[], object]:
    host = PluginHost.load()
    settings = Settings(output_folder=target, overwrite=True, check_identifiers=check)
    engine = Engine(host, layers_of(recipes, host), settings, key=bytes(range(32)))

    def run() -> Counter[str]:
        refs = engine.host.discover_files(str(source), DiscoveryOptions())
        return Counter(report.outcome.name for report in engine.run(refs))

    return run


if __name__ == "__main__":
    main()
