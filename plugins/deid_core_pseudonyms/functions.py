"""``deid_func:patient``: the one pseudonym of the patient."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from deid_core import Batch, Field
from deid_core_pseudonyms.forms import FORMS
from deid_core_pseudonyms.identity import patient_at
from deid_core_pseudonyms.run import run_of


def compile_patient(given: Mapping[str, str], batch: Batch) -> Callable[[Field], Any]:
    """Compile ``patient form=code``, and the other forms.

    The value of the field does not matter: what counts is whom the data set around it is about.
    """
    given = {"form": "code", **given}
    if given["form"] not in FORMS:
        raise ValueError(f"form= must be one of: {', '.join(FORMS)}")
    form = FORMS[given["form"]](given, batch)
    run = run_of(batch)
    if form.counts:
        run.needs_crosswalk = "deid_func:patient form=number"
    run.may_repeat = run.may_repeat or not form.is_sure
    return lambda field: run.pseudonym(patient_at(field), form, field)
