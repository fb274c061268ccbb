"""What identifies a patient, by this plugin's own rules: VRs, and words in keywords.

The rules are not those of PS3.15 Annex E and share nothing with what de-identifies here: a
fault in one is not to be repeated in the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from deid_core_audit.leaves import FREE_TEXT, Leaf

NAME, PATIENT_ID, NUMBER, BIRTH_DATE = "name", "patient ID", "number", "birth date"
ADDRESS, CONTACT, INSTITUTION, DEVICE = "address", "phone or e-mail", "institution", "device"
DATE, UID, LISTED = "date", "UID", "listed"

_BY_KEYWORD = (
    (
        PATIENT_ID,
        re.compile(r"Patient(Primary)?IDs?$|^PatientAlternativeIdentifier$|RecordLocator"),
    ),
    (
        NUMBER,
        re.compile(
            r"Accession|^StudyID$|AdmissionID|EpisodeID|OrderNumber|ProcedureID$|StepID$"
            r"|InsurancePlan|^VisitIdent|RegistrationNumber|SpecimenIdentifier|ContainerIdentifier"
        ),
    ),
    (CONTACT, re.compile(r"Telephone|Telecom|PhoneNumber|EMail")),
    (ADDRESS, re.compile(r"(?<!Source)Address(?!Trial)|MilitaryRank|PatientInstitutionResidence")),
    (INSTITUTION, re.compile(r"^Institution(al)?(Name|DepartmentName)|^IssuingAuthority")),
    (DEVICE, re.compile(r"SerialNumber|^StationName|StationName$|^UniqueDeviceIdentifier")),
)
_CLASSES = re.compile(
    r"Class|TransferSyntax|CodingScheme|^ContextUID|MappingResource|ContextGroupExtension"
    r"|ImplementationClass|^PrivateInformationCreator|TemplateExtension|^SourceOfReference"
)
STANDARD = "1.2.840.10008."
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
_EARLIEST = "19000101"
"""Dates up to here are placeholders."""


@attrs.frozen
class Identifier:
    """A value that identifies, its kind, and the words for where the input holds it."""

    kind: str
    value: str = attrs.field(repr=False)
    place: str


def identifiers(leaf: Leaf) -> Iterator[Identifier]:
    """Yield what identifies in an element."""
    kind = kind_of(leaf)
    if kind is not None:
        for value in leaf.values:
            if value and not (kind == DATE and value[:8] <= _EARLIEST):
                yield Identifier(kind, value, leaf.place)
    elif leaf.vr in FREE_TEXT and "@" in leaf.text:
        for found in _EMAIL.finditer(leaf.text):
            yield Identifier(CONTACT, found.group(), leaf.place)


def kind_of(leaf: Leaf) -> str | None:
    """Return the kind of identifier that an element holds, if it holds one."""
    if leaf.vr == "PN":
        return NAME
    if leaf.vr == "UI":
        return UID if any(is_instance_uid(leaf, value) for value in leaf.values) else None
    if leaf.vr in {"DA", "DT"}:
        return BIRTH_DATE if "BirthDate" in leaf.keyword else DATE
    if leaf.vr in FREE_TEXT and leaf.keyword:
        for kind, pattern in _BY_KEYWORD:
            if pattern.search(leaf.keyword):
                return kind
    return None


def is_instance_uid(leaf: Leaf, value: str) -> bool:
    """Whether a UID is made for one object, and not by the standard or for a class."""
    return bool(value) and not value.startswith(STANDARD) and not _CLASSES.search(leaf.keyword)
