"""Who a patient is: what tells one from another, in whatever spelling."""

from __future__ import annotations

import json
import unicodedata

import attrs
from pydicom.datadict import tag_for_keyword

from deid_core import Field, ReadError, RefusedError, Unresolved
from deid_core.elements import Elements, held, items_of, plain, read_element


@attrs.frozen
class Patient:
    """One patient: Patient ID with its issuer, or else name and birth date.

    ``key`` is what tells the patient from others. ``patient_id`` is empty where there is none.
    """

    key: str = attrs.field(repr=False)
    patient_id: str = attrs.field(default="", repr=False)
    issuer: str = attrs.field(default="", repr=False)


UNDECODED = "\ufffd"
"""What stands for bytes that are no text in their character set."""


def text_of(dataset: Elements, keyword: str) -> str:
    """Return a value of the top level of a data set as text, without padding, or ``""``.

    Different values give different texts, also where they are not legal.
    """
    tag = tag_for_keyword(keyword)
    if tag is None or tag not in dataset:
        return ""
    try:
        value = plain(read_element(dataset, tag).value)
    except ReadError:
        return ""
    values = value if isinstance(value, list) else [value]
    text = "\\".join(_text(one).strip(" \0") for one in values)
    encoded = held(dataset, tag).value
    if UNDECODED in text and isinstance(encoded, bytes):
        text = UNDECODED + encoded.decode("latin-1").strip(" \0")
    return text if text.strip("\\") else ""


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return "" if value is None else str(value)


def same_name(name: str) -> str:
    """Return a person name as it compares: case, punctuation and empty components do not count.

    Of the three component groups the first that is there counts (PS3.5 6.2.1).
    """
    groups = [group for group in name.split("=") if group.strip(" ^")]
    folded = unicodedata.normalize("NFKC", groups[0]).casefold() if groups else ""
    return " ".join("".join(c if c.isalnum() else " " for c in folded).split())


def patient_of(dataset: Elements) -> Patient | None:
    """Return the patient whom a data set names, or None if that cannot be said.

    Patient ID and Issuer of Patient ID (PS3.3 C.7.1.1) make a patient, however the name is
    spelt. Without an ID, name and birth date must both be there.
    """
    patient_id = text_of(dataset, "PatientID")
    if patient_id:
        issuer = text_of(dataset, "IssuerOfPatientID")
        return Patient(json.dumps(["id", issuer, patient_id]), patient_id, issuer)
    name = same_name(text_of(dataset, "PatientName"))
    birth_date = text_of(dataset, "PatientBirthDate")
    if name and birth_date:
        return Patient(json.dumps(["name", name, birth_date]))
    return None


def patient_of_instance(dataset: Elements) -> Patient:
    """Return the patient of an instance. Raises `RefusedError` if that cannot be said."""
    patient = patient_of(dataset)
    if patient is None:
        raise RefusedError(
            "the patient cannot be told: there is neither a Patient ID nor a name with a birth "
            "date; give the file a Patient ID first"
        )
    return patient


def patient_at(field: Field) -> Patient:
    """Return the patient whom the data set around a field is about.

    In an item of a sequence that names somebody else, that is somebody else; otherwise the
    patient of the instance. Raises `RefusedError` and `Unresolved` where it cannot be said.
    """
    dataset: Elements = field.context.instance.dataset
    own = patient_of_instance(dataset)
    if not field.path.parents:
        return own
    own_name = same_name(text_of(dataset, "PatientName"))
    for parent in field.path.parents:
        dataset = items_of(dataset, parent.tag)[parent.item]
    named = patient_of(dataset)
    if named is not None and named.patient_id:
        same = named.patient_id == own.patient_id and named.issuer in ("", own.issuer)
        return own if same else named
    name = same_name(text_of(dataset, "PatientName"))
    if name in ("", own_name):
        return own
    if named is None:
        raise Unresolved("another patient is named there, without ID or birth date")
    return named
