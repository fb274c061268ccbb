"""The action codes of table E.1-1a that are more than a plain action."""

from __future__ import annotations

from deid_core import Batch, Change, Field, FieldAction, Rank, RemoveElement, Rule, SetValue, Takes
from deid_core.records import Apply
from deid_core_profiles.dummies import BINARY, dummy
from deid_core_profiles.tables import tables

BRANCHES = {"X/Z": "Z", "X/D": "D", "Z/D": "D", "X/Z/D": "D", "X/Z/U*": "U*"}
"""Compound codes, and the branch that is legal whatever the Type of the attribute is."""


def compile_dummy(_rule: Rule, batch: Batch) -> Apply:
    """Compile DUMMY (code D); what a sequence holds is judged on its own."""

    def replace(field: Field) -> Change | None:
        return None if field.path.vr == "SQ" else SetValue(dummy(field, batch))

    return replace


def compile_typed(rule: Rule, batch: Batch) -> Apply:
    """Compile TYPED: the branch of a compound code that the Type in the IOD at hand asks for.

    In nested data sets, and for SOP Classes that are not known, it is the branch that is legal
    for any Type.
    """
    code = rule.value or ""
    if code not in BRANCHES:
        raise ValueError(f"expected one of: {', '.join(BRANCHES)}")
    classes = {
        sop_class: branch
        for branch, found in tables()["compound"].get(rule.field, {}).items()
        for sop_class in found
    }

    def decide(field: Field) -> Change | None:
        branch = BRANCHES[code]
        origin = field.context.instance.origin
        if not field.path.parents and origin is not None:
            branch = classes.get(origin.sop_class, branch)
        if branch == "X":
            return RemoveElement()
        if branch == "Z":
            return SetValue(None)
        # D and U* leave a sequence and judge what it holds.
        return None if field.path.vr == "SQ" else SetValue(dummy(field, batch))

    return decide


def compile_clean(_rule: Rule, _batch: Batch) -> Apply:
    """Compile CLEAN (code C): the sweep takes out what is the patient's; bytes go altogether."""
    return lambda field: RemoveElement() if field.path.vr in BINARY else None


ACTIONS = [
    FieldAction(
        name="CLEAN",
        compile=compile_clean,
        rank=Rank.CHANGES,
        summary="leave the element to the sweep; remove it if it holds bytes",
    ),
    FieldAction(
        name="DUMMY",
        compile=compile_dummy,
        rank=Rank.CHANGES,
        summary="write a dummy that is legal for the VR",
    ),
    FieldAction(
        name="TYPED",
        compile=compile_typed,
        rank=Rank.CHANGES,
        takes=Takes.VALUE,
        summary="remove, empty or replace by a dummy, as the Type in the IOD allows",
    ),
]
