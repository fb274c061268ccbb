"""Which attributes hold the values that are a patient's own (PS3.3, PS3.6)."""

from __future__ import annotations

from deid_core_screening.words import words

IDENTIFIERS = words("""
    AccessionNumber AdmissionID BreedRegistrationNumber ClinicalTrialSubjectID
    ClinicalTrialSubjectReadingID ContainerIdentifier
    FillerOrderNumberImagingServiceRequest FillerOrderNumberImagingServiceRequestRetired
    FillerOrderNumberProcedure ImagingServiceRequestID InsurancePlanIdentification InterpretationID
    MedicalRecordLocator OtherPatientIDs PatientBirthDateInAlternativeCalendar
    PatientDeathDateInAlternativeCalendar PatientID PerformedProcedureStepID
    PlacerOrderNumberImagingServiceRequest PlacerOrderNumberImagingServiceRequestRetired
    PlacerOrderNumberProcedure RequestedProcedureID ResultsID ScheduledProcedureStepID
    ServiceEpisodeID SpecimenAccessionNumber SpecimenIdentifier StudyID
""")
"""Numbers and codes of a person, an order, a visit or a specimen."""

CONTACTS = words("""
    OrderCallbackPhoneNumber OrderCallbackTelecomInformation PatientTelecomInformation
    PatientTelephoneNumbers PersonTelecomInformation PersonTelephoneNumbers
    ReferringPhysicianTelephoneNumbers
""")
"""Telephone numbers, e-mail addresses and the like."""

ADDRESSES = words(
    "PatientAddress PatientInstitutionResidence PersonAddress ReferringPhysicianAddress"
)

BIRTH_DATES = frozenset({"PatientBirthDate"})

PERSON_CODES = words("PersonIdentificationCodeSequence OperatorIdentificationSequence")
"""Sequences whose codes are the number and the name of a person."""

CONCEPTS = {
    "121022": "identifiers",  # Accession Number
    "121029": "names",  # Subject Name
    "121030": "identifiers",  # Subject ID
    "121031": "dates",  # Subject Birth Date
    "121036": "names",  # Mother of fetus
    "121008": "names",  # Person Observer Name
}
"""Codes of DCM (PS3.16) that say what a content item of a structured report holds."""

CONCEPT_VALUES = frozenset({0x0040A160, 0x0040A121, 0x0040A123, 0x0040A120})
"""Text Value, Date, Person Name and DateTime: where a content item holds its value."""

DATES_OF_STUDIES = words("""
    StudyDate SeriesDate AcquisitionDate ContentDate InstanceCreationDate OverlayDate CurveDate
    AcquisitionDateTime StudyVerifiedDate StudyReadDate StudyArrivalDate StudyCompletionDate
    ScheduledStudyStartDate ScheduledStudyStopDate AdmittingDate ScheduledAdmissionDate
    DischargeDate ScheduledDischargeDate PerformedProcedureStepStartDate
    PerformedProcedureStepEndDate PerformedProcedureStepStartDateTime
    PerformedProcedureStepEndDateTime ScheduledProcedureStepStartDate
    ScheduledProcedureStepEndDate ScheduledProcedureStepStartDateTime
    IssueDateOfImagingServiceRequest FrameAcquisitionDateTime FrameReferenceDateTime
    InstanceCreationTime RadiopharmaceuticalStartDateTime RadiopharmaceuticalStopDateTime
    ObservationDateTime VerificationDateTime StartAcquisitionDateTime EndAcquisitionDateTime
    PresentationCreationDate TimezoneOffsetFromUTC ContributionDateTime
""")
"""Dates of what was done: on the day of birth for somebody just born, and no birth date."""

BULK = words("""
    PixelData FloatPixelData DoubleFloatPixelData OverlayData CurveData AudioSampleData
    VariablePixelData VariableCoefficientsSDVN VariableCoefficientsSDHN VariableCoefficientsSDDN
    CoefficientsSDVN CoefficientsSDHN CoefficientsSDDN CoefficientCoding
    WaveformData WaveformPaddingValue ChannelMinimumValue ChannelMaximumValue SpectroscopyData
    FirstOrderPhaseCorrection RedPaletteColorLookupTableData GreenPaletteColorLookupTableData
    BluePaletteColorLookupTableData AlphaPaletteColorLookupTableData
    SegmentedRedPaletteColorLookupTableData SegmentedGreenPaletteColorLookupTableData
    SegmentedBluePaletteColorLookupTableData SegmentedAlphaPaletteColorLookupTableData
    LargeRedPaletteColorLookupTableData LargeGreenPaletteColorLookupTableData
    LargeBluePaletteColorLookupTableData GrayLookupTableData LUTData BlendingLookupTableData
    ShadowColorLookupTableData PixelPaddingValue PixelPaddingRangeLimit
    PointCoordinatesData VectorCoordinateData LongPrimitivePointIndexList LongEdgePointIndexList
    LongVertexPointIndexList LongTrianglePointIndexList TrackPointIndexList FloatingPointValues
    ExtendedOffsetTable ExtendedOffsetTableLengths
""")
"""Numbers of pictures, curves and meshes, in which nobody writes text."""
