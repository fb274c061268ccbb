"""What puts the identifiers of one file back: what the crosswalk has for each element."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
from pydicom._uid_dict import UID_dictionary
from pydicom.dataset import Dataset

from deid_core import Change, Field, RefusedError, RemoveElement, SetValue
from deid_core_pseudonyms.attributes import OWN_MARKS
from deid_core_pseudonyms.crosswalk import Crosswalk
from deid_core_pseudonyms.identity import text_of

PSEUDONYMS = ("PatientID", "PatientName")


@attrs.frozen
class Restoration:
    """The originals of one file.

    ``values`` maps the paths of elements to originals, for an instance that was entered.
    ``general`` maps keywords of the top level to what is known of patient and study, for an
    instance that somebody made from others.
    """

    crosswalk: Crosswalk = attrs.field(repr=False)
    values: Mapping[str, Any] = attrs.field(repr=False)
    general: Mapping[str, Any] = attrs.field(repr=False)

    def change(self, field: Field) -> Change | None:
        """Return what brings the original back, or None where the element is as it was."""
        path = field.path
        if path.tag in OWN_MARKS:
            return None
        if str(path) in self.values:
            value = self.values[str(path)]
            return SetValue(value) if value is not None else _gone(field)
        if not path.parents and path.keyword in self.general:
            return SetValue(self.general[path.keyword])
        return self._looked_up(field) if field.present else None

    def _looked_up(self, field: Field) -> Change | None:
        if field.path.vr == "UI":
            return self._uids(field)
        if field.path.parents and field.path.keyword in PSEUDONYMS:
            return self._nested(field)
        return None

    def _uids(self, field: Field) -> Change | None:
        given = field.value
        uids = given if isinstance(given, list) else [given]
        found = [self._original(uid) for uid in uids]
        return SetValue(found) if found != uids else None

    def _original(self, uid: Any) -> Any:
        if not isinstance(uid, str) or uid in UID_dictionary:
            return uid
        return self.crosswalk.original_uid(uid) or uid

    def _nested(self, field: Field) -> Change | None:
        patient = self.crosswalk.patient_with(str(field.value).strip())
        found = (patient or {}).get(field.path.keyword)
        return SetValue(found[0]) if found else None


def restoration_of(dataset: Dataset, crosswalk: Crosswalk) -> Restoration:
    """Return what puts the identifiers of a data set back.

    Raises `RefusedError` for a patient whom the crosswalk does not know, and for a file that
    names another patient than the one whose instance it is.
    """
    owner = None
    for keyword in PSEUDONYMS:
        owner = owner or crosswalk.owner_of(text_of(dataset, keyword))
    instance = crosswalk.instance(text_of(dataset, "SOPInstanceUID"))
    if instance is not None:
        if owner not in (None, instance["patient"]):
            raise RefusedError("the file names another patient than the one in the crosswalk")
        return Restoration(crosswalk, instance["values"], {})
    patient = crosswalk.patient(owner) if owner is not None else {}
    if not patient:
        raise RefusedError("the patient is not in the crosswalk")
    study = crosswalk.study(text_of(dataset, "StudyInstanceUID"))
    general = {keyword: values[0] for keyword, values in patient.items() if values}
    return Restoration(crosswalk, {}, {**study, **general})


def _gone(field: Field) -> Change | None:
    return RemoveElement() if field.present else None
