"""Name outputs by their de-identified values: a folder per study, a folder per series."""

from __future__ import annotations

from pathlib import PurePosixPath

from deid_core import Batch, Instance
from deid_core_dicom.uids import instance_uid, uid_in


def name_output(instance: Instance, batch: Batch) -> PurePosixPath:
    """Return ``study/series/instance.dcm``, each the UID that the output holds."""
    folders = [uid_in(instance.elements, f"{level}InstanceUID") for level in ("Study", "Series")]
    name = f"{instance_uid(instance, batch)}.dcm"
    return PurePosixPath(*(folder for folder in folders if folder), name)
