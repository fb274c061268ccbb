"""What identifies in files, by attribute, and what a recipe would do about it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

import attrs
from pydicom import _private_dict

from deid_core import dictionary
from deid_core.elements import Elements, is_creator, is_sequence, items_of, value_of, walk
from deid_core.engine import Decided, Engine
from deid_core.errors import DeidError, FileError, NotWalkableError, ReadError, SkippedError
from deid_core.explain import outcome_of
from deid_core.field import ElementPath
from deid_core.judge import FILE_META_GROUP
from deid_core.model import FileRef, Instance
from deid_core.quiet import quiet_pydicom
from deid_core.recipe.plan import Decision

YARDSTICK = "deid.dicom.basic"
"""The recipe that says what identifies: that of PS3.15 Table E.1-1, without any option."""

MOST_VALUES = 100_000
"""Distinct values of an attribute that are told apart; more are so many or more."""

BURNED_IN = 0x00280301
REMOVED, METHOD, METHOD_CODES = 0x00120062, 0x00120063, 0x00120064
_CLAIMS = frozenset({REMOVED, METHOD, METHOD_CODES, 0x00280303})
"""What says that a data set was de-identified (PS3.3 C.12.1); it identifies nobody."""

_MEDIA_UID = 0x00020003
_OF_THE_STANDARD = "1.2.840.10008."
"""UIDs beneath this root are DICOM's own (PS3.5 A) and tell of no patient."""

_TECHNICAL = frozenset({0x00020000, 0x00020001, 0x00020002, 0x00020010, 0x00020012, 0x00020013})
"""File meta information about the file, not about a person or a place (PS3.10 7.1)."""

KINDS = {
    "AE": "application",
    "AS": "age",
    "CS": "code",
    "DA": "date",
    "DS": "number",
    "DT": "moment",
    "FD": "number",
    "FL": "number",
    "IS": "number",
    "OB": "bytes",
    "OW": "bytes",
    "PN": "name",
    "SL": "number",
    "SQ": "items",
    "SS": "number",
    "TM": "time",
    "UI": "UID",
    "UL": "number",
    "UN": "bytes",
    "UR": "address",
    "US": "number",
}
"""What a value is by its VR (PS3.5 6.2); all others are text."""


@attrs.frozen
class Place:
    """An attribute wherever it stands: tags from the outermost sequence inwards.

    ``reason`` says why it counts: ``PS3.15``, ``private``, or ``own value`` where a text
    holds the patient's own.
    """

    tags: tuple[int, ...]
    creator: str = attrs.field(repr=False)
    reason: str

    @property
    def where(self) -> str:
        """The part of the file: ``data set``, ``nested``, ``private`` or ``file meta``."""
        if any(tag >> 16 & 1 for tag in self.tags):
            return "private"
        if self.tags[0] >> 16 == FILE_META_GROUP:
            return "file meta"
        return "nested" if len(self.tags) > 1 else "data set"

    @property
    def name(self) -> str:
        """What people call it, with the sequences around it."""
        return " > ".join(dictionary.name_of(tag) or _tag_text(tag) for tag in self.tags)

    @property
    def path(self) -> str:
        """Its tags, as text."""
        return " > ".join(map(_tag_text, self.tags))

    @property
    def known_creator(self) -> str:
        """The private creator, if it is one that is published: others might be anything."""
        return self.creator if self.creator in _published() else ""


@attrs.define
class Found:
    """How often an attribute was found, by files and by values, and what would become of it."""

    kind: str
    files: int = 0
    would_be: Counter[str] = attrs.field(factory=Counter)
    _values: set[bytes] = attrs.field(factory=set, repr=False)

    @property
    def values(self) -> int:
        """How many distinct values there are, up to `MOST_VALUES`."""
        return len(self._values)

    def add(self, value: object) -> None:
        """Count a value: what is kept is its digest, as long as the inspection."""
        if len(self._values) < MOST_VALUES:
            data = value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
            self._values.add(hashlib.blake2b(data, digest_size=8).digest())


@attrs.frozen
class Refused:
    """A file that a run would not write, or that cannot be read, by its number from 1."""

    number: int
    location: str = attrs.field(repr=False)
    code: str
    reason: str


@attrs.define
class Inspection:
    """All that was found, in the ``files`` that are DICOM of those that were ``seen``.

    ``claims`` counts files that say of themselves that they are de-identified.
    """

    files: int = 0
    seen: int = 0
    claims: int = 0
    burned_in: int = 0
    skipped: Counter[str] = attrs.field(factory=Counter)
    unreadable: list[Refused] = attrs.field(factory=list)
    refused: list[Refused] = attrs.field(factory=list)
    found: dict[Place, Found] = attrs.field(factory=dict)
    subjects: dict[str, Found] = attrs.field(factory=dict)

    def places(self) -> Iterator[tuple[Place, Found]]:
        """Yield the attributes by part of the file, in the order of their tags."""
        parts = ("data set", "nested", "private", "file meta")
        yield from sorted(
            self.found.items(), key=lambda one: (parts.index(one[0].where), one[0].tags)
        )


def inspect(refs: Iterable[FileRef], yardstick: Engine, chosen: Engine) -> Inspection:
    """Look at files one after the other, and write nothing.

    ``yardstick`` decides what identifies (see `YARDSTICK`), ``chosen`` what would become of it.
    """
    inspection = Inspection()
    for _ in inspecting(inspection, refs, yardstick, chosen):
        pass
    return inspection


def inspecting(
    inspection: Inspection, refs: Iterable[FileRef], yardstick: Engine, chosen: Engine
) -> Iterator[bool]:
    """Do as `inspect`, and yield after each file whether it could be read."""
    for ref in refs:
        inspection.seen += 1
        refused = len(inspection.unreadable) + len(inspection.refused)
        with quiet_pydicom():
            _one(inspection, ref, yardstick, chosen)
        yield len(inspection.unreadable) + len(inspection.refused) == refused


def _one(inspection: Inspection, ref: FileRef, yardstick: Engine, chosen: Engine) -> None:
    try:
        instance = yardstick.host.read_file(ref, yardstick.batch)
    except SkippedError as error:
        inspection.skipped[error.code] += 1
        return
    except FileError as error:
        inspection.unreadable.append(Refused(inspection.seen, ref.location, error.code, str(error)))
        return
    try:
        instance, decided, record = _decided(yardstick, instance)
        inspection.files += 1
        _subjects(inspection, instance.elements)
        would_be = _would_be(inspection, instance, chosen)
        _count(inspection, instance, yardstick, (decided, record), would_be)
    except FileError as error:
        inspection.unreadable.append(Refused(inspection.seen, ref.location, error.code, str(error)))
    finally:
        instance.close()


def _decided(
    engine: Engine, instance: Instance
) -> tuple[Instance, Decided, Mapping[str, Decision]]:
    record: dict[str, Decision] = {}
    try:
        return instance, engine.decide(instance, "the file", record), record
    except NotWalkableError:
        record.clear()
        instance = attrs.evolve(instance, dataset=instance.as_read())
        return instance, engine.decide(instance, "the file", record), record


def _would_be(inspection: Inspection, instance: Instance, chosen: Engine) -> Decided | None:
    """Return what the chosen recipe decides; None if it refuses the file."""
    try:
        return chosen.decide(instance, "the file", {})
    except DeidError as error:
        code = getattr(error, "code", "plugin-failed")
        inspection.refused.append(Refused(inspection.seen, instance.ref.location, code, str(error)))
        return None


def _count(
    inspection: Inspection,
    instance: Instance,
    yardstick: Engine,
    judged: tuple[Decided, Mapping[str, Decision]],
    would_be: Decided | None,
) -> None:
    elements = instance.elements
    seen: set[Place] = set()
    root = yardstick.plan.root(elements)
    for source in (elements, elements.file_meta):
        for holder, path in walk(source):
            place = _place(path, *judged, lambda p: root.decision(p.tag, p.vr, None, exact=False))
            if place is None:
                continue
            value = _value(holder, path.tag)
            if str(value).startswith(_OF_THE_STANDARD) and path.vr == "UI":
                continue
            found = inspection.found.setdefault(place, Found(KINDS.get(path.vr, "text")))
            found.add(value)
            if place not in seen:
                seen.add(place)
                found.files += 1
            fate = "refused" if would_be is None else _fate(would_be, path)
            found.would_be[fate] += 1


def _place(
    path: ElementPath,
    decided: Decided,
    record: Mapping[str, Decision],
    named: object,
) -> Place | None:
    """Return where an element counts; None if it identifies nobody."""
    if path.tag in _CLAIMS or path.tag in _TECHNICAL or is_creator(path.tag):
        return None
    outcome = outcome_of(decided, path)
    if outcome == "kept":
        return None
    tags = (*(parent.tag for parent in path.parents), path.tag)
    creator = path.creator or next((one.creator for one in path.parents if one.creator), "") or ""
    if path.is_private or creator:
        return Place(tags, creator, "private")
    decision = record.get(str(path))
    if decision is None and path.parents:
        # It goes with what is around it; by itself it might be harmless.
        decision = named(path) if callable(named) else None
        if decision is None or decision.kept or not (decision.steps or decision.candidates):
            return None
    is_ruled = decision is not None and (decision.steps or decision.candidates)
    return Place(tags, "", "PS3.15" if is_ruled else "own value")


def _fate(decided: Decided, path: ElementPath) -> str:
    outcome = outcome_of(decided, path)
    if path.tag == _MEDIA_UID and not path.parents:
        # It follows the data set's, as writing makes it anew (PS3.10 7.1).
        return "replaced"
    if outcome.startswith("removed"):
        return "removed"
    return {"given a new value": "replaced", "overwritten in part": "cleaned"}.get(outcome, outcome)


def _value(holder: Elements, tag: int) -> object:
    try:
        return len(items_of(holder, tag)) if is_sequence(holder, tag) else value_of(holder, tag)
    except ReadError:
        return None


def _subjects(inspection: Inspection, elements: Elements) -> None:
    for name, tag in (("patients", 0x00100020), ("studies", 0x0020000D), ("series", 0x0020000E)):
        if tag in elements:
            inspection.subjects.setdefault(name, Found("text")).add(_value(elements, tag))
    removed = _text_of(elements, REMOVED) == "YES"
    inspection.claims += removed or METHOD in elements or METHOD_CODES in elements
    inspection.burned_in += _text_of(elements, BURNED_IN) == "YES"


def _text_of(elements: Elements, tag: int) -> str:
    return str(_value(elements, tag) or "").strip() if tag in elements else ""


def _tag_text(tag: int) -> str:
    return ElementPath(tag).tag_text


@lru_cache(maxsize=1)
def _published() -> frozenset[str]:
    return frozenset(_private_dict.private_dictionaries)
