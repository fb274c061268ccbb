"""Functions that give values: ``deid_func:name``."""

from __future__ import annotations

from deid_core import ValueFunction
from deid_core.dependence import Depends
from deid_core_dicom.functions.ages import compile_capage, compile_capbirthdate
from deid_core_dicom.functions.dates import compile_dateshift, compile_jitter
from deid_core_dicom.functions.hashes import compile_hash, compile_hashname, compile_hashuid
from deid_core_dicom.functions.numbers import compile_counter, compile_round
from deid_core_dicom.functions.text import compile_lookup, compile_template, compile_truncate
from deid_core_dicom.functions.uuids import (
    compile_basic_uuid,
    compile_dicom_uuid,
    compile_pydicom_uuid,
    compile_suffix_uuid,
)

_SUMMARIES = {
    "basic_uuid": (compile_basic_uuid, "a UUID that stands for the value"),
    "capage": (compile_capage, "an age, with 090Y for all above 89 years"),
    "capbirthdate": (compile_capbirthdate, "a birth date, or nothing if the age is above 89 years"),
    "counter": (compile_counter, "a running number for each value that is met in this run"),
    "dateshift": (compile_dateshift, "a date shifted back by days that depend on the patient"),
    "dicom_uuid": (compile_dicom_uuid, "a UID that stands for the value, under org_root="),
    "hash": (compile_hash, "digits that stand for the value"),
    "hashname": (compile_hashname, "a person name that stands for the person"),
    "hashuid": (compile_hashuid, "the UID that stands for the value"),
    "jitter": (compile_jitter, "a date shifted by days=, years= or hours="),
    "lookup": (compile_lookup, "what a table that is given for the run has for the value"),
    "pydicom_uuid": (compile_pydicom_uuid, "a UID that stands for the value, under prefix="),
    "round": (compile_round, "a number rounded to a multiple of to="),
    "suffix_uuid": (compile_suffix_uuid, "the name of the field and a UUID"),
    "template": (compile_template, "text= with {hash} and {variables} filled in"),
    "truncate": (compile_truncate, "the first length= characters, or a date cut to=year or month"),
}

FUNCTIONS = [
    ValueFunction(name=name, compile=compile_it, summary=summary, depends=Depends.PLACE)
    for name, (compile_it, summary) in _SUMMARIES.items()
]
