"""Which attributes hold the values that are a patient's own, and what an instance has there."""

from __future__ import annotations

import attrs
from pydicom.dataset import Dataset

from deid_core.elements import is_sequence, readings_of, walk

IDENTIFIERS = frozenset(
    [
        "AccessionNumber",
        "AdmissionID",
        "FillerOrderNumberImagingServiceRequest",
        "IssuerOfPatientID",
        "MedicalRecordLocator",
        "OtherPatientIDs",
        "PatientAddress",
        "PatientID",
        "PatientTelecomInformation",
        "PatientTelephoneNumbers",
        "PersonAddress",
        "PersonTelecomInformation",
        "PersonTelephoneNumbers",
        "PlacerOrderNumberImagingServiceRequest",
        "ReferringPhysicianAddress",
        "ReferringPhysicianTelephoneNumbers",
        "RequestedProcedureID",
        "ScheduledProcedureStepID",
        "PerformedProcedureStepID",
        "ServiceEpisodeID",
        "StudyID",
        "DeviceSerialNumber",
    ]
)
"""Attributes whose values are numbers, codes or addresses of a person or an order."""

BIRTH_DATES = frozenset({"PatientBirthDate"})


@attrs.frozen
class Own:
    """The values that are a patient's own, as text. ``places`` are the elements they stand in."""

    names: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    identifiers: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    dates: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    places: frozenset[str] = frozenset()


def own_values(dataset: Dataset) -> Own:
    """Collect person names, identifiers and birth dates of an instance, at any depth."""
    names: set[str] = set()
    identifiers: set[str] = set()
    dates: set[str] = set()
    places: set[str] = set()
    for holder, path in walk(dataset):
        if is_sequence(holder, path.tag):
            continue
        kind = names if path.vr == "PN" else None
        if path.keyword in IDENTIFIERS:
            kind = identifiers
        elif path.keyword in BIRTH_DATES:
            kind = dates
        if kind is not None:
            kind.update(readings_of(holder, path.tag))
            places.add(str(path))
    return Own(frozenset(names), frozenset(identifiers), frozenset(dates), frozenset(places))
