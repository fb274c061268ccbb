"""The library as the seed has it: find files, get identifiers, put identifiers back."""

from __future__ import annotations

from deid_core.dicom.fields import DicomField
from deid_core.dicom.identify import get_files, get_identifiers
from deid_core.dicom.parser import DicomParser
from deid_core.dicom.replace import remove_private_identifiers, replace_identifiers

__all__ = [
    "DicomField",
    "DicomParser",
    "get_files",
    "get_identifiers",
    "remove_private_identifiers",
    "replace_identifiers",
]
