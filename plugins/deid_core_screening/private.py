"""Screen private data elements for the values and patterns that rules name."""

from __future__ import annotations

import logging
from weakref import WeakKeyDictionary

from deid_core import Batch, Instance, PrivateDecision, PrivateVerdict
from deid_core_screening.needles import Needles
from deid_core_screening.search import findings

log = logging.getLogger("deid_core")
_needles: WeakKeyDictionary[Batch, Needles] = WeakKeyDictionary()


def screen(instance: Instance, batch: Batch) -> PrivateVerdict:
    """Return the verdict on one instance.

    An element goes if a rule finds something in its value, its private creator's name or
    what it nests, or if its value cannot be decoded and so not be searched.
    """
    settings = batch.settings
    if settings.remove_private:
        return PrivateVerdict(PrivateDecision.REMOVE)
    log.warning("Private tags were not removed!")
    if not settings.screen_private:
        return PrivateVerdict(PrivateDecision.KEEP)
    needles = _needles.get(batch)
    if needles is None:
        needles = _needles.setdefault(batch, Needles(settings.screen_rules))
    dataset = instance.elements
    return PrivateVerdict(PrivateDecision.KEEP, findings(dataset, needles.of(dataset)))
