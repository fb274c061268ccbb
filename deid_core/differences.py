"""In which elements two files differ, and which files of two folders belong together."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import attrs

from deid_core import dictionary
from deid_core.batch import Batch
from deid_core.elements import Elements, is_sequence, items_of, value_of, walk
from deid_core.errors import FileError, ReadError
from deid_core.field import ElementPath
from deid_core.host import PluginHost
from deid_core.inspection import KINDS
from deid_core.model import FileRef
from deid_core.quiet import quiet_pydicom

LONGEST = 1024
"""Bytes of a value that is compared as it is; longer ones, as pixel data, by their SHA-256."""

_SOP_INSTANCE = 0x00080018


@attrs.frozen
class Side:
    """An element as one of two files has it. ``text`` is its value for those who may see it."""

    vr: str
    value: Any = attrs.field(repr=False)

    @property
    def kind(self) -> str:
        """What it is, which tells nothing of the value."""
        return KINDS.get(self.vr, "text")

    @property
    def text(self) -> str:
        """The value as text; a digest where it is long."""
        values = self.value if isinstance(self.value, list) else [self.value]
        return "\\".join("" if one is None else str(one) for one in values)


@attrs.frozen
class Difference:
    """An element that two files do not have alike; None for a file that has it not."""

    path: ElementPath
    before: Side | None
    after: Side | None

    @property
    def name(self) -> str:
        """What people call the element, with the items around it, counted from 1."""
        steps = [f"{_name(step.tag)} {step.item + 1}" for step in self.path.parents]
        return " > ".join([*steps, _name(self.path.tag)])

    @property
    def change(self) -> str:
        """One of ``added``, ``removed`` and ``changed``."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"


@attrs.define
class Pairs:
    """The files of two folders: those that belong together, and those that are alone."""

    together: list[tuple[FileRef, FileRef]] = attrs.field(factory=list, repr=False)
    only_before: list[FileRef] = attrs.field(factory=list, repr=False)
    only_after: list[FileRef] = attrs.field(factory=list, repr=False)


class Reader:
    """Reads files for a comparison, by the plugins that read them in a run."""

    def __init__(self, host: PluginHost, batch: Batch) -> None:
        self._host = host
        self._batch = batch

    def differences(self, before: FileRef, after: FileRef) -> list[Difference]:
        """Return the elements in which two files differ, in their order.

        Raises `FileError` if one cannot be read.
        """
        old, new = self._sides(before), self._sides(after)
        found = []
        for path in sorted({**old, **new}, key=_order):
            one, other = old.get(path), new.get(path)
            if one is None or other is None or one != other:
                found.append(Difference(path, one, other))
        return found

    def _sides(self, ref: FileRef) -> Mapping[ElementPath, Side]:
        with quiet_pydicom():
            instance = self._host.read_file(ref, self._batch)
            try:
                elements = instance.elements
                return dict(_leaves((elements.file_meta, elements)))
            finally:
                instance.close()

    def instance_uid(self, ref: FileRef) -> str:
        """Return the SOP Instance UID of a file; empty if it has none or cannot be read."""
        try:
            with quiet_pydicom():
                instance = self._host.read_file(ref, self._batch)
                try:
                    elements = instance.elements
                    here = _SOP_INSTANCE in elements
                    return str(value_of(elements, _SOP_INSTANCE) or "") if here else ""
                finally:
                    instance.close()
        except FileError:
            return ""


def paired(
    before: Iterable[FileRef], after: Iterable[FileRef], uid_of: Callable[[FileRef], str]
) -> Pairs:
    """Find the files of two folders that belong together.

    First by their place below the folder, the rest by their SOP Instance UID. Where one file is left on
    either side, these two are a pair.
    """
    pairs = Pairs()
    others = {(*ref.folders, ref.name): ref for ref in after}
    alone = []
    for ref in before:
        other = others.pop((*ref.folders, ref.name), None)
        if other is None:
            alone.append(ref)
        else:
            pairs.together.append((ref, other))
    if alone and others:
        by_uid = {uid: place for place, ref in others.items() if (uid := uid_of(ref))}
        for ref in list(alone):
            place = by_uid.pop(uid_of(ref), None)
            if place is not None:
                pairs.together.append((ref, others.pop(place)))
                alone.remove(ref)
    if len(alone) == len(others) == 1:
        pairs.together.append((alone.pop(), others.popitem()[1]))
    pairs.only_before, pairs.only_after = alone, list(others.values())
    return pairs


def _leaves(sources: Iterable[Elements]) -> Iterator[tuple[ElementPath, Side]]:
    """Yield all elements; a sequence with the number of its items, which follow by themselves."""
    for source in sources:
        for holder, path in walk(source):
            # A path is where an element stands; by which VR is part of what it is.
            yield attrs.evolve(path, vr="", creator=None), Side(path.vr, _value(holder, path.tag))


def _value(holder: Elements, tag: int) -> Any:
    if is_sequence(holder, tag):
        return f"{len(items_of(holder, tag))} items"
    try:
        value = value_of(holder, tag)
    except ReadError:
        return "cannot be decoded"
    if isinstance(value, bytes):
        if len(value) <= LONGEST:
            return value.hex()
        return f"{len(value):,} bytes, SHA-256 {hashlib.sha256(value).hexdigest()}"
    return value


def _order(path: ElementPath) -> tuple[tuple[int, int], ...]:
    return (*((step.tag, step.item) for step in path.parents), (path.tag, -1))


def _name(tag: int) -> str:
    return dictionary.name_of(tag) or ElementPath(tag).tag_text
