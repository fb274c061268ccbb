"""The library as the seed has it: find files, get identifiers, put identifiers back."""

from __future__ import annotations

from deid_core.dicom.identify import get_files, get_identifiers
from deid_core.dicom.replace import remove_private_identifiers, replace_identifiers

__all__ = [
    "get_files",
    "get_identifiers",
    "remove_private_identifiers",
    "replace_identifiers",
]
