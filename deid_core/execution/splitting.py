"""Whether the files of a run may be handed out to several workers: only if all plugins say so."""

from __future__ import annotations

from deid_core.batch import Batch
from deid_core.errors import PluginContractError
from deid_core.guard import Guard
from deid_core.host import PluginHost

APART = frozenset(
    {
        "deid_batch_finished",
        "deid_batch_started",
        "deid_cli_commands",
        "deid_datasets",
        "deid_discover_files",
        "deid_executors",
        "deid_file_recorded",
        "deid_find_recipe",
        "deid_parallel_runs",
        "deid_recall_file",
    }
)
"""Hooks that no worker calls: a plugin that has no other is not asked."""


def obstacle_of(host: PluginHost, batch: Batch) -> str | None:
    """Return why the run must stay in one process, or None if it may be split.

    Raises `PluginError` if a plugin fails to answer.
    """
    if not host.installed:
        return "its plugins were given as objects, which other processes cannot load"
    if batch.settings.overwrite_inputs:
        return "it replaces its inputs, so that no file can be done a second time"
    silent = []
    declared = {entry.plugin: entry for entry in host.parallel_runs.entries()}
    for info in host.describe():
        if info.status != "loaded" or not set(info.hooks) - APART:
            continue
        entry = declared.get(info.name)
        if entry is None:
            silent.append(info.name)
            continue
        who = host.who(info.name)
        with Guard(who, f"parallel run {entry.record.name!r}"):
            obstacle = entry.record.obstacle(batch)
        if obstacle is not None and not isinstance(obstacle, str):
            raise PluginContractError(f"{who}: the obstacle to a parallel run must be text or None")
        if obstacle is not None:
            return f"plugin {info.name!r}: {obstacle}"
    if silent:
        names = ", ".join(repr(name) for name in silent)
        return f"plugin {names} does not say whether its runs can be split"
    return None
