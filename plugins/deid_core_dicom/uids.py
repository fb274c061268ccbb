"""UIDs: which stand for a patient's data, and what stands in their place."""

from __future__ import annotations

from pydicom._uid_dict import UID_dictionary
from pydicom.dataset import Dataset

from deid_core import Batch, Instance, Origin

IMPLEMENTATION_UID = "2.25.186414204137905302418187302164293113447"
"""Names this software in what it writes (PS3.7 D.3.3.2); made once, from a random UUID."""

IMPLEMENTATION_VERSION = "DEID_CORE_0"


def is_standard(value: str) -> bool:
    """Tell whether a UID is one that the standard registers (PS3.6 A), so that it means no one."""
    return value in UID_dictionary


def replaced_uid(value: str, batch: Batch) -> str:
    """Return the UID that stands for ``value`` under the key of this run.

    Made like a UUID-derived UID (PS3.5 B.2) from the first 128 bits of the keyed hash, so it
    is legal, and the same wherever the value stands. UIDs of the standard stay.
    """
    if is_standard(value):
        return value
    number = int.from_bytes(batch.pseudonym_bytes("uid", value)[:16], "big")
    return f"2.25.{number}"


def uid_in(dataset: Dataset, keyword: str) -> str:
    """Return the UID that a data set has under ``keyword``, or ``""``."""
    value = dataset.get(keyword)
    return str(value).strip(" \0") if isinstance(value, str) else ""


def instance_uid(instance: Instance, batch: Batch) -> str:
    """Return the SOP Instance UID for the output: the data set's, or one that stands for it."""
    found = uid_in(instance.dataset, "SOPInstanceUID")
    if found:
        return found
    origin = instance.origin
    return replaced_uid((origin and origin.sop_instance) or instance.ref.location, batch)


def origin_of(dataset: Dataset) -> Origin:
    """Return the UIDs that file meta information and data set have before anything changes."""
    meta = getattr(dataset, "file_meta", Dataset())
    return Origin(
        uid_in(meta, "TransferSyntaxUID"),
        uid_in(dataset, "SOPClassUID") or uid_in(meta, "MediaStorageSOPClassUID"),
        uid_in(dataset, "SOPInstanceUID") or uid_in(meta, "MediaStorageSOPInstanceUID"),
    )
