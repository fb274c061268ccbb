"""A plugin that amends what others decide about private elements: serial numbers go."""

from __future__ import annotations

from collections.abc import Generator

import attrs

from deid_core import Instance, ParallelRun, PrivateDecision, PrivateVerdict, hookimpl


@hookimpl(wrapper=True)
def deid_screen_private_tags(
    instance: Instance,
) -> Generator[None, PrivateVerdict | None, PrivateVerdict | None]:
    """Add to the verdict the private elements that hold a serial number."""
    verdict = yield
    if verdict is None or verdict.default is PrivateDecision.REMOVE:
        return verdict
    from deid_core_serial_screener.serials import serials

    return attrs.evolve(verdict, found={**dict(serials(instance)), **verdict.found})


@hookimpl
def deid_parallel_runs() -> list[ParallelRun]:
    """Let several workers share a run: no file depends on another."""
    return [ParallelRun(name="serial-screener")]
