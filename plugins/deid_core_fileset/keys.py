"""What each kind of directory record holds: the keys of PS3.3 F.5, and which kind lists what."""

from __future__ import annotations

import re
from collections.abc import Mapping

import attrs
from pydicom.dataset import Dataset
from pydicom.uid import UID


@attrs.frozen
class Keys:
    """The keys of a directory record, by keyword.

    ``needed`` must have a value (Type 1), ``known`` may be empty (Type 2), and ``held`` are there
    where the instance has them (Type 1C).
    """

    needed: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    held: tuple[str, ...] = ()


_NUMBER = ("InstanceNumber",)
_MOMENT = (*_NUMBER, "ContentDate", "ContentTime")
_DESCRIBED = ("ContentDescription", "ContentCreatorName")
_CONTENT = Keys((*_MOMENT, "ContentLabel"), _DESCRIBED)
_NAMED = (*_MOMENT, "ConceptNameCodeSequence")

LEVELS = {
    "PATIENT": Keys(("PatientID",), ("PatientName",)),
    "STUDY": Keys(
        ("StudyDate", "StudyTime", "StudyInstanceUID", "StudyID"),
        ("StudyDescription", "AccessionNumber"),
    ),
    "SERIES": Keys(("Modality", "SeriesInstanceUID", "SeriesNumber")),
}
"""The records above that of an instance, from the highest."""

ALONE: Mapping[str, Keys] = {
    "HANGING PROTOCOL": Keys(
        (
            "HangingProtocolCreator",
            "HangingProtocolCreationDateTime",
            "HangingProtocolDefinitionSequence",
            "NumberOfPriorsReferenced",
        ),
        ("HangingProtocolUserIdentificationCodeSequence",),
    ),
    "PALETTE": Keys(("ContentLabel",), ("ContentDescription",)),
    "IMPLANT": Keys(("Manufacturer", "ImplantName", "ImplantPartNumber"), (), ("ImplantSize",)),
    "IMPLANT ASSY": Keys(
        ("ImplantAssemblyTemplateName", "Manufacturer", "ProcedureTypeCodeSequence")
    ),
    "IMPLANT GROUP": Keys(("ImplantTemplateGroupName", "ImplantTemplateGroupIssuer")),
}
"""Records of instances that belong to no patient: they stand at the top."""

LEAVES: Mapping[str, Keys] = {
    "IMAGE": Keys(_NUMBER),
    "RT DOSE": Keys((*_NUMBER, "DoseSummationType")),
    "RT STRUCTURE SET": Keys(
        (*_NUMBER, "StructureSetLabel"), ("StructureSetDate", "StructureSetTime")
    ),
    "RT PLAN": Keys((*_NUMBER, "RTPlanLabel"), ("RTPlanDate", "RTPlanTime")),
    "RT TREAT RECORD": Keys(_NUMBER, ("TreatmentDate", "TreatmentTime")),
    "PRESENTATION": Keys(
        (*_NUMBER, "PresentationCreationDate", "PresentationCreationTime", "ContentLabel"),
        _DESCRIBED,
        ("ReferencedSeriesSequence", "BlendingSequence"),
    ),
    "WAVEFORM": Keys(_MOMENT),
    "SR DOCUMENT": Keys(
        (*_NAMED, "CompletionFlag", "VerificationFlag"),
        held=("ContentSequence",),
    ),
    "KEY OBJECT DOC": Keys(_NAMED, held=("ContentSequence",)),
    "SPECTROSCOPY": Keys(
        (
            *_MOMENT,
            "ImageType",
            "NumberOfFrames",
            "Rows",
            "Columns",
            "DataPointRows",
            "DataPointColumns",
        ),
        (),
        ("ReferencedImageEvidenceSequence",),
    ),
    "RAW DATA": Keys(_MOMENT),
    "REGISTRATION": _CONTENT,
    "FIDUCIAL": _CONTENT,
    "ENCAP DOC": Keys(
        (*_NUMBER, "MIMETypeOfEncapsulatedDocument"),
        ("ContentDate", "ContentTime", "DocumentTitle", "ConceptNameCodeSequence"),
        ("HL7InstanceIdentifier",),
    ),
    "VALUE MAP": _CONTENT,
    "STEREOMETRIC": Keys(),
    "PLAN": Keys(),
    "MEASUREMENT": _CONTENT,
    "SURFACE": _CONTENT,
    "SURFACE SCAN": Keys(("ContentDate", "ContentTime")),
    "TRACT": _CONTENT,
    "ASSESSMENT": Keys((*_NUMBER, "InstanceCreationDate"), ("InstanceCreationTime",)),
    "RADIOTHERAPY": Keys(_NUMBER, _DESCRIBED, ("UserContentLabel", "UserContentLongLabel")),
    "ANNOTATION": _CONTENT,
}
"""Records of instances below that of their series."""

VERIFIED = Keys(
    (*LEAVES["SR DOCUMENT"].needed, "VerificationDateTime"), held=LEAVES["SR DOCUMENT"].held
)
"""The record of a document that was verified: it says when."""

# By the keyword of the SOP class (PS3.6 A); the first that is found in it counts.
_KINDS = {
    r"SRStorage|ProcedureLog|SpectaclePrescriptionReport|MacularGridThickness": "SR DOCUMENT",
    r"KeyObjectSelection": "KEY OBJECT DOC",
    r"PresentationState|BasicStructuredDisplay": "PRESENTATION",
    r"Waveform": "WAVEFORM",
    r"MRSpectroscopy": "SPECTROSCOPY",
    r"RawData": "RAW DATA",
    r"Encapsulated": "ENCAP DOC",
    r"SpatialRegistration": "REGISTRATION",
    r"SpatialFiducials": "FIDUCIAL",
    r"RealWorldValueMapping": "VALUE MAP",
    r"StereometricRelationship": "STEREOMETRIC",
    r"SurfaceSegmentation": "SURFACE",
    r"SurfaceScan": "SURFACE SCAN",
    r"TractographyResults": "TRACT",
    r"ContentAssessment": "ASSESSMENT",
    r"BulkSimpleAnnotations": "ANNOTATION",
    r"MeasurementsStorage|IntraocularLensCalculations": "MEASUREMENT",
    r"RTDose": "RT DOSE",
    r"RTStructureSet": "RT STRUCTURE SET",
    r"RT(Ion)?PlanStorage": "RT PLAN",
    r"Treatment(Summary)?Record": "RT TREAT RECORD",
    r"RTBeamsDeliveryInstruction|RTBrachyApplicationSetup": "PLAN",
    r"^RT(PhysicianIntent|Segment|Radiation|Treatment|Patient)|Radiation(Record)?Storage": (
        "RADIOTHERAPY"
    ),
    r"HangingProtocol": "HANGING PROTOCOL",
    r"ColorPalette": "PALETTE",
    r"GenericImplantTemplate": "IMPLANT",
    r"ImplantAssemblyTemplate": "IMPLANT ASSY",
    r"ImplantTemplateGroup": "IMPLANT GROUP",
}


def kind_of(sop_class: str, dataset: Dataset) -> str | None:
    """Return the Directory Record Type of an instance (PS3.3 F.3.2.2), or None if it has none.

    What has rows, and is of no class with a type of its own, is an image.
    """
    keyword = UID(sop_class).keyword
    for pattern, kind in _KINDS.items():
        if re.search(pattern, keyword):
            return kind
    return "IMAGE" if "Rows" in dataset else None
