"""Named groups: the values that ``%values`` collects, the fields that ``%fields`` names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

import attrs

from deid_core.elements import Elements, is_sequence, readings_of, walk
from deid_core.field import ElementPath
from deid_core.recipe.selectors import Selector
from deid_core.recipe.tree import Group, Member, Recipe


def merged(recipes: Iterable[Recipe], kind: str) -> dict[str, Group]:
    """Return the groups of all recipes by name; those of one name become one."""
    groups: dict[str, Group] = {}
    for group in chain.from_iterable(getattr(recipe, kind) for recipe in recipes):
        before = groups.get(group.name, Group(group.name))
        groups[group.name] = Group(group.name, (*before.members, *group.members))
    return groups


@attrs.frozen
class ValueGroup:
    """A compiled group of values: its members with their selectors."""

    members: tuple[tuple[Member, Selector], ...]
    _by_tag: dict[int, list[int]] = attrs.field(factory=dict, init=False, repr=False, eq=False)
    _wide: list[int] = attrs.field(factory=list, init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        for number, (_, selector) in enumerate(self.members):
            tag = selector.steps[-1].tag if selector.steps else None
            if tag is None or selector.steps[-1].creator is not None:
                self._wide.append(number)
            else:
                self._by_tag.setdefault(tag, []).append(number)

    def collect(self, dataset: Elements) -> frozenset[str]:
        """Return the values of an instance that belong to the group, at any depth."""
        return frozenset(chain.from_iterable(self._words(*one) for one in self._found(dataset)))

    def _found(self, dataset: Elements) -> Iterator[tuple[Member, tuple[str, ...]]]:
        for holder, path in _everything(dataset):
            numbers = (*self._by_tag.get(path.tag, ()), *self._wide)
            named = (self.members[number] for number in numbers)
            members = [member for member, selector in named if selector.matches(path)]
            if members and not is_sequence(holder, path.tag):
                values = readings_of(holder, path.tag)
                yield from ((member, values) for member in members)

    @staticmethod
    def _words(member: Member, values: tuple[str, ...]) -> Iterator[str]:
        for value in values:
            parts = value.split(member.by) if member.split else [value]
            least = max(member.minlength, 1) if member.split else 1
            yield from (part for part in map(str.strip, parts) if len(part) >= least)


def _everything(dataset: Elements) -> Iterator[tuple[Elements, ElementPath]]:
    yield from walk(dataset)
    file_meta = getattr(dataset, "file_meta", None)
    if file_meta is not None:
        yield from walk(file_meta)


class Words:
    """The values of the groups of one instance, collected when first asked for."""

    def __init__(self, groups: Mapping[str, ValueGroup], dataset: Elements) -> None:
        self._groups = groups
        self._dataset = dataset
        self._known: dict[str, frozenset[str]] = {}

    def __call__(self, name: str) -> frozenset[str]:
        """Return the values of the group ``name``."""
        if name not in self._known:
            self._known[name] = self._groups[name].collect(self._dataset)
        return self._known[name]
