"""UIDs: which stand for a patient's data, and what stands in their place."""

from __future__ import annotations

import re
from functools import lru_cache

from pydicom._uid_dict import UID_dictionary
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from deid_core import Batch, Instance, Origin, ReadError, WriteError
from deid_core.batch import MAX_UID
from deid_core.elements import Elements, read_element, stored_vr
from deid_core.encoded.dataset import EncodedDataSet

IMPLEMENTATION_UID = "2.25.186414204137905302418187302164293113447"
"""Names this software in what it writes (PS3.7 D.3.3.2); made once, from a random UUID."""

IMPLEMENTATION_VERSION = "DEID_CORE_0"


SOP_INSTANCE = 0x00080018
TEXT_VRS = frozenset(
    ["AE", "AS", "CS", "DA", "DT", "LO", "LT", "SH", "ST", "TM", "UC", "UI", "UR", "UT"]
)
"""VRs whose values are plain text."""

PADDING = "\0 "
"""What stands around a UID and does not belong to it: NUL by the standard, blanks by mistake."""

_UID = re.compile(r"(?:[01]\.(?:[0-9]|[1-3][0-9])|2\.(?:0|[1-9][0-9]*))(?:\.(?:0|[1-9][0-9]*))*")


def is_uid(value: str) -> bool:
    """Tell whether ``value`` is a UID: PS3.5 9.1, and the first two arcs of ISO 9834-1."""
    return len(value) <= MAX_UID and _UID.fullmatch(value) is not None


def is_standard(value: str) -> bool:
    """Tell whether a UID is one that the standard registers (PS3.6 A), so that it means no one."""
    return value in UID_dictionary


def replaced_uid(value: str, batch: Batch, root: str | None = None) -> str:
    """Return the UID that stands for ``value`` under the key of this run, see `Batch.pseudonym_uid`.

    It is the same wherever the value stands, with padding or without. UIDs that the standard
    registers stay; others that begin like those, with 1.2.840.10008, do not, since somebody made
    them up.
    """
    value = value.strip(PADDING)
    return value if is_standard(value) else batch.pseudonym_uid("uid", value, root)


_tag_of = lru_cache(maxsize=None)(tag_for_keyword)


def uid_in(dataset: Elements, keyword: str) -> str:
    """Return the UID that a data set has under ``keyword``, or ``""``."""
    tag = _tag_of(keyword) or 0
    # What is no text is no UID; nor does pydicom have to make a sequence of it.
    if tag not in dataset or stored_vr(dataset, tag) not in TEXT_VRS:
        return ""
    if isinstance(dataset, EncodedDataSet):
        return _single(dataset.text(tag))
    try:
        value = read_element(dataset, tag).value
    except ReadError:
        return ""
    return _single(value) if isinstance(value, str) else ""


def _has_several(dataset: Elements) -> bool:
    if isinstance(dataset, EncodedDataSet):
        return "\\" in dataset.text(SOP_INSTANCE)
    value = read_element(dataset, SOP_INSTANCE).value
    return isinstance(value, MultiValue) and len(value) > 1


def _single(text: str) -> str:
    """Return a UID without what stands around it; several are none."""
    # pydicom takes off white space of any kind.
    return "" if "\\" in text else text.strip(PADDING).strip()


def instance_uid(instance: Instance, batch: Batch) -> str:
    """Return the SOP Instance UID for the output: the data set's, or one that stands for it.

    Raises `WriteError` where the data set has several: none of them tells this instance.
    """
    dataset = instance.elements
    found = uid_in(dataset, "SOPInstanceUID")
    if found:
        return found
    if SOP_INSTANCE in dataset and _has_several(dataset):
        raise WriteError(
            "SOPInstanceUID (0008,0018) has several values; have a rule give it one, or remove it"
        )
    origin = instance.origin
    return replaced_uid((origin and origin.sop_instance) or instance.ref.location, batch)


def origin_of(dataset: Elements) -> Origin:
    """Return the UIDs that file meta information and data set have before anything changes."""
    meta = getattr(dataset, "file_meta", None) or Dataset()
    return Origin(
        uid_in(meta, "TransferSyntaxUID"),
        uid_in(dataset, "SOPClassUID") or uid_in(meta, "MediaStorageSOPClassUID"),
        uid_in(dataset, "SOPInstanceUID") or uid_in(meta, "MediaStorageSOPInstanceUID"),
    )
