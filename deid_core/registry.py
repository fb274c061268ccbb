"""One table per kind of record: name → the record that counts, and the plugin it is from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, Protocol, TypeVar

import attrs

from deid_core.errors import PluginConflictError, PluginContractError
from deid_core.suggest import nearest


class Record(Protocol):
    """What all records have in common."""

    @property
    def name(self) -> str:
        """The name by which recipes or users call it."""

    @property
    def replaces(self) -> str | None:
        """The plugin whose record of the same name this one replaces."""

    @property
    def summary(self) -> str:
        """One line for listings."""


R = TypeVar("R", bound=Record)


@attrs.frozen
class Entry(Generic[R]):
    """A record, the plugin that declared it, and the plugins that it overrides."""

    record: R
    plugin: str
    overrides: tuple[str, ...] = ()


class Registry(Mapping[str, R]):
    """The records of one kind by name; names are compared without regard to case."""

    def __init__(self, kind: str, declared: Iterable[Entry[R]], prefer: tuple[str, ...]) -> None:
        self.kind = kind
        rivals: dict[str, list[Entry[R]]] = {}
        for entry in declared:
            rivals.setdefault(entry.record.name.casefold(), []).append(entry)
        self._entries = {name: _settle(kind, found, prefer) for name, found in rivals.items()}

    def __getitem__(self, name: str) -> R:
        return self._entries[name.casefold()].record

    def __iter__(self) -> Iterator[str]:
        return (entry.record.name for entry in self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def entries(self) -> tuple[Entry[R], ...]:
        """Return the records that count, with the plugins they are from, by name."""
        return tuple(self._entries[name] for name in sorted(self._entries))

    def entry(self, name: str) -> Entry[R]:
        """Return one record with its plugin. Raises ``KeyError`` if there is none."""
        return self._entries[name.casefold()]

    def nearest(self, name: str) -> str | None:
        """Return the name most like ``name``, if one is near."""
        return nearest(name, self)


def _settle(kind: str, rivals: list[Entry[R]], prefer: tuple[str, ...]) -> Entry[R]:
    """Return the one of ``rivals`` that counts. Raises if none or several do."""
    _refuse_twice_from_one(kind, rivals)
    plugins = {entry.plugin for entry in rivals}
    for preferred in prefer:
        for entry in rivals:
            if entry.plugin == preferred:
                others = sorted(plugins - {preferred})
                return attrs.evolve(entry, overrides=tuple(others))
    replaced = {entry.record.replaces for entry in rivals}
    for entry in rivals:
        target = entry.record.replaces
        if target == entry.plugin:
            message = (
                f"plugin {target!r} says that its own {kind} {entry.record.name!r} replaces itself"
            )
            raise PluginContractError(message)
    left = [entry for entry in rivals if entry.plugin not in replaced]
    if len(left) != 1:
        names = " and ".join(f"{entry.plugin!r}" for entry in (left or rivals))
        raise PluginConflictError(
            f"plugins {names} both declare the {kind} {rivals[0].record.name!r}: "
            "prefer or block one of them, or let one record say which plugin it replaces"
        )
    return attrs.evolve(left[0], overrides=tuple(sorted(plugins - {left[0].plugin})))


def _refuse_twice_from_one(kind: str, rivals: list[Entry[R]]) -> None:
    seen: set[str] = set()
    for entry in rivals:
        if entry.plugin in seen:
            message = f"plugin {entry.plugin!r} declares the {kind} {entry.record.name!r} twice"
            raise PluginContractError(message)
        seen.add(entry.plugin)
