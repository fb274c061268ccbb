"""All runners on all corpora, in turns, so that what disturbs one disturbs the others as well."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs

from benchmarks.corpora.make import Corpus, part
from benchmarks.environments import UnavailableError
from benchmarks.measure import Cost, cost_of
from benchmarks.runners import Ready, Runner
from benchmarks.store import Store

FEW = 50
"""Files of the first look at a runner, which tells how many it can do in its time."""
STEPS = (1000, 400, 200, 100)


@attrs.frozen
class Budget:
    """How long things may take."""

    rounds: int = 5
    seconds: float = 3.0
    """Of one run; who needs more gets a part of the files."""
    limit: float = 600.0
    """After so many seconds a run is ended."""


@attrs.frozen
class Stand:
    """A corpus on a file system: ``memory`` or ``disk``."""

    corpus: Corpus
    where: str
    outputs: Path


def prepared(runners: Sequence[Runner], store: Store) -> dict[str, Ready]:
    """Make the runners ready; who cannot be had is noted with the reason."""
    ready = {}
    notes = store.section("runners")
    for runner in runners:
        note = notes[runner.key] = {
            "label": runner.label,
            "kind": runner.kind,
            "how": runner.how,
            "workers": runner.workers,
        }
        try:
            ready[runner.key] = runner.prepare()
            note["version"] = ready[runner.key].version
        except UnavailableError as error:
            note["unavailable"] = str(error)
            print(f"  {runner.label}: {error}", flush=True)
    store.save()
    return ready


def measure(
    runners: Sequence[Runner],
    ready: dict[str, Ready],
    stands: Sequence[Stand],
    budget: Budget,
    store: Store,
) -> None:
    """Measure each runner on each stand, ``budget.rounds`` times; keep what was measured."""
    shares = _shares(runners, ready, stands, budget, store)
    for number in range(budget.rounds):
        for stand in stands:
            names = [runner.key for runner in runners if runner.key in ready]
            turn = number % max(1, len(names))
            for key in names[turn:] + names[:turn]:
                at = {"runner": key, "corpus": stand.corpus.name, "where": stand.where}
                share = shares.get(f"{key} {stand.corpus.name}", 0)
                if not share or store.has(**at, round=number):
                    continue
                store.add({**at, "round": number, **_once(ready[key], stand, share, budget)})
                print(_line(number, store.data["runs"][-1]), flush=True)


def _shares(
    runners: Sequence[Runner],
    ready: dict[str, Ready],
    stands: Sequence[Stand],
    budget: Budget,
    store: Store,
) -> dict[str, int]:
    """Return how many files of each corpus each runner gets; 0 for who cannot do any."""
    shares: dict[str, int] = store.section("shares")
    for stand in stands:
        for runner in runners:
            name = f"{runner.key} {stand.corpus.name}"
            if runner.key in ready and name not in shares:
                shares[name] = _share(runner, ready[runner.key], stand, budget, store)
                store.save()
    return shares


def _share(runner: Runner, ready: Ready, stand: Stand, budget: Budget, store: Store) -> int:
    total = len(stand.corpus.files)
    few = min(FEW, max(1, total // 3))
    small = _once(ready, stand, 1, budget)
    large = _once(ready, stand, few, budget)
    if large["status"] and not large["written"]:
        notes = store.section("runners")[runner.key]
        notes.setdefault("failed", {})[stand.corpus.name] = large["said"]
        print(f"  {runner.label} fails on {stand.corpus.name}: {large['said']}", flush=True)
        return 0
    per_byte = max(1e-12, (large["wall"] - small["wall"]) / max(1, large["bytes"] - small["bytes"]))
    if few == 1:
        per_byte = large["wall"] / large["bytes"]
    mean = sum(path.stat().st_size for path in stand.corpus.files) / total
    seconds = {n: small["wall"] + per_byte * mean * n for n in (total, *STEPS) if few < n <= total}
    return next((n for n, needed in seconds.items() if needed <= budget.seconds), few)


def _once(ready: Ready, stand: Stand, share: int, budget: Budget) -> dict[str, Any]:
    """Run once, into a new folder, after all that others wrote is on the disk."""
    corpus = part(stand.corpus, share)
    target = stand.outputs / "out"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    log = stand.outputs / "log.txt"
    if stand.where == "disk":
        os.sync()
    cost = cost_of(ready.command(corpus.folder, target), log, limit=budget.limit)
    synced = cost.wall + (_sync() if stand.where == "disk" else 0.0)
    written = [path.stat().st_size for path in _files_of(target)]
    files = corpus.files
    result: dict[str, Any] = {
        "files": len(files),
        "bytes": sum(path.stat().st_size for path in files),
        **_figures(cost),
        "synced": round(synced, 4),
        "written": len(written),
        "written_bytes": sum(written),
    }
    if cost.status:
        result["said"] = _last_words(log)
    shutil.rmtree(target)
    return result


def _figures(cost: Cost) -> dict[str, float]:
    return {
        "wall": round(cost.wall, 4),
        "user": round(cost.user, 4),
        "system": round(cost.system, 4),
        "peak": cost.peak,
        "status": cost.status,
    }


def _sync() -> float:
    start = time.perf_counter()
    os.sync()
    return time.perf_counter() - start


def _files_of(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _last_words(log: Path) -> str:
    """Return the end of what a command said, without a path of this machine."""
    text = log.read_text(errors="replace")
    lines = [line for line in text.splitlines() if re.search(r"[a-z]", line)]
    return re.sub(r"(/[\w.@-]+){2,}/?", "…", lines[-1].strip())[:160] if lines else "nothing"


def _line(number: int, run: dict[str, Any]) -> str:
    rate = run["files"] / run["wall"]
    return (
        f"  round {number + 1}  {run['corpus']:8} {run['where']:6} {run['runner']:17}"
        f"{run['files']:5} files {run['wall']:8.3f} s {rate:9.1f} files/s"
        f"{run['peak'] / 1e6:8.0f} MB" + (f"  exit {run['status']}" if run["status"] else "")
    )
