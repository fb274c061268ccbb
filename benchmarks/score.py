"""What a runner left undone, by ``deid-core audit`` on the same files."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.corpora.make import Corpus
from benchmarks.environments import DEID_CORE, environment
from benchmarks.measure import cost_of
from benchmarks.runners import Ready, Runner
from benchmarks.store import Store

COPY = "cp"
"""The copy leaves everything undone: what the audit finds in it is the whole work."""


def score(
    runners: Sequence[Runner], ready: dict[str, Ready], corpus: Corpus, folder: Path, store: Store
) -> None:
    """Audit what each runner makes of a corpus; what it leaves is compared with a copy."""
    scores = store.section("scores")
    for runner in runners:
        fails = corpus.name in store.section("runners")[runner.key].get("failed", {})
        if runner.key in ready and not fails and runner.key not in {*scores, "read"}:
            scores[runner.key] = scored(ready[runner.key], corpus, folder)
            store.save()
            left = scores[runner.key]["left"]
            print(f"  audit  {runner.label}: {left} left in {len(corpus.files)} files", flush=True)


def scored(ready: Ready, corpus: Corpus, folder: Path) -> dict[str, Any]:
    """Return what the audit says of one runner's result.

    ``left`` counts what is left: for each place of an output, kind of identifier and place in the
    input that it is from, the files.
    """
    target = folder / "audited"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    log = folder / "log.txt"
    cost_of(ready.command(corpus.folder, target), log)
    program = environment(DEID_CORE).program("deid-core")
    options = ["--identifiers", str(corpus.listed), "--json"]
    cost_of([program, "audit", str(corpus.folder), str(target), *options], log)
    told = json.loads(log.read_text(encoding="utf-8"))
    written = sum(path.is_file() for path in target.rglob("*"))
    shutil.rmtree(target)
    return {
        "files": len(corpus.files),
        "paired": told["files"]["paired"],
        "written": written,
        "left": sum(leak["files"] for leak in told["leaks"]),
        "places": len({leak["place"] for leak in told["leaks"]}),
        "kinds": sorted({leak["kind"] for leak in told["leaks"]}),
        "categories": {
            name: [category["passed"], category["total"]]
            for name, category in told["categories"].items()
        },
    }


def left_in_a_file(scores: dict[str, Any], key: str) -> float | None:
    """Return how many identifiers a runner leaves in each file that it writes."""
    if key not in scores or not scores[key]["written"]:
        return None
    return float(scores[key]["left"] / scores[key]["written"])


def share_done(scores: dict[str, Any], key: str) -> float | None:
    """Return which share of the work a runner does: 0 is a copy's, 1 leaves nothing.

    Files without an output are not counted as work.
    """
    left, all_of_it = left_in_a_file(scores, key), left_in_a_file(scores, COPY)
    return None if left is None or not all_of_it else 1 - left / all_of_it
