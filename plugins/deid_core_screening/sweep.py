"""Look for the patient's own values in what stays, and take them out."""

from __future__ import annotations

import datetime
import itertools
import weakref
from functools import partial

import attrs

from deid_core import Batch, Identifiers, Instance, Promises, Sweep
from deid_core.settings import shifted_dates
from deid_core_screening.ages import cap_ages
from deid_core_screening.dates import holds_date, mover, rewrite_dates
from deid_core_screening.examination import Examination, Rewrite, passes_over
from deid_core_screening.memory import Memory
from deid_core_screening.sources import Own, own_values
from deid_core_screening.text import cleaner_of
from deid_core_screening.uids import holds_uid, rewrite_uids

RETAIN_UIDS = "113110"
"""The code of the option that keeps UIDs (PS3.16 CID 7050)."""

REMEMBERED = 256
"""Patients, or sets of own values, whose sweeps a run remembers."""

_numbers = itertools.count(1)
_runs: weakref.WeakKeyDictionary[Batch, Memory[Sweep]] = weakref.WeakKeyDictionary()


def sweep(instance: Instance, identifiers: Identifiers, batch: Batch) -> Sweep:
    """Return what examines the values of one instance; for equal own values it is the same.

    The own values are those of the data set, its file meta information and, by
    ``identifiers.elsewhere``, of other instances of the patient.
    """
    cleans, moves = batch.settings.sweep == "clean", batch.settings.dates != "keep"
    days_tell = moves and not cleans
    own = own_values(instance.elements, identifiers.elsewhere, with_studies=days_tell)
    shifts = moves and shifted_dates(batch.settings.dates) is not None
    key = (
        own,
        own.studies,
        identifiers.patient if shifts else None,
        # What is shifted into the future is taken out.
        datetime.datetime.now(datetime.UTC).date() if shifts else None,
        # The same bytes are another number in another encoding.
        instance.elements.original_encoding,
    )
    known = _runs.get(batch)
    if known is None:
        known = _runs[batch] = Memory(REMEMBERED, 0, 0)
    found = known.get(key, 0)
    if found is None:
        examination = _examination(own, identifiers, batch, cleans=cleans)
        promises = Promises(
            examination.examine,
            next(_numbers),
            examination.looks_beside,
            passes_over,
            examination.is_innocent,
        )
        found = Sweep(examination.examine, promises)
        known.keep(key, 0, found)
    return found


def _examination(own: Own, identifiers: Identifiers, batch: Batch, *, cleans: bool) -> Examination:
    moved = mover(identifiers, batch)
    uids_go = RETAIN_UIDS not in batch.settings.methods
    closer = CloserLook(ages=cleans, uids=uids_go, dates=cleans and moved is not None)
    if not cleans:
        studies = cleaner_of(Own(dates=own.studies)) if moved is not None else None
        tells = (*([holds_uid] if uids_go else []), *([studies.holds] if studies else []))
        return Examination(own, cleaner_of(own), tells=tells, closer=closer, studies=studies)
    rewrites: list[Rewrite] = [cap_ages]
    if uids_go:
        # What is kept by the run must not keep it.
        rewrites.append(partial(rewrite_uids, batch=weakref.proxy(batch)))
    if moved is not None:
        rewrites.append(partial(rewrite_dates, moved=moved))
    return Examination(own, cleaner_of(own), tuple(rewrites), closer=closer)


@attrs.frozen
class CloserLook:
    """Tells text in which an age, a UID or a date may stand. Equal ones answer alike."""

    ages: bool
    uids: bool
    dates: bool

    def __call__(self, text: str) -> bool:
        """Tell whether one of those that are asked for may stand in a text."""
        return (
            (self.ages and cap_ages(text) != text)
            or (self.uids and holds_uid(text))
            or (self.dates and holds_date(text))
        )
