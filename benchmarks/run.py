"""``python -m benchmarks run``: make, install, measure, audit, and keep what came of it."""

from __future__ import annotations

import argparse
import shutil
import time
from pathlib import Path

from benchmarks import machine
from benchmarks.corpora.make import COUNTS, QUICK, Corpus, lay, make, part
from benchmarks.environments import UnavailableError
from benchmarks.inside import inside
from benchmarks.paths import CORPORA, RESULTS, WORK, memory
from benchmarks.peers import PEERS, UNLIKE
from benchmarks.runners import DASK, FLOORS, OURS, Ready, Runner
from benchmarks.schedule import Budget, Stand, measure, prepared
from benchmarks.score import score
from benchmarks.startup import TIMES, startup
from benchmarks.store import Store

RUNNERS: tuple[Runner, ...] = (*FLOORS, *OURS, DASK, *PEERS)
AUDITED = 120
"""Files that the audit looks at; a part of the small ones."""
MOST_ROUNDS = {"large": 3, "many": 3}
LONGER = {"large": 3, "many": 5}
"""There are few large files, unlike each other, and workers need time to start."""


def run(options: argparse.Namespace) -> None:
    """Do all of it."""
    start = time.monotonic()
    results = options.results or (WORK / "quick-results.json" if options.quick else RESULTS)
    going_on = options.resume or options.only
    store = Store.at(results, fresh=not going_on)
    chosen = [runner for runner in RUNNERS if not options.only or runner.key in options.only]
    if options.only:
        _forget(store, options.only)
    store.put("machine", machine.describe())
    store.put("unavailable", {one.label: one.why for one in UNLIKE})
    print("Installing what is measured", flush=True)
    ready = prepared(chosen, store)
    print("Making the files", flush=True)
    corpora = _corpora(options, store)
    fast = memory()
    stands = _stands(corpora, fast, disk=not options.no_disk and not options.quick)
    _measure(options, chosen, ready, stands, store)
    _look_closer(options, chosen, ready, stands[0], store)
    if options.with_2gb:
        _huge(options, chosen, ready, fast, store)
    store.put("seconds", round(time.monotonic() - start))
    if fast:
        shutil.rmtree(fast)
    print(f"Results in {results}, after {time.monotonic() - start:.0f} s", flush=True)


def _forget(store: Store, keys: list[str]) -> None:
    store.forget(set(keys))
    for section in ("scores", "shares"):
        found = store.section(section)
        for name in [name for name in found if name.split()[0] in keys]:
            del found[name]


def _corpora(options: argparse.Namespace, store: Store) -> list[Corpus]:
    usual = QUICK if options.quick else COUNTS
    given = {name: getattr(options, name) for name in usual}
    counts = {name: usual[name] if given[name] is None else given[name] for name in usual}
    made = [make(name, count, options.seed, CORPORA) for name, count in counts.items() if count]
    store.put("corpora", {one.name: _size(one) for one in made})
    return made


def _size(corpus: Corpus) -> dict[str, int]:
    sizes = [path.stat().st_size for path in corpus.files]
    return {"files": len(sizes), "bytes": sum(sizes)}


def _stands(corpora: list[Corpus], fast: Path | None, *, disk: bool) -> list[Stand]:
    found = []
    if fast:
        found += [Stand(lay(one, fast), "memory", fast / "outputs") for one in corpora]
    if disk or not fast:
        found += [Stand(one, "disk", WORK / "outputs") for one in corpora]
    return found


def _measure(
    options: argparse.Namespace,
    chosen: list[Runner],
    ready: dict[str, Ready],
    stands: list[Stand],
    store: Store,
) -> None:
    rounds = 1 if options.quick else options.rounds
    print("Measuring", flush=True)
    for stand in stands:
        name = stand.corpus.name
        times = rounds if stand.where == "memory" else min(rounds, options.disk_rounds)
        budget = Budget(
            min(times, MOST_ROUNDS.get(name, times)), options.seconds * LONGER.get(name, 1)
        )
        # Many files are for those who have several workers, and what they are compared with.
        only = [one for one in chosen if name != "many" or one.kind == "ours" or one.key == "cp"]
        measure(only, ready, [stand], budget, store)


def _look_closer(
    options: argparse.Namespace,
    chosen: list[Runner],
    ready: dict[str, Ready],
    stand: Stand,
    store: Store,
) -> None:
    stand.outputs.mkdir(parents=True, exist_ok=True)
    print("Auditing what came out", flush=True)
    score(chosen, ready, part(stand.corpus, AUDITED), stand.outputs, store)
    if options.only and not any(one.kind == "ours" for one in chosen):
        return
    print("Start-up, and a file inside of one process", flush=True)
    try:
        store.put("startup", startup(stand.outputs, 3 if options.quick else TIMES))
        few = part(stand.corpus, 400)
        store.put("inside", inside(few, stand.outputs, 1 if options.quick else 5))
    except UnavailableError as error:
        print(f"  {error}", flush=True)


def _huge(
    options: argparse.Namespace,
    chosen: list[Runner],
    ready: dict[str, Ready],
    fast: Path | None,
    store: Store,
) -> None:
    """Measure with one file of 2 GB those who did not hold more than it on the large files."""
    corpus = make("huge", 1, options.seed, fast or CORPORA)
    corpora = store.section("corpora")
    corpora["huge"] = _size(corpus)
    store.put("corpora", corpora)
    peaks: dict[str, float] = {}
    for one in store.data["runs"]:
        if one["corpus"] == "large" and one["where"] == "memory":
            largest = one["peak"] / min(one["bytes"], 300_000_000)
            peaks[one["runner"]] = max(peaks.get(one["runner"], 0), largest)
    size = corpora["huge"]["bytes"]
    # Input and output lie in memory too.
    room = machine.memory_size() / 2 - 2 * size
    able = [one for one in chosen if peaks.get(one.key, 0) * size < room]
    stand = Stand(corpus, "memory" if fast else "disk", (fast or WORK) / "outputs")
    measure(able, ready, [stand], Budget(1, 120.0), store)
