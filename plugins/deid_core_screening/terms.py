"""Attributes with enumerated values (PS3.3): without them nobody can read what stays."""

from __future__ import annotations

from collections.abc import Mapping

from deid_core_screening.words import words

ENUMERATED: Mapping[str, frozenset[str]] = {
    "CompletionFlag": words("PARTIAL COMPLETE"),
    "ContinuityOfContent": words("SEPARATE CONTINUOUS"),
    "ConversionType": words("DV DI DF WSD SD SI DRW SYN"),
    "LossyImageCompression": words("00 01"),
    "PatientSex": words("M F O"),
    "PhotometricInterpretation": words(
        "MONOCHROME1 MONOCHROME2 RGB HSV ARGB CMYK YBR_FULL YBR_FULL_422 YBR_PARTIAL_422 "
        "YBR_PARTIAL_420 YBR_ICT YBR_RCT XYB"
    )
    | {"PALETTE COLOR"},
    "PixelPresentation": words("COLOR MONOCHROME MIXED TRUE_COLOR TRUE_COLOR_ICC COLOR_RANGE"),
    "PresentationLUTShape": words("IDENTITY INVERSE") | {"LIN OD"},
    "RelationshipType": words("CONTAINS")
    | {"HAS OBS CONTEXT", "HAS ACQ CONTEXT", "HAS CONCEPT MOD", "HAS PROPERTIES"}
    | {"INFERRED FROM", "SELECTED FROM"},
    "ValueType": words(
        "TEXT NUM CODE DATETIME DATE TIME UIDREF PNAME COMPOSITE IMAGE WAVEFORM SCOORD SCOORD3D "
        "TCOORD CONTAINER TABLE"
    ),
    "VerificationFlag": words("UNVERIFIED VERIFIED"),
}


def is_term(keyword: str, value: str) -> bool:
    """Tell whether a value is one of those that the standard enumerates for its attribute."""
    return value.strip() in ENUMERATED.get(keyword, ())
