"""The action codes of table E.1-1a that are more than a plain action."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from deid_core import (
    Batch,
    Change,
    Field,
    FieldAction,
    Rank,
    RemoveElement,
    Rule,
    SetValue,
    Takes,
    dictionary,
)
from deid_core.dependence import Depends
from deid_core.records import Apply
from deid_core_profiles.content import compile_content
from deid_core_profiles.dummies import BINARY, dummy_change
from deid_core_profiles.fitting import is_legal, is_misfit
from deid_core_profiles.methods import MODIFIED_DATES
from deid_core_profiles.overlays import compile_clear_bits
from deid_core_profiles.tables import tables

SHIFTED = "deid_func:dateshift max=3650"
DATES = (("DA",), ("DT",))
KNOWN = (("SQ",), ("UI",))
"""What a file may have as bytes, and is no such thing."""

BRANCHES = {"X": "X", "X/Z": "Z", "X/D": "D", "Z/D": "D", "X/Z/D": "D", "X/Z/U*": "U*"}
"""Codes, and the branch of compound ones that is legal whatever the Type of the attribute is.

X alone is for a place that is known to be optional: unlike REMOVE it goes before what another
rule would write there.
"""


def compile_dummy(_rule: Rule, batch: Batch) -> Apply:
    """Compile DUMMY (code D)."""
    return lambda field: dummy_change(field, batch)


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
        origin = field.context.instance_for(Depends.PLACE).origin
        if not field.path.parents and origin is not None:
            branch = classes.get(origin.sop_class, branch)
        if branch == "X":
            return RemoveElement()
        if branch == "Z":
            return SetValue(None)
        if branch == "U*":
            # The UIDs that it holds have rules of their own.
            return None
        return dummy_change(field, batch)

    return decide


def compile_clean(rule: Rule, batch: Batch) -> Apply:
    """Compile CLEAN (code C): the sweep takes out what is the patient's; bytes go altogether.

    What must have a form and has none is not kept: an illegal UID gives way to another. Without a
    sweep nobody cleans, so all goes.
    """
    if batch.settings.sweep == "off":
        return lambda _field: RemoveElement()

    other_uid = batch.value(attrs.evolve(rule, value="deid_func:hashuid"))

    def clean(field: Field) -> Change | None:
        bytes_only = field.path.vr in BINARY and dictionary.vrs_of(field.path.tag) not in KNOWN
        if bytes_only or is_misfit(field.path):
            return RemoveElement()
        return None if is_legal(field) else _made_legal(field, other_uid)

    return clean


def compile_retain(rule: Rule, batch: Batch) -> Apply:
    """Compile RETAIN (code K of an option): the element stays if it is as it should be.

    The value is the VR that a private element is safe with (table E.3.10-1), or two parted by a
    slash; a public one must have that of the dictionary. An illegal UID gives way to another,
    other illegal values go. Under Modified Dates, dates are modified, whatever keeps them.
    """
    wanted = [*rule.value.split("/"), "UN"] if rule.value else None

    modified = MODIFIED_DATES in batch.settings.methods and _is_date(rule.field)
    shifted = batch.value(attrs.evolve(rule, value=SHIFTED)) if modified else None
    other_uid = batch.value(attrs.evolve(rule, value="deid_func:hashuid"))

    def retain(field: Field) -> Change | None:
        if wanted is not None:
            return None if field.path.vr in wanted else RemoveElement()
        if is_misfit(field.path):
            return RemoveElement()
        if shifted is not None:
            return SetValue(shifted(field))
        return None if is_legal(field) else _made_legal(field, other_uid)

    return retain


def _made_legal(field: Field, other_uid: Callable[[Field], Any]) -> Change:
    """Give another UID; other values go, but the element may be one that must be there."""
    return SetValue(other_uid(field)) if field.path.vr == "UI" else SetValue(None)


def _is_date(keyword: str) -> bool:
    mask = dictionary.tag_mask_of(keyword)
    return mask is not None and "x" not in mask and dictionary.vrs_of(int(mask, 16)) in DATES


ACTIONS = [
    FieldAction(
        name="CLEAN",
        compile=compile_clean,
        rank=Rank.CHANGES,
        depends=Depends.PLACE,
        summary="leave the element to the sweep; remove it if it holds bytes",
    ),
    FieldAction(
        name="CLEARBITS",
        compile=compile_clear_bits,
        rank=Rank.CHANGES,
        summary="clear the bits of overlays that stand in native pixel data",
    ),
    FieldAction(
        name="CONTENT",
        compile=compile_content,
        rank=Rank.CHANGES,
        depends=Depends.PLACE,
        summary="treat content items as table E.3.4-1 says for the concept that each has",
    ),
    FieldAction(
        name="DUMMY",
        compile=compile_dummy,
        rank=Rank.CHANGES,
        depends=Depends.PLACE,
        summary="write a dummy that is legal for the VR",
    ),
    FieldAction(
        name="RETAIN",
        compile=compile_retain,
        rank=Rank.RETAINS,
        takes=Takes.OPTIONAL,
        depends=Depends.PLACE,
        summary="leave the element as it is if its VR is right, but not inside of what goes",
    ),
    FieldAction(
        name="TYPED",
        compile=compile_typed,
        rank=Rank.CHANGES,
        takes=Takes.VALUE,
        depends=Depends.PLACE,
        summary="remove, empty or replace by a dummy, as the Type in the IOD allows",
    ),
]
