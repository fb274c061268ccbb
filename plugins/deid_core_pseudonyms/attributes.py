"""Which attributes of the top level come back even where they were removed."""

from __future__ import annotations

NAMES = (
    "PatientName",
    "OtherPatientNames",
    "PatientBirthName",
    "PatientMotherBirthName",
)
SOUGHT = (
    *NAMES,
    "PatientID",
    "IssuerOfPatientID",
    "OtherPatientIDs",
    "PatientBirthDate",
    "PatientAddress",
    "PatientTelephoneNumbers",
)
"""What other instances of a patient hold there is the patient's own: worth looking for."""

PATIENT = (
    *SOUGHT,
    "TypeOfPatientID",
    "PatientBirthTime",
    "PatientSex",
    "EthnicGroup",
)
"""Attributes of the patient: the same in all studies, or another spelling of the same."""

STUDY = (
    "StudyDate",
    "StudyTime",
    "AccessionNumber",
    "StudyID",
    "StudyDescription",
    "ReferringPhysicianName",
    "PatientAge",
    "PatientSize",
    "PatientWeight",
    "AdmissionID",
)
"""Attributes of the study."""

OTHERS = (
    "SeriesDate",
    "SeriesTime",
    "AcquisitionDate",
    "AcquisitionTime",
    "AcquisitionDateTime",
    "ContentDate",
    "ContentTime",
    "InstanceCreationDate",
    "InstanceCreationTime",
    "PerformedProcedureStepStartDate",
    "PerformedProcedureStepStartTime",
    "PerformedProcedureStepEndDate",
    "PerformedProcedureStepEndTime",
    "TimezoneOffsetFromUTC",
    "SeriesDescription",
    "ProtocolName",
    "PerformedProcedureStepID",
    "PerformedProcedureStepDescription",
    "RequestedProcedureDescription",
    "PerformingPhysicianName",
    "NameOfPhysiciansReadingStudy",
    "OperatorsName",
    "InstitutionName",
    "InstitutionAddress",
    "InstitutionalDepartmentName",
    "StationName",
    "DeviceSerialNumber",
    "AdditionalPatientHistory",
    "PatientComments",
    "ImageComments",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "SOPInstanceUID",
    "FrameOfReferenceUID",
)
"""Attributes of series, equipment and instance."""

RESTORED = (*PATIENT, *STUDY, *OTHERS)

OWN_MARKS = frozenset({0x00080005, 0x00120062, 0x00120063, 0x00120064, 0x00280303})
"""Elements that say how a file is encoded or de-identified: true of each file as it is."""
