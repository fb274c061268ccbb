"""Who and what an instance is about: patient and instance, unless told otherwise."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from pydicom.datadict import tag_for_keyword

from deid_core import Batch, Identifiers, Instance, ReadError
from deid_core.dictionary import keyword_of
from deid_core.elements import Elements, is_sequence, stored_vr, value_of

ENTITY = "PatientID"
ITEM = "SOPInstanceUID"
STUDY = "StudyInstanceUID"
BINARY = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})


class Values(Mapping[str, Any]):
    """The public top-level values of a data set by keyword, each decoded when asked for.

    Sequences and binary values are left out, and what the settings say to skip.
    """

    is_of_data_set = True
    """Nothing is in it that the data set does not hold."""

    def __init__(self, dataset: Elements, skip: tuple[str, ...] = ()) -> None:
        self._dataset = dataset
        self._skip = skip

    @cached_property
    def _tags(self) -> dict[str, int]:
        tags = {keyword_of(tag): tag for tag in self._dataset.keys() if self._is_plain(tag)}  # noqa: SIM118 - a Dataset iterates over converted elements
        return {keyword: tag for keyword, tag in tags.items() if keyword not in ("", *self._skip)}

    def _is_plain(self, tag: int) -> bool:
        return stored_vr(self._dataset, tag) not in BINARY and not is_sequence(self._dataset, tag)

    def __getitem__(self, keyword: str) -> Any:
        value = value_of(self._dataset, self._tags[keyword])
        return "" if value is None else value

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._tags))

    def __len__(self) -> int:
        return len(self._tags)


def extract(instance: Instance, batch: Batch) -> Identifiers:
    """Return the identifiers of an instance under the attributes that the settings choose."""
    settings = batch.settings
    dataset = instance.elements
    keys, missing = [], []
    for keyword in (settings.entity_id or ENTITY, settings.item_id or ITEM):
        value = _text(dataset, keyword)
        if value is None:
            missing.append(keyword)
            # No value holds a backslash, so this key is no other file's.
            value = f"no {keyword}\\{instance.ref.location}"
        keys.append(value)
    values = Values(dataset, settings.skip)
    patient = _patient(keys[0], dataset, known=(settings.entity_id or ENTITY) not in missing)
    return Identifiers(keys[0], keys[1], values, tuple(missing), patient=patient)


def _patient(entity: str, dataset: Elements, *, known: bool) -> str:
    """Return what the dates of one patient have in common, see `Identifiers.patient`.

    Padding, blanks, case and width of letters do not tell patients apart, since senders write one
    patient's ID in several ways; the issuer does not either, since some senders leave it out. Two
    patients with one ID so share their days, which chance gives to others as well; the days of one
    patient must not be two. Without an ID, the study is all that is known to be of one patient.
    """
    folded = unicodedata.normalize("NFKC", entity.replace("\0", " ")).casefold()
    if known and folded.strip():
        return " ".join(folded.split())
    study = (_text(dataset, STUDY) or "").strip(" \0")
    return f"no patient\\{study}" if study else entity


def _text(dataset: Elements, keyword: str) -> str | None:
    tag = tag_for_keyword(keyword)
    if tag is None or tag not in dataset or is_sequence(dataset, tag):
        return None
    try:
        value = value_of(dataset, tag)
    except ReadError:
        return None
    text = "\\".join(map(str, value)) if isinstance(value, list) else value
    return str(text) if text is not None and str(text).strip() else None
