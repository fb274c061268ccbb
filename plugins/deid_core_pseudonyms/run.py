"""What the plugin knows of one run: who has which pseudonym, and the crosswalk."""

from __future__ import annotations

import weakref
from pathlib import Path

import attrs
from pydicom.dataset import FileDataset

from deid_core import Batch, Field, FileContext, Identifiers, Instance, RefusedError, SettingsError
from deid_core.elements import separate
from deid_core_pseudonyms.attributes import SOUGHT
from deid_core_pseudonyms.capture import taken_from
from deid_core_pseudonyms.crosswalk import Crosswalk
from deid_core_pseudonyms.forms import Form
from deid_core_pseudonyms.identity import Patient, patient_of
from deid_core_pseudonyms.restoration import Restoration, restoration_of
from deid_core_pseudonyms.store import is_url

_RUNS: weakref.WeakKeyDictionary[Batch, Run] = weakref.WeakKeyDictionary()


@attrs.define(eq=False)
class Run:
    """One run. ``needs_crosswalk`` names what cannot do without; ``restoring`` only reads it.

    ``may_repeat`` says that two patients may get one pseudonym.
    """

    batch: weakref.ref[Batch]
    needs_crosswalk: str | None = None
    restoring: bool = False
    may_repeat: bool = False
    _crosswalk: list[Crosswalk] = attrs.field(factory=list)
    _given: dict[tuple[str, str], str] = attrs.field(factory=dict, repr=False)
    _owners: dict[str, str] = attrs.field(factory=dict, repr=False)
    _original: tuple[Instance, FileDataset] | None = attrs.field(default=None, repr=False)
    _restoration: tuple[Instance, Restoration] | None = attrs.field(default=None, repr=False)

    def start(self) -> None:
        """Open the crosswalk, if there is to be one. Raises `SettingsError`."""
        settings = self._batch.settings
        location = settings.crosswalk
        if location is None:
            if self.needs_crosswalk is not None:
                raise SettingsError(
                    f"{self.needs_crosswalk} needs a crosswalk, which remembers it: "
                    "--crosswalk FILE --key-file KEY"
                )
            return
        if not is_url(location):
            output = settings.output_folder.resolve()
            if Path(location).resolve().is_relative_to(output):
                raise SettingsError(
                    f"{location} lies in the output folder, which others get to see; "
                    "choose another place for the crosswalk"
                )
        self.crosswalk()

    def crosswalk(self) -> Crosswalk:
        """Return the crosswalk, opened when it is first asked for. Raises `SettingsError`."""
        if not self._crosswalk:
            batch = self._batch
            if batch.settings.crosswalk is None:
                raise SettingsError(f"{self.needs_crosswalk} needs a crosswalk")
            if not batch.linkable:
                raise SettingsError(
                    "a crosswalk needs a key of yours, or nobody could open it again: --key-file"
                )
            self._crosswalk.append(
                Crosswalk.open(batch.settings.crosswalk, batch.key, writable=not self.restoring)
            )
        return self._crosswalk[0]

    def pseudonym(self, patient: Patient, form: Form, field: Field) -> str:
        """Return the pseudonym of a patient. Raises `RefusedError` if another patient has it."""
        which = (form.scheme, patient.key)
        given = self._given.get(which)
        if given is not None:
            return given
        if not self._keeps:
            given = form.make(patient, field, _no_number)
        else:
            given = self._opened().assign(
                patient,
                form.scheme,
                lambda number: form.make(patient, field, number),
                counts=form.counts,
                advice=form.advice,
            )
        if self._owners.setdefault(given, patient.key) != patient.key:
            raise RefusedError(f"another patient has this pseudonym; {form.advice}")
        self._given[which] = given
        return given

    def begin(self, instance: Instance, identifiers: Identifiers) -> Identifiers:
        """Remember an untouched instance, and add what others of its patient hold."""
        if self.restoring or not self._keeps:
            return identifiers
        crosswalk = self._opened()
        self._original = (instance, separate(instance.dataset))
        patient = patient_of(instance.dataset)
        known = crosswalk.known_of(patient) if patient is not None else {}
        elsewhere = dict(identifiers.elsewhere)
        for keyword in SOUGHT:
            texts = [text for value in known.get(keyword, ()) for text in _each(value)]
            if texts:
                elsewhere[keyword] = elsewhere.get(keyword, frozenset()) | frozenset(texts)
        return attrs.evolve(identifiers, elsewhere=elsewhere)

    def enter(self, instance: Instance, finished: Instance) -> None:
        """Enter into the crosswalk what became of an instance."""
        remembered, self._original = self._original, None
        if self.restoring:
            return
        crosswalk = self._opened()
        if remembered is None or remembered[0] is not instance:
            raise RefusedError("what the instance was is not known, so no crosswalk can keep it")
        original = remembered[1]
        crosswalk.enter(patient_of(original), taken_from(original, finished.dataset))

    def restoration(self, context: FileContext) -> Restoration:
        """Return what puts the identifiers of the file at hand back. Raises `RefusedError`."""
        if self._restoration is None or self._restoration[0] is not context.instance:
            found = restoration_of(context.instance.dataset, self._opened())
            self._restoration = (context.instance, found)
        return self._restoration[1]

    def close(self) -> None:
        """Close the crosswalk, and forget the last file."""
        self._original = self._restoration = None
        _close(self._crosswalk)

    def _opened(self) -> Crosswalk:
        """Return the crosswalk; where it cannot be opened now, the one file is refused."""
        try:
            return self.crosswalk()
        except SettingsError as error:
            raise RefusedError(str(error)) from None

    @property
    def _keeps(self) -> bool:
        """Whether there is a crosswalk; to look at a file, as `recipe explain` does, needs none."""
        return self._batch.settings.crosswalk is not None and self._batch.linkable

    @property
    def _batch(self) -> Batch:
        batch = self.batch()
        assert batch is not None, "a run ends with its batch"  # noqa: S101 - who asks holds it
        return batch


def run_of(batch: Batch) -> Run:
    """Return what is known of a run; it is forgotten with its batch, and its crosswalk closed."""
    run = _RUNS.get(batch)
    if run is None:
        # A run that held its batch would keep it alive for ever.
        run = _RUNS[batch] = Run(weakref.ref(batch))
        weakref.finalize(batch, _close, run._crosswalk)  # noqa: SLF001 - its own list
    return run


def _close(opened: list[Crosswalk]) -> None:
    while opened:
        opened.pop().close()


def _each(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _no_number() -> int:
    raise RefusedError("a running number needs a crosswalk, which remembers it")
