"""The crosswalk: originals and what stands for them, locked with the user's key."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs

from deid_core import RefusedError, SettingsError
from deid_core_pseudonyms.capture import Taken
from deid_core_pseudonyms.cipher import Cipher, WrongKeyError
from deid_core_pseudonyms.identity import Patient
from deid_core_pseudonyms.store import Store, open_store

META, SALT, CHECK = "meta", b"salt", b"check"
FORMAT = "deid_core crosswalk 1"
PATIENT, ASSIGNED, PSEUDONYM = "patient", "assigned", "pseudonym"
STUDY, INSTANCE, UID = "study", "instance", "uid"
"""Kinds of rows."""

Values = Mapping[str, Any]


@attrs.frozen
class Crosswalk:
    """Rows about patients, pseudonyms, studies, instances and UIDs."""

    store: Store
    cipher: Cipher = attrs.field(repr=False)
    _entered: set[tuple[str, str]] = attrs.field(factory=set, repr=False, init=False)

    @classmethod
    def open(cls, location: str, key: bytes, *, writable: bool = True) -> Crosswalk:
        """Open a crosswalk; a writable one is made where there is none.

        Raises `SettingsError` if there is none, it cannot be used, or has another key.
        """
        Cipher(key, b"")  # before anything is made
        store = open_store(location, writable=writable)
        try:
            return cls(store, _cipher(store, key, writable=writable))
        except BaseException:
            store.close()
            raise

    # -- pseudonyms --------------------------------------------------------------------

    def assign(
        self,
        patient: Patient,
        scheme: str,
        make: Callable[[Callable[[], int]], str],
        *,
        counts: bool,
        advice: str,
    ) -> str:
        """Return the pseudonym of a patient, and enter it: no other patient can get it.

        ``make`` gives a candidate. Raises `RefusedError` if another patient has it, or the
        patient has another; ``advice`` says what to do. With ``counts`` the patient keeps what
        was entered, and a candidate that is taken is passed over.
        """
        numbers = self.cipher.name("numbers", scheme)
        row = (ASSIGNED, self.cipher.name(ASSIGNED, scheme, patient.key))
        owner = self.cipher.name(PATIENT, patient.key).hex()
        with self.store.transaction():
            entered = self._get(*row)
            if entered is not None and counts:
                return str(entered)
            text = make(lambda: self.store.next_number(numbers))
            while entered is None and not self._claimed(text, owner):
                if not counts:
                    raise RefusedError(f"another patient has this pseudonym; {advice}")
                text = make(lambda: self.store.next_number(numbers))
            if entered not in (None, text):
                raise RefusedError(f"the crosswalk has another pseudonym for the patient; {advice}")
            self.store.add(*row, self.cipher.lock(*row, text))
            return text

    def _claimed(self, pseudonym: str, owner: str) -> bool:
        """Enter that a patient has a pseudonym; tell whether that is so now."""
        claim = (PSEUDONYM, self.cipher.name(PSEUDONYM, pseudonym))
        content = {"patient": owner, "pseudonym": pseudonym}
        if self.store.add(*claim, self.cipher.lock(*claim, content)):
            return True
        return bool(self._get(*claim)["patient"] == owner)

    def patient_with(self, pseudonym: str) -> Values | None:
        """Return what is known of the patient who has the pseudonym."""
        found = self._get(PSEUDONYM, self.cipher.name(PSEUDONYM, pseudonym))
        return None if found is None else self.patient(found["patient"])

    def owner_of(self, pseudonym: str) -> str | None:
        """Return the name of the row of the patient who has the pseudonym."""
        found = self._get(PSEUDONYM, self.cipher.name(PSEUDONYM, pseudonym))
        return None if found is None else str(found["patient"])

    # -- originals ---------------------------------------------------------------------

    def enter(self, patient: Patient | None, taken: Taken) -> None:
        """Enter what was taken from an instance.

        Raises `RefusedError` if another patient has its new SOP Instance UID.
        """
        owner = self._name(patient)
        new = {(new, old) for new, old in taken.uids.items()} - self._entered
        with self.store.transaction():
            if owner is not None:
                self._merge_patient(owner, taken.patient)
            self._merge_instance(owner, taken)
            if taken.study_uid:
                row = (STUDY, self.cipher.name(STUDY, taken.study_uid))
                self.store.add(*row, self.cipher.lock(*row, taken.study))
            for one in new:
                self._enter_uid(*one)
        self._entered.update(new)

    def _merge_patient(self, owner: bytes, values: Values) -> None:
        known: dict[str, list[Any]] = self._get(PATIENT, owner) or {}
        merged = {keyword: list(found) for keyword, found in known.items()}
        for keyword, value in values.items():
            found = merged.setdefault(keyword, [])
            if value not in ("", *found):
                found.append(value)
        if merged != known:
            self.store.put(PATIENT, owner, self.cipher.lock(PATIENT, owner, merged))

    def _merge_instance(self, owner: bytes | None, taken: Taken) -> None:
        row = (INSTANCE, self.cipher.name(INSTANCE, taken.instance_uid))
        known = self._get(*row)
        whose = None if owner is None else owner.hex()
        if known is not None and known["patient"] != whose:
            raise RefusedError("the crosswalk has the new SOP Instance UID for another patient")
        # An earlier run may have taken other things from the same instance.
        values = {**(known["values"] if known else {}), **taken.values}
        content = {"patient": whose, "values": values}
        if content != known:
            self.store.put(*row, self.cipher.lock(*row, content))

    def _enter_uid(self, new: str, old: str) -> None:
        row = (UID, self.cipher.name(UID, new))
        if not self.store.add(*row, self.cipher.lock(*row, old)) and self._get(*row) != old:
            # One UID for several: where it stands alone, nobody can say for which.
            self.store.put(*row, self.cipher.lock(*row, ""))

    def patient(self, owner: str) -> Values:
        """Return keyword → all values that instances of the patient have there."""
        return self._get(PATIENT, bytes.fromhex(owner)) or {}

    def known_of(self, patient: Patient) -> Values:
        """Return what `patient` does, for a patient who is known by identity."""
        return self._get(PATIENT, self.cipher.name(PATIENT, patient.key)) or {}

    def instance(self, uid: str) -> Values | None:
        """Return ``patient`` and ``values`` of the instance with the new SOP Instance UID."""
        found: Values | None = self._get(INSTANCE, self.cipher.name(INSTANCE, uid))
        return found

    def study(self, uid: str) -> Values:
        """Return keyword → original value for the study with the new Study Instance UID."""
        return self._get(STUDY, self.cipher.name(STUDY, uid)) or {}

    def original_uid(self, uid: str) -> str | None:
        """Return the UID that ``uid`` stands for, or None if that is not known."""
        return self._get(UID, self.cipher.name(UID, uid)) or None

    def patients(self) -> Iterator[tuple[str, Values]]:
        """Yield the name of the row of each patient, and what is known of the patient."""
        for name, row in self.store.all(PATIENT):
            yield name.hex(), self._unlocked(PATIENT, name, row)

    def pseudonyms(self) -> Iterator[tuple[str, str]]:
        """Yield each pseudonym with the name of the row of its patient."""
        for name, row in self.store.all(PSEUDONYM):
            content = self._unlocked(PSEUDONYM, name, row)
            yield content["pseudonym"], content["patient"]

    def close(self) -> None:
        """Close the database."""
        self.store.close()

    def _name(self, patient: Patient | None) -> bytes | None:
        return None if patient is None else self.cipher.name(PATIENT, patient.key)

    def _get(self, kind: str, name: bytes) -> Any:
        row = self.store.get(kind, name)
        return None if row is None else self._unlocked(kind, name, row)

    def _unlocked(self, kind: str, name: bytes, row: bytes) -> Any:
        try:
            return self.cipher.unlock(kind, name, row)
        except WrongKeyError:
            raise RefusedError("a row of the crosswalk was damaged or changed") from None


def _cipher(store: Store, key: bytes, *, writable: bool) -> Cipher:
    """Return the cipher of a crosswalk; what is new gets a salt, and a row to know its key by."""
    if writable:
        store.make()
        with store.transaction():
            store.add(META, SALT, os.urandom(32))
            cipher = Cipher(key, store.get(META, SALT) or b"")
            store.add(META, CHECK, cipher.lock(META, CHECK, FORMAT))
    cipher = Cipher(key, store.get(META, SALT) or b"")
    try:
        made_as = cipher.unlock(META, CHECK, store.get(META, CHECK) or b"")
    except WrongKeyError:
        raise SettingsError(
            "the crosswalk does not open with this key; give the key file of the run that made it"
        ) from None
    if made_as != FORMAT:
        raise SettingsError("the crosswalk was made by another version of deid_core")
    return cipher
