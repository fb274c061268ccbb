"""``python -m benchmarks curve``: measure the points of each axis, from small to large."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import attrs

from benchmarks import machine
from benchmarks.curve.axes import AXES, Axis, Point, asked
from benchmarks.curve.files import write
from benchmarks.environments import DEID_CORE, UnavailableError, environment
from benchmarks.measure import Cost, cost_of
from benchmarks.paths import CURVE, DRIVERS, WORK, memory
from benchmarks.runners import own
from benchmarks.store import Store

QUICK = 3
"""Points of an axis in a smoke run."""
FEW = 50
"""Files of a point in a smoke run, at most."""
LONG = 10.0
"""A point of so many seconds is measured once."""


def run(options: argparse.Namespace) -> None:
    """Measure all axes, or those asked for."""
    results = options.results or (WORK / "quick-curve.json" if options.quick else CURVE)
    store = Store.at(results, fresh=not (options.resume or options.axes))
    store.put("machine", machine.describe())
    folder = (memory() or WORK) / "curve"
    for axis in AXES:
        if options.axes and axis.name not in options.axes:
            continue
        if options.axes and not options.resume:
            store.data["runs"] = [one for one in store.data["runs"] if one["axis"] != axis.name]
        labels = store.section("axes")
        labels[axis.name] = {"label": axis.label, "per_file": axis.per_file}
        _measure(axis, folder, store, options)
    shutil.rmtree(folder, ignore_errors=True)
    store.save()
    print(f"Results in {results}", flush=True)


def _measure(axis: Axis, folder: Path, store: Store, options: argparse.Namespace) -> None:
    values = axis.values[:QUICK] if options.quick else axis.values
    rounds = 1 if options.quick else options.rounds
    seen: list[tuple[float, float]] = []
    skipped = store.section("skipped")
    skipped.pop(axis.name, None)
    for value in values:
        point = axis.point(value)
        if options.quick:
            shape = attrs.evolve(point.shape, files=min(FEW, point.shape.files))
            point = attrs.evolve(point, shape=shape)
        if store.has(axis=axis.name, value=value):
            continue
        weight = float(value * point.shape.files if axis.per_file else value)
        if axis.name != "workers" and _expected(seen, weight) > options.seconds:
            skipped[axis.name] = value
            print(
                f"  {axis.name} {value}: would take more than {options.seconds:.0f} s", flush=True
            )
            return
        try:
            wall = _point(axis, value, point, folder, store, rounds)
        except UnavailableError as error:
            print(f"  {axis.name} {value}: {error}", flush=True)
            return
        seen.append((weight, wall))


def _expected(seen: list[tuple[float, float]], weight: float) -> float:
    """Return the seconds of the next point, on the line through the last two."""
    if len(seen) < 2:  # noqa: PLR2004 - a line
        return 0.0
    (x1, y1), (x2, y2) = seen[-2:]
    return y2 + (y2 - y1) * (weight - x2) / (x2 - x1) if x2 != x1 else y2


def _point(  # noqa: PLR0913, PLR0917 - all that a point depends on
    axis: Axis, value: int, point: Point, folder: Path, store: Store, rounds: int
) -> float:
    """Measure one point, and return the seconds of its last round."""
    shutil.rmtree(folder, ignore_errors=True)
    source, target = folder / "in", folder / "out"
    source.mkdir(parents=True)
    size = write(source, point.shape)
    (folder / "asked.json").write_text(json.dumps(asked(point)), encoding="utf-8")
    wall = 0.0
    for number in range(rounds):
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        cost, told = _cost(point, folder)
        store.add(
            {
                "axis": axis.name,
                "value": value,
                "round": number,
                "files": point.shape.files,
                "bytes": size,
                "wall": round(cost.wall, 4),
                "cpu": round(cost.cpu, 4),
                "peak": cost.peak,
                "status": cost.status,
                **told,
            }
        )
        print(_line(axis, store.data["runs"][-1]), flush=True)
        wall = cost.wall
        if wall > LONG:
            break
    return wall


def _cost(point: Point, folder: Path) -> tuple[Cost, dict[str, Any]]:
    source, target, log = folder / "in", folder / "out", folder / "log.txt"
    if point.workers:
        engine = "processes" if point.workers > 1 else "serial"
        ready = own("--profile", "basic", engine=engine, workers=point.workers)()
        return cost_of(ready.command(source, target), log), {}
    driver = [environment(DEID_CORE).python, str(DRIVERS / "point.py")]
    cost = cost_of([*driver, str(source), str(target), str(folder / "asked.json")], log)
    lines = log.read_text(encoding="utf-8").splitlines()
    if cost.status:
        raise UnavailableError(lines[-1][:200] if lines else "it ended")
    told: dict[str, Any] = json.loads(lines[-1])
    return cost, told


def _line(axis: Axis, one: dict[str, Any]) -> str:
    inside = f"  build {one['build']:8.3f}  loop {one['loop']:8.3f}" if "loop" in one else ""
    return (
        f"  {axis.name:10}{one['value']:>12,}{one['files']:8} files  wall {one['wall']:8.3f}"
        f"  CPU {one['cpu']:8.3f}{inside}  {one['peak'] / 1e6:6.0f} MB"
    )
