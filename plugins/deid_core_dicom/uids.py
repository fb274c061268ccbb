"""UIDs: which stand for a patient's data, and what stands in their place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydicom._uid_dict import UID_dictionary
from pydicom.dataset import Dataset

from deid_core import Batch, Field, Instance, Origin, Unresolved

IMPLEMENTATION_UID = "2.25.186414204137905302418187302164293113447"
"""Names this software in what it writes (PS3.7 D.3.3.2); made once, from a random UUID."""

IMPLEMENTATION_VERSION = "DEID_CORE_0"


def replaced_uid(value: str, batch: Batch) -> str:
    """Return the UID that stands for ``value`` under the key of this run.

    Made like a UUID-derived UID (PS3.5 B.2) from the first 128 bits of the keyed hash, so it
    is legal, and the same wherever the value stands. UIDs of the standard stay.
    """
    if value in UID_dictionary:
        return value
    number = int.from_bytes(batch.pseudonym_bytes("uid", value)[:16], "big")
    return f"2.25.{number}"


def hash_uid(arguments: Mapping[str, str], batch: Batch) -> Callable[[Field], Any]:
    """Compile ``deid_func:hashuid``: each UID becomes the one that stands for it."""
    if arguments:
        raise ValueError("hashuid takes no arguments")

    def replace(field: Field) -> Any:
        value = field.value
        if value is None:
            raise Unresolved("no UID to replace")
        if isinstance(value, list):
            return [replaced_uid(str(one), batch) if one else one for one in value]
        return replaced_uid(str(value), batch)

    return replace


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
    return replaced_uid(origin.sop_instance if origin else "" or instance.ref.location, batch)


def origin_of(dataset: Dataset) -> Origin:
    """Return the UIDs that file meta information and data set have before anything changes."""
    meta = getattr(dataset, "file_meta", Dataset())
    return Origin(
        uid_in(meta, "TransferSyntaxUID"),
        uid_in(dataset, "SOPClassUID") or uid_in(meta, "MediaStorageSOPClassUID"),
        uid_in(dataset, "SOPInstanceUID") or uid_in(meta, "MediaStorageSOPInstanceUID"),
    )
