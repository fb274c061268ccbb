"""A plugin: codes of sites out of a table of one's own, and a selector for kinds of VR."""

from __future__ import annotations

from deid_core import FieldExpander, ParallelRun, ValueFunction, hookimpl


@hookimpl
def deid_value_functions() -> list[ValueFunction]:
    """Declare ``deid_func:site``."""
    from deid_core_lookup.sites import compile_site

    return [
        ValueFunction(
            name="site", compile=compile_site, summary="the code of the site that has this name"
        )
    ]


@hookimpl
def deid_field_expanders() -> list[FieldExpander]:
    """Declare ``vrclass:KIND``."""
    from deid_core_lookup.kinds import KINDS, compile_kind

    return [
        FieldExpander(
            name="vrclass", compile=compile_kind, summary=f"a kind of VR: {', '.join(KINDS)}"
        )
    ]


@hookimpl
def deid_parallel_runs() -> list[ParallelRun]:
    """Let several workers share a run: no file depends on another."""
    return [ParallelRun(name="lookup")]
