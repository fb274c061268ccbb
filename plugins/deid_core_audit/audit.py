"""Audit a result: read both sides, pair them, score the pairs and search the output."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import attrs

from deid_core_audit.categories import (
    DATES_SHIFTED,
    LEAKING,
    UIDS_CHANGED,
    UIDS_CONSISTENT,
    Scores,
    Sides,
    score,
)
from deid_core_audit.consistency import Consistency, shifted
from deid_core_audit.files import Content, File, find, quiet, read
from deid_core_audit.fingerprint import Fingerprint, fingerprint
from deid_core_audit.identifying import DATE, LISTED, UID, Identifier, identifiers
from deid_core_audit.leaves import codecs_of, leaves
from deid_core_audit.needles import Needle, Needles
from deid_core_audit.pairing import Pairing, pair
from deid_core_audit.search import Hit, pixel_bytes, search

ASIDE = {UID: (UIDS_CHANGED, UIDS_CONSISTENT), DATE: (DATES_SHIFTED,)}
"""Categories that say nothing where a kind of identifier was kept on purpose."""

Step = Callable[[str, int], None]
"""Is told what is done next, and with how many files."""


@attrs.frozen(kw_only=True)
class Options:
    """What a user says of the result: kinds of identifiers that it keeps on purpose."""

    kept: frozenset[str] = frozenset()
    listed: tuple[str, ...] = attrs.field(default=(), repr=False)


@attrs.define
class Leak:
    """Identifiers of one kind in one place of the output: how many, and in how many files.

    ``sources`` says where the input holds them. ``values`` are for those who ask for them.
    """

    place: str
    kind: str
    files: set[int] = attrs.field(factory=set)
    sources: Counter[str] = attrs.field(factory=Counter)
    values: set[str] = attrs.field(factory=set, repr=False)


@attrs.define
class Side:
    """The files of a side: those that could be read, and the numbers of the others."""

    files: list[File] = attrs.field(factory=list, repr=False)
    parsed: list[Fingerprint] = attrs.field(factory=list, repr=False)
    unreadable: list[File] = attrs.field(factory=list, repr=False)
    not_dicom: list[File] = attrs.field(factory=list, repr=False)


@attrs.define
class Audit:
    """What an audit found."""

    options: Options
    inputs: Side = attrs.field(factory=Side)
    outputs: Side = attrs.field(factory=Side)
    pairing: Pairing = attrs.field(factory=Pairing)
    scores: Scores = attrs.field(factory=Scores)
    leaks: dict[tuple[str, str], Leak] = attrs.field(factory=dict, repr=False)
    searched: int = 0
    pixel_bytes: int = 0
    telling: set[int] = attrs.field(factory=set)
    """Numbers of the outputs whose path holds an identifier."""

    @property
    def unchecked(self) -> int:
        """How many outputs could not be compared with an input."""
        pairing = self.pairing
        return len(pairing.ambiguous) + len(pairing.extra) + len(self.outputs.unreadable)

    @property
    def clean(self) -> bool:
        """Whether nothing was left, nothing is inconsistent and every output was compared."""
        tallies = self.scores.tallies
        whole = all(tallies[name].passed == tallies[name].total for name in LEAKING & set(tallies))
        return whole and not self.leaks and not self.unchecked


def audit(inputs: Path, outputs: Path, options: Options, step: Step = lambda _, __: None) -> Audit:
    """Compare the files of two sides. Nothing of a file is held but what `Audit` holds."""
    result = Audit(options, Side(find(inputs)), Side(find(outputs)))
    needles = Needles()
    needles.add(Identifier(LISTED, value, "list of identifiers") for value in options.listed)
    with quiet():
        step("reading the input", len(result.inputs.files))
        for file in result.inputs.files:
            content = _read(file, result.inputs)
            if content.dataset is not None:
                needles.add(_searched(content, options.kept), codecs_of(content.dataset))
            step("", 1)
        result.searched = len(needles)
        step("searching the output", len(result.outputs.files))
        for file in result.outputs.files:
            content = _read(file, result.outputs)
            result.pixel_bytes += pixel_bytes(content)
            _note(result, file, search(content, needles))
            _note(result, file, (Hit("file name", one) for one in needles.in_text(file.name)))
            if needles.in_text(file.name):
                result.telling.add(file.number)
            step("", 1)
        result.pairing = pair(result.inputs.parsed, result.outputs.parsed)
        step("comparing", len(result.pairing.pairs))
        _compare(result, step)
    return result


def _read(file: File, side: Side) -> Content:
    content = read(file)
    if content.dataset is not None:
        try:
            side.parsed.append(fingerprint(file, content))
        except Exception:  # noqa: BLE001 - damaged in a way that only reading on shows
            content = attrs.evolve(content, dataset=None)
    if not content.dicom:
        side.not_dicom.append(file)
    elif content.dataset is None:
        side.unreadable.append(file)
    return content


def _searched(content: Content, kept: frozenset[str]) -> Iterable[Identifier]:
    """Yield what is searched for in every output; dates but for the birth date are not.

    Once all dates are shifted, one that is equal to somebody's old one says nothing.
    """
    assert content.dataset is not None  # noqa: S101 - asked by the caller
    for leaf in leaves(content.dataset):
        for found in identifiers(leaf):
            if found.kind != DATE and found.kind not in kept:
                yield found


def _compare(result: Audit, step: Step) -> None:
    kept = result.options.kept
    consistency = Consistency()
    for one, other in result.pairing.pairs:
        before, after = read(one.file), read(other.file)
        sides = Sides.of(before, after, kept)
        score(sides, before, after, result.scores)
        consistency.add(sides)
        if DATE not in kept:
            _note(result, other.file, _dates_left(sides, after, uids_kept=UID in kept))
        step("", 1)
    consistency.score(result.scores)
    for kind, categories in ASIDE.items():
        for category in categories if kind in kept else ():
            del result.scores.tallies[category]


def _dates_left(sides: Sides, after: Content, *, uids_kept: bool) -> Iterable[Hit]:
    needles = Needles.of(one for one in sides.found if one.kind == DATE)
    for hit in search(after, needles, pixels=False):
        leaf, other = sides.before.get(hit.path), sides.after.get(hit.path)
        in_uid = other is not None and other.vr == "UI"
        if not shifted(leaf, other) and not (in_uid and uids_kept):
            yield hit


def _note(result: Audit, file: File, hits: Iterable[Hit]) -> None:
    for hit in hits:
        needle: Needle = hit.needle
        leak = result.leaks.setdefault((hit.place, needle.kind), Leak(hit.place, needle.kind))
        leak.files.add(file.number)
        leak.sources[needle.place] += 1
        leak.values.add(needle.value)


def listed(paths: Sequence[Path]) -> tuple[str, ...]:
    """Return the values of CSV files: every cell that is not empty."""
    values: dict[str, None] = {}
    for path in paths:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.reader(lines):
                values.update(dict.fromkeys(cell.strip() for cell in row if cell.strip()))
    return tuple(values)
