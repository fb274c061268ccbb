"""One point of the curve: make an engine, de-identify a folder, print what each cost as JSON."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path

from deid_core import Engine, PluginHost
from deid_core.config import layers_of
from deid_core.model import DiscoveryOptions
from deid_core.recipe.syntax import parse
from deid_core.screening import ScreenRule
from deid_core.settings import Settings

PROFILE = "deid.dicom.basic"


def main() -> None:
    """Read the command line: inputs, a folder for outputs, and a JSON file with what is asked."""
    source, target = sys.argv[1:3]
    asked = json.loads(Path(sys.argv[3]).read_text(encoding="utf-8"))
    host = PluginHost.load()
    start = time.process_time()
    screening = tuple(ScreenRule("pattern", pattern=one) for one in asked["screening"])
    settings = Settings(
        output_folder=target,
        screen_rules=screening,
        screen_private=bool(screening),
        remove_private=not screening,
    )
    recipes = list(layers_of(() if screening else (PROFILE,), host))
    if asked["recipe"]:
        recipes = [*recipes, parse(f"FORMAT dicom\n%header\n{asked['recipe']}\n", "curve")]
    engine = Engine(host, recipes, settings, key=bytes(range(32)))
    made = time.process_time()
    refs = engine.host.discover_files(source, DiscoveryOptions())
    outcomes = Counter(report.outcome.name for report in engine.run(refs))
    done = time.process_time()
    print(json.dumps({"build": made - start, "loop": done - made, "outcomes": outcomes}))


if __name__ == "__main__":
    main()
