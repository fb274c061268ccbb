"""The action RESTORE, by which ``deid-core reidentify`` works."""

from __future__ import annotations

from deid_core import Batch, Change, Field, FieldAction, Rank, Rule
from deid_core.records import Apply
from deid_core_pseudonyms.run import run_of


def compile_restore(_rule: Rule, batch: Batch) -> Apply:
    """Put back what the crosswalk of the run has for the element; leave what it does not know."""
    run = run_of(batch)
    run.restoring = True
    run.needs_crosswalk = "RESTORE"

    def restore(field: Field) -> Change | None:
        return run.restoration(field.context).change(field)

    return restore


ACTIONS = [
    FieldAction(
        name="RESTORE",
        compile=compile_restore,
        rank=Rank.CREATES,
        sequences=False,
        summary="put back what the crosswalk has for the element",
    )
]
