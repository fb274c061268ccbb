"""What a run knows (`Batch`) and what is known of the file at hand (`FileContext`)."""

from __future__ import annotations

import hmac
import logging
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from deid_core.dependence import Depends, Noted
from deid_core.elements import separate
from deid_core.field import Field
from deid_core.inputs import spare
from deid_core.model import FileRef, Identifiers, Instance
from deid_core.settings import UUID_ROOT, Settings

if TYPE_CHECKING:
    from pydicom.dataset import FileDataset

    from deid_core.recipe.tree import Recipe, Rule

log = logging.getLogger("deid_core")

MAX_UID = 64
"""Characters of a UID (PS3.5 9.1)."""


@attrs.frozen(eq=False)
class Batch:
    """One run: its settings, its key, and the means by which plugins compile values.

    Each run has a batch of its own, by which a plugin may keep what it knows of the run.

    ``key`` is secret: pseudonyms are derived from it, see `pseudonym_bytes`. Two runs give the
    same pseudonyms when they have the same key. ``linkable`` is False when the key was made for
    this run only, so that nothing that it locks can be opened later. ``mark`` is what the name of
    an unfinished output begins with, and ``.tmp`` what it ends with: should the process die that
    writes it, the run knows it by that and removes it. ``recipes`` lie on each other, the lowest
    first, and ``plugins`` are those that are loaded, each with distribution and version. ``inputs`` are
    the paths of those files of the run that lie in its output folder, as far as they are known.
    """

    settings: Settings
    key: bytes = attrs.field(repr=False)
    _compile_value: Callable[[Rule, Batch], Callable[[Field], Any]] = attrs.field(
        repr=False, alias="compile_value"
    )
    linkable: bool = True
    mark: str = attrs.field(default=".deid-", repr=False)
    recipes: tuple[Recipe, ...] = attrs.field(default=(), repr=False)
    plugins: tuple[str, ...] = ()
    inputs: set[str] = attrs.field(factory=set, repr=False)

    def spare_inputs(self, path: str, ref: FileRef) -> None:
        """Refuse to replace an input of the run; who writes calls it before he replaces anything.

        ``path`` is there already, and is to become the output of ``ref``. Raises `OutputIsInputError`.
        """
        spare(path, ref, self.settings, self.inputs)

    def value(self, rule: Rule) -> Callable[[Field], Any]:
        """Compile the value of ``rule`` (literal, ``var:``, ``deid_func:``) into a function.

        The function takes a `Field` and returns the value, or raises `Unresolved`.
        Raises ``ValueError`` if the value names something that is not there; let it pass, and
        it becomes a problem of the recipe, with line and column.
        """
        return self._compile_value(rule, self)

    def pseudonym_bytes(self, purpose: str, value: str) -> bytes:
        """Return 32 bytes that stand for ``value`` and cannot be reversed without the key.

        HMAC-SHA-256 (RFC 2104) over purpose and value: one value has unrelated pseudonyms
        for different purposes.
        """
        message = f"{purpose}\0{value}".encode("utf-8", "surrogatepass")
        return hmac.digest(self.key, message, "sha256")

    def shift_days(self, patient: str, most: int) -> int:
        """Return by how many days the dates of a patient move: from minus 1 to minus ``most``.

        It is one number for all that has this `Identifiers.patient`, in every run and process
        with the same key; chance gives some patients the same.
        """
        digest = self.pseudonym_bytes("date shift", patient)
        return -(1 + int.from_bytes(digest[:8], "big") % most)

    def pseudonym_uid(self, purpose: str, value: str, root: str | None = None) -> str:
        """Return the UID that stands for ``value``, beneath ``root`` or that of the settings.

        It is legal (PS3.5 9.1): at most 64 characters, and no component begins with a zero that
        is not all of it. Beneath 2.25 it is made like one derived from a UUID (PS3.5 B.2), beneath
        another root of as many of the 128 bits as there is room for, at least 76. ``root`` is
        as `deid_core.settings.uid_root` gives it.
        """
        root = self.settings.uid_root if root is None else root
        if root != UUID_ROOT:
            purpose = f"{purpose} {root}"
        bits = min(128, int((MAX_UID - len(root)) * math.log2(10)))
        digest = int.from_bytes(self.pseudonym_bytes(purpose, value), "big")
        return f"{root}{digest >> 256 - bits}"


def _no_words(name: str) -> frozenset[str]:
    raise KeyError(name)


@attrs.frozen
class FileContext:
    """The file at hand: its data set as it was read, its identifiers, and its variables.

    What is asked of it is noted, so that the engine knows for how long an answer holds, see
    `Depends`. ``item`` holds the variables that the user gave for this instance (``var:``). ``label``
    is what log lines call the file. ``memory`` is for what a plugin has found out about the file and
    needs again, by a name of its own.
    """

    label: str
    _instance: Instance = attrs.field(repr=False, alias="instance")
    _identifiers: Identifiers = attrs.field(repr=False, alias="identifiers")
    _item: Mapping[str, Any] = attrs.field(repr=False, alias="item")
    batch: Batch = attrs.field(repr=False)
    _words: Callable[[str], frozenset[str]] = attrs.field(
        repr=False, default=_no_words, alias="words"
    )
    memory: dict[str, Any] = attrs.field(factory=dict, init=False, repr=False)
    warnings: list[str] = attrs.field(factory=list, init=False)
    _noted: list[Noted] = attrs.field(factory=lambda: [Noted()], init=False, repr=False)
    _copies: list[FileDataset] = attrs.field(factory=list, init=False, repr=False)

    def words(self, name: str) -> frozenset[str]:
        """Return the values of a group that the recipe defines (``%values``), as they are here."""
        self.rely(Depends.FILE)
        return self._words(name)

    @property
    def instance(self) -> Instance:
        """The instance as it was read; an answer of who asks holds for this file only."""
        return self.instance_for(Depends.FILE)

    def instance_for(self, depends: Depends) -> Instance:
        """Return the instance, for an answer that depends on no more of it than that."""
        self.rely(depends)
        return self._instance

    @property
    def identifiers(self) -> Identifiers:
        """Who and what the instance is about; an answer of who asks holds for this file only."""
        self.rely(Depends.FILE)
        return self._identifiers

    def identifiers_of_patient(self) -> Identifiers:
        """Return the same, for an answer that depends on nothing of it but the patient."""
        self._noted[0].patient = True
        return self._identifiers

    @property
    def item(self) -> Mapping[str, Any]:
        """The variables of the file; an answer of who asks holds for this file only."""
        self.rely(Depends.FILE)
        return self._item

    def rely(self, depends: Depends) -> None:
        """Note that the answer that is being found depends on this."""
        noted = self._noted[0]
        noted.depends = max(noted.depends, depends)

    def rely_on_patient(self) -> None:
        """Note that the answer that is being found holds for this patient only."""
        self._noted[0].patient = True

    def note_anew(self, noted: Noted | None = None) -> Noted:
        """Begin anew with noting, or go on from ``noted``; return what was noted before."""
        before, self._noted[0] = self._noted[0], noted if noted is not None else Noted()
        return before

    def data_set(self) -> FileDataset:
        """Return a copy of the data set as it was read: what a user's function may look at.

        There is one for each file. Whatever is done to it changes nothing.
        """
        self.rely(Depends.FILE)
        if not self._copies:
            self._copies.append(separate(self._instance.dataset))
        return self._copies[0]

    def warn(self, message: str) -> None:
        """Log a warning and put it into the report. The message must hold no value."""
        log.warning(message)
        self.warnings.append(message)
