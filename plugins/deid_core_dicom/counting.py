"""Runs whose recipe numbers values as it meets them, which only one process can do."""

from __future__ import annotations

from weakref import WeakSet

from deid_core import Batch

_counting: WeakSet[Batch] = WeakSet()


def counts(batch: Batch) -> None:
    """Take note that a recipe of the run has a counter."""
    _counting.add(batch)


def obstacle(batch: Batch) -> str | None:
    """Return why a run must stay in one process."""
    return "deid_func:counter numbers what one process meets" if batch in _counting else None
