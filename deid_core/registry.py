"""One table per kind of record: name → the record that counts, and the plugin it is from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
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

    def __init__(
        self,
        kind: str,
        declared: Iterable[Entry[R]],
        prefer: tuple[str, ...],
        who: Callable[[str], str],
    ) -> None:
        self.kind = kind
        self.who = who
        rivals: dict[str, list[Entry[R]]] = {}
        for entry in declared:
            rivals.setdefault(entry.record.name.casefold(), []).append(entry)
        self._entries = {name: _settle(kind, found, prefer, who) for name, found in rivals.items()}

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


def _settle(
    kind: str, rivals: list[Entry[R]], prefer: tuple[str, ...], who: Callable[[str], str]
) -> Entry[R]:
    """Return the one of ``rivals`` that counts. Raises if none or several do."""
    what = f"{kind} {rivals[0].record.name!r}"
    plugins = Counter(entry.plugin for entry in rivals)
    for plugin, count in plugins.items():
        if count > 1:
            raise PluginContractError(f"{who(plugin)} declares the {what} twice")
    for preferred in prefer:
        for entry in rivals:
            if entry.plugin == preferred:
                return _winner(entry, plugins)
    for entry in rivals:
        if entry.record.replaces == entry.plugin:
            raise PluginContractError(f"{who(entry.plugin)} says that its {what} replaces itself")
    replaced = {entry.record.replaces for entry in rivals}
    left = [entry for entry in rivals if entry.plugin not in replaced]
    if len(left) != 1:
        names = " and ".join(who(entry.plugin) for entry in (left or rivals))
        raise PluginConflictError(
            f"{names} both declare the {what}: "
            "prefer or block one of them, or let one record say which plugin it replaces"
        )
    return _winner(left[0], plugins)


def _winner(entry: Entry[R], plugins: Iterable[str]) -> Entry[R]:
    return attrs.evolve(entry, overrides=tuple(sorted(set(plugins) - {entry.plugin})))
