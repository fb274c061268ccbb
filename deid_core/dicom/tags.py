"""Look at the private data elements of a data set."""

from __future__ import annotations

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from deid_core.elements import is_sequence, items_of, read_element
from deid_core.quiet import quiet_pydicom


def get_private(dicom: Dataset) -> list[DataElement]:
    """Return the private data elements of a data set, those in sequences included.

    Private creators, which only reserve blocks (PS3.5 7.8.1), count as well.
    """
    with quiet_pydicom():
        return _private(dicom)


def _private(dicom: Dataset) -> list[DataElement]:
    found = []
    for tag in sorted(dicom.keys()):
        if tag >> 16 & 1:
            found.append(read_element(dicom, tag))
        if is_sequence(dicom, tag):
            for item in items_of(dicom, tag):
                found += _private(item)
    return found


def has_private(dicom: Dataset) -> bool:
    """Tell whether a data set has private data elements, and print how many."""
    count = len(get_private(dicom))
    print(f"Found {count} private tags")  # noqa: T201 - as the seed shows
    return count > 0
