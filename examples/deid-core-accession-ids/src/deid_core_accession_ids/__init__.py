"""A plugin that files identifiers by study: Accession Number, else Study Instance UID."""

from __future__ import annotations

import attrs

from deid_core import Batch, Identifiers, Instance, ParallelRun, hookimpl

KEYS = ("AccessionNumber", "StudyInstanceUID")


@hookimpl
def deid_extract_identifiers(instance: Instance, batch: Batch) -> Identifiers | None:
    """Extract as the plugin "dicom" does, by the first key that the instance has."""
    if batch.settings.entity_id is not None:
        return None
    from deid_core_dicom.extract import extract

    for key in KEYS:
        settings = attrs.evolve(batch.settings, entity_id=key)
        identifiers = extract(instance, attrs.evolve(batch, settings=settings))
        if key not in identifiers.missing:
            return identifiers
    return None


@hookimpl
def deid_parallel_runs() -> list[ParallelRun]:
    """Let several workers share a run: no file depends on another."""
    return [ParallelRun(name="accession-ids")]
