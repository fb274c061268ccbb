"""The check "identifiers": no own value of the input is left in what is about to be written."""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import lru_cache
from typing import Any

import attrs

from deid_core import (
    Batch,
    ElementPath,
    FileContext,
    Instance,
    Intent,
    NotWalkableError,
    ReadError,
    Wish,
    dictionary,
)
from deid_core.dictionary import keyword_of
from deid_core.elements import Elements, held, value_of
from deid_core.encoded.dataset import EncodedDataSet
from deid_core.encoded.patched import Patched
from deid_core.encoded.writing import patched_pieces
from deid_core_screening.examination import sort_of
from deid_core_screening.glance import LEGAL, NUMBERS_AS_TEXT
from deid_core_screening.leaves import Leaf, field_of, holder_at, leaves
from deid_core_screening.memory import Memory
from deid_core_screening.net import OF_DEIDENTIFICATION, Net, of_at_least
from deid_core_screening.sources import Own, is_place, own_of
from deid_core_screening.wanted import (
    ON_PURPOSE,
    given,
    material_on_purpose,
    shown_on_purpose,
    sought,
    top_on_purpose,
)

REMEMBERED = 256
"""Patients, or sets of own values, whose nets a run remembers."""

MOST_FINDINGS = 5
UIDS = (0x00080018, 0x0020000D, 0x0020000E, 0x00200052)
"""SOP Instance, Study, Series and Frame of Reference UID."""
SHORTEST_UID, MOST_OF_A_UID = 8, 128
FILE_META_GROUP = 0x0002
AT_ONCE, OVERLAP = 1 << 22, 1 << 10
BINARY = frozenset(["OB", "OD", "OF", "OL", "OV", "OW", "UN"])

Overlay = dict[int, bytes | Patched | None]
_runs: weakref.WeakKeyDictionary[Batch, Memory[Net]] = weakref.WeakKeyDictionary()


def compile_check(batch: Batch) -> Callable[[FileContext, Intent], Comparison | None]:
    """Return what begins the check of an instance, by the setting ``check_identifiers``."""
    if batch.settings.check_identifiers == "off":
        return lambda _context, _intent: None
    nets = _runs.setdefault(batch, Memory(REMEMBERED, 0, 0))
    return lambda context, intent: Comparison(context, intent, nets)


@attrs.define
class Comparison:
    """One instance: what it held, what its recipe wants of it, and what is left.

    ``known`` are the values of elements that are as they are on purpose, by path, for a data set
    that changes in place; another is asked again, as ``before``.
    """

    context: FileContext
    intent: Intent
    nets: Memory[Net]
    own: Own = attrs.field(init=False, repr=False)
    uids: dict[int, bytes] = attrs.field(factory=dict, init=False, repr=False)
    before: tuple[EncodedDataSet, Overlay, Overlay] | None = attrs.field(
        default=None, init=False, repr=False
    )
    known: dict[str, Any] = attrs.field(factory=dict, init=False, repr=False)
    top: Own = attrs.field(factory=Own, init=False, repr=False)
    all: Own | None = attrs.field(default=None, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        elements = self.context.instance.elements
        identifiers = self.context.identifiers
        self.own = sought(elements, self.intent, identifiers.elsewhere, self.context)
        if not getattr(identifiers.values, "is_of_data_set", False):
            more = own_of(given(identifiers.values, self.intent))
            self.own = _joined(self.own, more)
        if self.intent.shortest:
            self.own = of_at_least(self.own, self.intent.shortest)
        if not isinstance(elements, EncodedDataSet):
            self.uids = {tag: _uid(elements, tag) for tag in UIDS}

    # -- after the changes -------------------------------------------------------------

    def decided(self, instance: Instance) -> None:
        """Remember what is there on purpose."""
        elements = instance.elements
        if isinstance(elements, EncodedDataSet):
            self.before = (elements, dict(elements.overlay), dict(elements.file_meta.overlay))
            return
        for dataset in (elements.file_meta, elements):
            for holder, path in leaves(dataset):
                if self.intent.wish(path) in ON_PURPOSE:
                    self.known[str(path)] = _value(holder, path)
        self.all = self.top = shown_on_purpose(elements, self.intent)

    # -- when it is finished -----------------------------------------------------------

    def finished(self, instance: Instance) -> Iterable[str]:
        """Return what is left and where, or warn of it, as the settings say."""
        elements = instance.elements
        net = self._net()
        uids = self._replaced_uids(elements)
        if not self._may_be_left(elements, net, uids):
            return ()
        findings = list(self._findings(elements, net, uids))
        if len(findings) > MOST_FINDINGS:
            findings = [*findings[:MOST_FINDINGS], f"and {len(findings) - MOST_FINDINGS} more"]
        if self.context.batch.settings.check_identifiers == "warn":
            for finding in findings:
                self.context.warn(f"{self.context.label}: {finding}")
            return ()
        return findings

    def _net(self) -> Net:
        """Return the net for own values that are not shown on purpose at the top level."""
        key: Hashable = (self.own, self.top)
        if self.before is not None:
            dataset, overlay, _ = self.before
            material = material_on_purpose(dataset, overlay, self.intent)
            key = (self.own, material, dataset.encodings, dataset.implicit, self.intent.likeness)
        net = self.nets.get(key, 0)
        if net is None:
            if self.before is not None:
                self.top = top_on_purpose(self._decided(), self.intent)
            net = self.nets.keep(key, 0, Net(self.own).without(self.top))
        return net

    def _replaced_uids(self, elements: Elements) -> set[bytes]:
        """Return the UIDs at the top level in whose place another stands."""
        if self.before is None or not isinstance(elements, EncodedDataSet):
            return {
                old
                for tag, old in self._uids_before().items()
                if _is_sought(old) and _uid(elements, tag) not in (b"", old)
            }
        found = set()
        spans, overlay = elements.spans, elements.overlay
        for tag in UIDS:
            new = overlay.get(tag)
            if new is not None and tag in spans:
                _, _, start, stop = spans[tag]
                old = elements.bytes_of(start, stop).strip(b"\0 ")
                if _is_sought(old) and isinstance(new, bytes) and old not in new:
                    found.add(old)
        return found

    def _uids_before(self) -> dict[int, bytes]:
        if self.before is None:
            return self.uids
        as_read = self.before[0].with_changes({})
        return {tag: _uid(as_read, tag) for tag in UIDS}

    def _may_be_left(self, elements: Elements, net: Net, uids: set[bytes]) -> bool:
        """Tell whether what is about to be written is worth a closer look."""
        if not isinstance(elements, EncodedDataSet):
            return True
        parts = _written(elements)
        if uids:
            whole = b"".join(parts)
            if any(uid in whole for uid in uids):
                return True
        return net.may_be_in_any(parts)

    def _findings(self, elements: Elements, net: Net, uids: set[bytes]) -> Iterator[str]:
        found = list(self._hits(elements, net, uids))
        if found:
            net = net.without(self._shown())
        for holder, path in found:
            kinds = self._kinds(holder, path, net)
            kinds += ["a UID that was replaced"] if _has_uid(holder, path, uids) else []
            if kinds:
                yield f"{' and '.join(kinds)} left in {_place(path)}"

    def _hits(self, elements: Elements, net: Net, uids: set[bytes]) -> Iterator[Leaf]:
        for dataset in (elements.file_meta, elements):
            for holder, path in leaves(dataset):
                is_hit = net.is_in(holder, path, self.context) or _has_uid(holder, path, uids)
                if is_hit and not self._is_on_purpose(holder, path):
                    yield holder, path

    def _kinds(self, holder: Elements, path: ElementPath, net: Net) -> list[str]:
        tag = path.parents[0].tag if path.parents else path.tag
        if tag in OF_DEIDENTIFICATION:
            net = Net(attrs.evolve(net.own, names=frozenset(), addresses=frozenset()))
        if path.is_private and self.shortest:
            net = Net(of_at_least(net.own, self.shortest))
        if not net.is_in(holder, path, self.context):
            return []
        return list(net.kinds_in(holder, path, self.context)) or ["an identifier"]

    @property
    def shortest(self) -> int:
        """How many characters a word must have that the rules look for in private elements."""
        rules = self.context.batch.settings.screen_rules
        return max((rule.minvaluelen or 0 for rule in rules), default=0)

    # -- on purpose --------------------------------------------------------------------

    def _is_on_purpose(self, holder: Elements, path: ElementPath) -> bool:
        """Tell whether a rule wants what an element holds, and nobody changed it since."""
        wish = self.intent.wish(path, field_of(holder, path, self.context))
        if wish is Wish.COMPUTED:
            # A function or action may let something through, but hardly as a date or number.
            vr = sort_of(path.tag, path.vr).vr
            if vr not in LEGAL and vr not in NUMBERS_AS_TEXT and not is_place(path, holder):
                return False
        elif wish is not Wish.NAMED:
            return False
        return bool(_value(holder, path) == self._value_before(path))

    def _value_before(self, path: ElementPath) -> Any:
        if self.before is None:
            return self.known.get(str(path))
        dataset = self._decided()
        if path.tag >> 16 == FILE_META_GROUP and not path.parents:
            dataset = self.before[0].file_meta.with_changes(self.before[2])
        try:
            return _value(holder_at(dataset, path.parents), path)
        except (LookupError, NotWalkableError, ReadError):
            return None

    def _decided(self) -> EncodedDataSet:
        """Return the data set as it was with the changes of the recipe."""
        assert self.before is not None  # noqa: S101 - the caller has seen to it
        return self.before[0].with_changes(self.before[1])

    def _shown(self) -> Own:
        """Return all own values that stand somewhere on purpose."""
        if self.all is None:
            self.all = shown_on_purpose(self._decided(), self.intent)
        return self.all


def _written(elements: EncodedDataSet) -> list[bytes]:
    """Return the elements that are about to be written, but for pictures and curves, in any order."""
    spans, overlay, data = elements.spans, elements.overlay, elements.data
    meta = elements.file_meta
    bulk = _bulk_of(*elements.tags_and_vrs())
    staying = [span for tag, span in spans.items() if tag not in overlay and tag not in bulk]
    parts = [data[start:stop] for _, start, _, stop in staying]
    if elements.size > len(data):
        parts = [
            elements.bytes_of(at, min(at + AT_ONCE + OVERLAP, stop))
            for _, start, _, stop in staying
            for at in range(start, stop, AT_ONCE)
        ]
    for tag, one in overlay.items():
        if isinstance(one, Patched) and tag not in bulk:
            parts += [
                piece if isinstance(piece, bytes) else elements.bytes_of(*piece)
                for piece in patched_pieces(elements, one)
            ]
    for changes in (overlay, meta.overlay):
        parts += [one for one in changes.values() if type(one) is bytes]
    spans, overlay, data = meta.spans, meta.overlay, meta.data
    parts += [data[start:stop] for tag, (_, start, _, stop) in spans.items() if tag not in overlay]
    return parts


@lru_cache(maxsize=1024)
def _bulk_of(tags: tuple[int, ...], vrs: tuple[str | None, ...]) -> frozenset[int]:
    """Return the tags of pictures and curves."""
    known = zip(tags, vrs, strict=True)
    return frozenset(
        tag
        for tag, vr in known
        if sort_of(tag, vr or next(iter(dictionary.vrs_of(tag)), "UN")).is_bulk
    )


def _is_sought(uid: bytes) -> bool:
    """Tell whether a UID can be found again: what is no ASCII looks different under each VR."""
    return len(uid) >= SHORTEST_UID and uid.isascii()


def _uid(elements: Elements, tag: int) -> bytes:
    """Return the UID at the top level of a data set, or nothing."""
    if isinstance(elements, EncodedDataSet):
        uid = elements.text(tag)
    else:
        uid = str(elements.get(keyword_of(tag)) or "")
    return uid.strip("\0 ").encode("utf-8", "replace")


def _has_uid(holder: Elements, path: ElementPath, uids: set[bytes]) -> bool:
    """Tell whether one of the UIDs stands in an element, not as a part of another."""
    if not uids or sort_of(path.tag, path.vr).is_bulk:
        return False
    value = held(holder, path.tag).value
    data = value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
    return any(
        uid in data
        and re.search(rb"(?<![0-9.])" + re.escape(uid) + rb"(?!\.?[0-9])", data) is not None
        for uid in uids
    )


def _value(holder: Elements, path: ElementPath) -> Any:
    """Return the value of an element, to be compared; bytes where it cannot be decoded."""
    try:
        return value_of(holder, path.tag)
    except ReadError:
        return held(holder, path.tag).value
    except KeyError:
        return None


def _joined(own: Own, more: Own) -> Own:
    """Return the values of both."""
    if more == Own():
        return own
    kinds = ("names", "identifiers", "contacts", "addresses", "dates")
    return Own(**{kind: getattr(own, kind) | getattr(more, kind) for kind in kinds})


def _place(path: ElementPath) -> str:
    """Return the words for an element: its keyword and path; of a private one no creator."""
    words = f"{path.keyword} {path}" if path.keyword else str(path)
    return f"bytes of {path}" if sort_of(path.tag, path.vr).vr in BINARY else words
