"""The values that flow through a run, from the place a file was found to what is reported.

All are frozen. Whatever can hold a patient's value is left out of ``repr``, so that a
logged or asserted model cannot leak one.
"""

from __future__ import annotations

import enum
import errno
import os
import stat
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import attrs

from deid_core.encoded.dataset import EncodedDataSet

if TYPE_CHECKING:
    from pydicom.dataset import FileDataset

    from deid_core.changes import Change
    from deid_core.errors import PluginError
    from deid_core.field import ElementPath, Field


@attrs.frozen
class FileRef:
    """One file that a source has found, not opened yet.

    ``name`` is its base name and ``folders`` the folders between the location that was
    asked for and the file, outermost first: both come from outside and are made safe
    before they become part of an output path. A file that is not on disk brings an
    ``opener``, a picklable callable that returns a seekable binary stream, and, if it lies
    inside of a file, the ``container`` from which its folders count: that file, or a folder above.
    """

    name: str = attrs.field(repr=False)
    folders: tuple[str, ...] = attrs.field(default=(), repr=False)
    path: Path | None = attrs.field(default=None, repr=False)
    opener: Callable[[], BinaryIO] | None = attrs.field(default=None, repr=False)
    container: Path | None = attrs.field(default=None, repr=False)

    def open(self) -> BinaryIO:
        """Open the file for reading. Raises ``OSError`` if that fails, or it is no regular file."""
        if self.opener is not None:
            return self.opener()
        if self.path is None:
            raise FileNotFoundError("a FileRef needs a path or an opener")
        return _opened(self.path)

    @property
    def location(self) -> str:
        """Where the file is, for its owner's eyes: an absolute path where there is one."""
        if self.path is not None:
            return str(self.path.absolute())
        inside = "/".join((*self.folders, self.name))
        return inside if self.container is None else f"{self.container.absolute()}/{inside}"


def _opened(path: Path) -> BinaryIO:
    stream = open(path, "rb", opener=_at_once)  # noqa: SIM115 - who asks for it closes it
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise OSError(errno.EINVAL, "it is no regular file")
    return stream


def _at_once(path: str, flags: int) -> int:
    # A pipe may have come in the place of a file: opening one would wait for a writer for ever.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


@attrs.frozen
class DiscoveryOptions:
    """How a location is searched for files.

    ``pattern`` is a shell pattern that base names must match. With ``check``, what does
    not look like DICOM is left out. ``force`` lets through what only might be DICOM. With
    ``archives``, those that lie in folders are opened; one that is a location itself always is.
    """

    pattern: str | None = None
    check: bool = False
    force: bool = False
    archives: bool = True


@attrs.frozen
class Origin:
    """What an instance was before anything changed: UIDs, as text, empty where unknown."""

    transfer_syntax: str
    sop_class: str = ""
    sop_instance: str = attrs.field(default="", repr=False)


@attrs.frozen
class Instance:
    """One SOP Instance: the data set with its file meta information.

    It is made with a data set of pydicom's, or with one that stays encoded. ``notes`` says what
    reading had to leave out, without any value. ``origin`` may be left to the writer where it does
    not differ from what the data set says.
    """

    _dataset: FileDataset | EncodedDataSet = attrs.field(repr=False, alias="dataset")
    ref: FileRef = attrs.field(repr=False)
    notes: tuple[str, ...] = ()
    origin: Origin | None = None

    @property
    def dataset(self) -> FileDataset:
        """The data set as pydicom's: where it was encoded, one is made now, and counts from now on.

        Who only reads should take `elements`, which costs nothing.
        """
        if isinstance(self._dataset, EncodedDataSet):
            return self._dataset.as_file()
        return self._dataset

    def close(self) -> None:
        """Let go of the file, if any of it is still to be read: done with it."""
        if isinstance(self._dataset, EncodedDataSet) and self._dataset.source is not None:
            self._dataset.source.close()

    def as_read(self) -> FileDataset:
        """Return the data set as pydicom's, without what was set or deleted since it was read."""
        if isinstance(self._dataset, EncodedDataSet):
            self._dataset.forget_changes()
            self._dataset.view = None
        return self.dataset

    @property
    def elements(self) -> FileDataset | EncodedDataSet:
        """What holds the elements and, as ``file_meta``, the file meta information.

        It is for the functions of `deid_core.elements`, and knows ``keys()``, ``in``, ``get()``,
        ``elements[tag]``, and in finishing also ``elements[tag] = element`` and ``del``.
        """
        if isinstance(self._dataset, EncodedDataSet) and self._dataset.view is not None:
            return self._dataset.view
        return self._dataset


@attrs.frozen
class Identifiers:
    """Who and what an instance is about.

    ``entity`` and ``item`` are the keys under which the values are filed (the patient and
    the instance, unless other attributes were chosen). ``missing`` names those of the two
    attributes that the instance lacks. ``values`` maps keyword to plain value and may
    decode each only when it is asked for. ``patient`` is what the dates of one patient are shifted
    by: one text however the patient's entity is written, and the entity if it is empty. ``elsewhere`` maps keyword to what other instances of
    the same patient hold there, for those who look for a patient's own values.
    """

    entity: str = attrs.field(repr=False)
    item: str = attrs.field(repr=False)
    values: Mapping[str, Any] = attrs.field(repr=False)
    missing: tuple[str, ...] = ()
    elsewhere: Mapping[str, frozenset[str]] = attrs.field(factory=dict, repr=False)
    patient: str = attrs.field(
        default=attrs.Factory(lambda self: self.entity, takes_self=True), repr=False
    )


class PrivateDecision(enum.Enum):
    """What happens to a private element that no rule of the recipe names."""

    KEEP = "keep"
    REMOVE = "remove"


@attrs.frozen
class PrivateVerdict:
    """What a screener decided about the private elements of one instance.

    ``default`` goes for those that the recipe does not name. ``found`` maps the path of an
    element to the reason why it must go, whatever the recipe says. ``declared`` maps the path of
    an element that no rule names to a function like that of an action, which decides instead.
    """

    default: PrivateDecision = PrivateDecision.REMOVE
    found: Mapping[str, str] = attrs.field(factory=dict)
    declared: Mapping[str, Callable[[Field], Change | None]] = attrs.field(factory=dict)


def _never(_: object) -> bool:
    return False


def _nobody(*_: object) -> bool:
    return False


@attrs.frozen
class Promises:
    """By what a run may ask a sweep less often.

    They hold for the function ``about`` alone: a plugin that puts another ``examine`` in its place
    makes them void, unless it gives them anew.

    ``scope`` promises that in one run all sweeps of an equal scope give equal answers about
    elements that are equal in these: path (but for the numbers of items), encoded value, character
    set of the data set that holds them, and ``protected``. None promises nothing.
    ``looks_beside(field)`` takes out of that promise: it is asked once about an element whose
    answer could be remembered, and tells whether that depends on other elements of the same data
    set or item as well. It gives the same for all elements that are equal in the above.
    ``passes_over(path)`` tells that ``examine`` answers None whatever the value of the element is.
    It depends on the path alone, but for the numbers of items, and is the same in the whole run.
    ``is_innocent(path, value, encodings, protected)`` may tell of an encoded value that ``examine``
    answers None: True is a promise, False is none.
    """

    about: Callable[[Field, bool], Change | None] = attrs.field(repr=False)
    scope: Hashable = attrs.field(default=None, repr=False)
    looks_beside: Callable[[Field], bool] = attrs.field(default=_never, repr=False)
    passes_over: Callable[[ElementPath], bool] = attrs.field(default=_never, repr=False)
    is_innocent: Callable[[ElementPath, bytes, tuple[str, ...], bool], bool] = attrs.field(
        default=_nobody, repr=False
    )


@attrs.frozen
class Sweep:
    """What looks for the patient's own values in one instance.

    ``examine(field, protected)`` is asked about every element that stays as it is and returns a
    change where it finds something, None where not. ``protected`` says that a rule keeps it. Without
    ``promises`` it is asked about each.
    """

    examine: Callable[[Field, bool], Change | None] = attrs.field(repr=False)
    promises: Promises | None = attrs.field(default=None, repr=False)

    def promised(self) -> Promises:
        """Return the promises that hold for ``examine``."""
        promises = self.promises
        if promises is not None and promises.about == self.examine:
            return promises
        return Promises(self.examine)


@attrs.frozen
class WriteReceipt:
    """Where an output was written, how many bytes it has, and their SHA-256 in hexadecimal.

    The digest is for runs whose settings want digests; empty where it is not known.
    """

    path: str = attrs.field(repr=False)
    size: int = 0
    digest: str = ""


class Outcome(enum.Enum):
    """What became of one file."""

    WRITTEN = "written"
    EXISTS = "exists"
    SKIPPED = "skipped"
    REFUSED = "refused"
    FAILED = "failed"


@attrs.frozen
class FileReport:
    """What was done with one file: outcome, reason, counts; no value of the data set.

    ``warnings`` name the file as its output is named, where outputs keep the names of inputs.

    ``number`` counts the files of the run from 1. ``output`` is where the result is, if
    there is one. ``notes`` are those of ``warnings`` that many files have in common.
    ``actions`` counts what was done by action and keyword, ``rules`` the same by the rule that did it:
    its place in a recipe, action and field. ``ref`` is the input
    and ``fault`` the plugin's error, for those who called the engine; neither is printed.
    ``input_digest`` and ``output_digest`` are the SHA-256 of the bytes that were read and written, in
    hexadecimal; empty where the settings want none, or nothing was read or written. ``named`` is True
    where whoever started the run gave the name of the output: it may come from that of the input.
    """

    number: int
    outcome: Outcome
    code: str = ""
    reason: str = ""
    output: str | None = attrs.field(default=None, repr=False)
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    actions: Mapping[str, int] = attrs.field(factory=dict)
    ref: FileRef | None = attrs.field(default=None, repr=False)
    fault: PluginError | None = attrs.field(default=None, repr=False)
    rules: Mapping[str, int] = attrs.field(factory=dict)
    input_digest: str = attrs.field(default="", repr=False)
    output_digest: str = ""
    named: bool = False


@attrs.frozen
class RunReport:
    """What was done with all files of a run.

    ``linkable`` is False when the key was made for this run only, so that pseudonyms
    cannot be linked to those of another run. ``plugins`` names those that were loaded.
    ``complete`` is False when the run broke off before its last file.
    """

    counts: Mapping[Outcome, int]
    plugins: tuple[str, ...]
    linkable: bool
    complete: bool = True
