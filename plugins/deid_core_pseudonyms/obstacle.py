"""Runs that several workers cannot share, since one file depends on what is known of others."""

from __future__ import annotations

from deid_core import Batch
from deid_core_pseudonyms.run import run_of


def obstacle(batch: Batch) -> str | None:
    """Return why a run must stay in one process.

    With a crosswalk, what is known of a patient from one file is looked for in the next. Without,
    one process tells two patients with one pseudonym apart; a code that is long enough has none.
    """
    if batch.settings.crosswalk is not None:
        return "what a crosswalk knows of a patient grows from file to file"
    if run_of(batch).may_repeat:
        return "only one process sees that two patients have one pseudonym"
    return None
