"""What follows the last frame of native Pixel Data: no reader shows it, but it may be text."""

from __future__ import annotations

from pydicom.dataset import Dataset

from deid_core.elements import ITEMS


def length_of_frames(dataset: Dataset, value: bytes) -> int:
    """Return how many bytes of native Pixel Data are frames (PS3.5 8.1.1).

    It is all of them in coded pixel data, and where the data set does not say.
    """
    # It brings much along that hardly any run needs.
    from pydicom.pixels.utils import get_expected_length

    if value.startswith(ITEMS):
        return len(value)
    try:
        return min(len(value), get_expected_length(dataset, unit="bytes"))
    except Exception:  # noqa: BLE001 - pydicom raises many for what is missing or has no sense
        return len(value)
