"""How a plugin lives with others: those that replace or amend what it does, and workers."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import PurePosixPath
from types import SimpleNamespace
from typing import Any

import attrs

from deid_core.contract import STAGES
from deid_core.errors import DeidError, PluginError, RefusedError
from deid_core.hookspecs import hookimpl
from deid_core.host import PluginHost
from deid_core.model import DiscoveryOptions, FileRef
from deid_core.records import ParallelRun
from deid_core.registry import Record
from deid_core.testing.hosts import host_with
from deid_core.testing.planting import plant, plant_several
from deid_core.testing.subject import Subject

CALLED_FIRST = "the rival was called"
NOT_AMENDED = frozenset({"deid_discover_files", "deid_find_recipe"})
"""Hooks whose answers are wrapped anew, or are none here."""


def says_whether_workers_share(subject: Subject) -> Iterator[str]:
    """Who takes part in files says whether several processes may do them."""
    declared = [one for _, _, one in subject.records() if isinstance(one, ParallelRun)]
    if subject.shares_files and not declared:
        yield (
            "it takes part in what is done with files and does not declare deid_parallel_runs, so "
            "that every run stays in one process: return [ParallelRun(name=…)], with an obstacle "
            "where one file depends on another"
        )
    for record in declared:
        obstacle = record.obstacle(subject.batch())
        if not isinstance(obstacle, str | None):
            yield f"obstacle() returned {type(obstacle).__name__}, not text or None"


def travels(subject: Subject) -> Iterator[str]:
    """What is found can be sent to another process, and opened there."""
    if "deid_discover_files" not in subject.hooks:
        return
    planted, inputs = plant_several(), subject.folder / "travels" / "in"
    for one in planted:
        one.save(inputs)
    found = [
        ref
        for location in subject.locations(inputs, planted)
        for ref in subject.host.discover_files(location, DiscoveryOptions())
    ]
    if not found:
        yield "it found no file: let locations() say where it finds the planted files"
    for ref in found:
        try:
            again = pickle.loads(pickle.dumps(ref))  # noqa: S301 - made on this line
        except Exception as error:  # noqa: BLE001 - whatever pickling raises
            yield (
                f"a FileRef that it yields cannot be pickled ({type(error).__name__}): make its "
                "opener an object of a class with __call__, or a function of a module"
            )
            return
        with ref.open() as here, again.open() as there:
            if here.read() != there.read():
                yield "an opener gives something else after it was pickled"
                return
            if not here.seekable():
                yield "the stream of an opener must be seekable"
                return


def can_be_replaced(subject: Subject) -> Iterator[str]:
    """Another plugin may replace a record by name, and be preferred for a stage."""
    for hook, kind, record in subject.records():
        if isinstance(record, ParallelRun):
            continue
        replaced = attrs.evolve(record, replaces=subject.name)  # type: ignore[misc]
        host, rival = _with_rival(subject, **{hook: _declaring(replaced)})
        if host.registry(hook).entry(record.name).plugin != rival:
            yield f"the {kind} {record.name!r} cannot be replaced by another plugin"
    for hook in sorted(subject.hooks & set(STAGES)):
        if not _asks_first(subject, hook):
            yield (
                f"hook {hook!r} is called before that of a plugin which the user prefers, or hides "
                "its answer: use neither tryfirst nor a wrapper that catches errors"
            )


def can_be_amended(subject: Subject) -> Iterator[str]:
    """What another plugin's wrapper makes of an answer is what counts."""
    for hook in sorted(subject.hooks & set(STAGES) - NOT_AMENDED):
        made: list[Any] = []
        host, _ = _with_rival(subject, **{hook: _wrapper(made)})
        try:
            answer = _calls(subject, host)[hook]()
        except PluginError as error:
            yield str(error)
            continue
        if not made or answer is not made[-1]:
            yield (
                f"hook {hook!r}: it answers in place of a plugin which the user prefers and that "
                "amends the answer: use neither tryfirst nor a wrapper that drops what it gets"
            )


def _declaring(record: Record) -> Callable[[], list[Record]]:
    return lambda: [record]


def _wrapper(made: list[Any]) -> Callable[[], Generator[None, Any, Any]]:
    """Return a wrapper that answers with something equal to what it got, but not the same."""

    def wrapper() -> Generator[None, Any, Any]:
        answer = yield
        made.append(attrs.evolve(answer) if attrs.has(type(answer)) else PurePosixPath(str(answer)))
        return made[-1]

    return hookimpl(wrapper=True)(wrapper)


def _asks_first(subject: Subject, hook: str) -> bool:
    def rival() -> None:
        raise RefusedError(CALLED_FIRST)

    host, _ = _with_rival(subject, **{hook: rival})
    try:
        _calls(subject, host)[hook]()
    except DeidError as error:
        return str(error) == CALLED_FIRST
    return False


def _with_rival(subject: Subject, **hooks: Callable[..., Any]) -> tuple[PluginHost, str]:
    """Return a host in which another plugin goes first, and the name that it has there."""
    marked = {
        name: hook if hasattr(hook, "deid_core_impl") else hookimpl(hook)
        for name, hook in hooks.items()
    }
    rival = SimpleNamespace(**marked)
    name = "given-1" if isinstance(subject.plugin, str) else "given-2"
    return host_with(subject.plugin, rival, prefer=[name]), name


def _calls(subject: Subject, host: PluginHost) -> Mapping[str, Callable[[], Any]]:
    """Return a call of each stage, with arguments that make sense."""
    batch, planted = subject.batch(), plant()
    inputs = subject.folder / "stages"
    path = planted.save(inputs)
    ref = FileRef(path.name, path=path)
    instance = subject.host.read_file(ref, batch)
    identifiers = subject.host.extract_identifiers(instance, batch)
    location = next(iter(subject.locations(inputs, [planted])))
    return {
        "deid_discover_files": lambda: list(host.discover_files(location, DiscoveryOptions())),
        "deid_read_file": lambda: host.read_file(ref, batch),
        "deid_extract_identifiers": lambda: host.extract_identifiers(instance, batch),
        "deid_screen_private_tags": lambda: host.screen_private_tags(instance, identifiers, batch),
        "deid_sweep_values": lambda: host.sweep_values(instance, identifiers, batch),
        "deid_finish_instance": lambda: host.finish_instance(instance, batch),
        "deid_name_output": lambda: host.name_output(instance, batch),
        "deid_write_file": lambda: host.write_file(instance, PurePosixPath("a.dcm"), batch),
        "deid_find_recipe": lambda: host.find_recipe("no such recipe"),
    }
