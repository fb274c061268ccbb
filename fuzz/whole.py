"""What must hold of any bytes that a run is given, whatever made them."""

from __future__ import annotations

import io
import re
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

import attrs
import pydicom
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

import deid_core_dicom
import deid_core_profiles
import deid_core_pseudonyms
import deid_core_screening
import deid_core_streams
from deid_core import (
    Batch,
    Engine,
    FileRef,
    FileReport,
    Instance,
    Outcome,
    PluginHost,
    Settings,
    hookimpl,
)
from deid_core.config import layers_of
from deid_core.elements import held, is_sequence, items_of, stored_vr, walk
from deid_core.encoded.source import Source
from deid_core.errors import FileError, ReadError
from deid_core.quiet import quiet_pydicom
from deid_core.recipe.syntax import parse as recipe
from deid_core_dicom.read import parse, read_patiently
from deid_core_dicom.walk import walked
from fuzz.kinds import MARK

OWN = {
    "dicom": deid_core_dicom,
    "profiles": deid_core_profiles,
    "pseudonyms": deid_core_pseudonyms,
    "screening": deid_core_screening,
    "streams": deid_core_streams,
}
KEY = bytes(range(32))
MOST_HISTORY = 5000
MARKED = re.compile(MARK.encode(), re.IGNORECASE)
PATIENTS = frozenset([0x00100010, 0x00100020, 0x00101040, 0x00104000, 0x00080090, 0x00080050])
"""Attributes of the profile in which nothing that was planted may stay, wherever they are."""
BULK = frozenset(["OB", "OD", "OF", "OL", "OV", "OW"])


class BrokenError(AssertionError):
    """Something that must hold did not; the message says what, and the history what came before."""

    history: Iterable[bytes] = ()


class PatientReader:
    """A plugin that reads every file as those that are odd: by pydicom."""

    @hookimpl
    def deid_read_file(self, ref: FileRef, batch: Batch) -> Instance:
        """Read a file."""
        return read_patiently(ref, batch)


@attrs.frozen
class Opener:
    """Opens bytes as a file that is not on disk."""

    data: bytes = attrs.field(repr=False)

    def __call__(self) -> io.BytesIO:
        """Open them."""
        return io.BytesIO(self.data)


@attrs.frozen
class Made:
    """What a run made of some bytes: its report, and the output."""

    report: FileReport
    data: bytes | None = attrs.field(repr=False)

    def told(self) -> tuple[object, ...]:
        """Return what the report says, in no order."""
        report = self.report
        return report.outcome, report.reason, sorted(report.warnings), dict(report.actions)


class Maker:
    """Runs an engine over bytes; ``patiently`` has pydicom read all of them."""

    def __init__(
        self, folder: Path, recipes: Sequence[str] = (), *, patiently: bool = False, **settings: Any
    ) -> None:
        host = PluginHost({**OWN, "reader": PatientReader()} if patiently else OWN)
        layers = [
            layer
            for text in recipes
            for layer in ([recipe(text, "text")] if "\n" in text else layers_of(text, host))
        ]
        self.folder = folder
        self.engine = Engine(host, layers, Settings(output_folder=folder, **settings), key=KEY)

    def __call__(self, data: bytes) -> Made:
        """Return what becomes of the bytes. Raises `BrokenError` if that is no outcome with a reason."""
        ref = FileRef("input.dcm", opener=Opener(data))
        self.engine.taken.clear()
        report = self.engine.process(ref, 1, PurePosixPath("output.dcm"))
        path = self.folder / "output.dcm"
        written = path.read_bytes() if path.exists() else None
        path.unlink(missing_ok=True)
        if list(self.folder.iterdir()):
            raise BrokenError("something beside the output is left")
        if (report.outcome is Outcome.WRITTEN) != (written is not None):
            raise BrokenError(f"{report.outcome} but the output is {written is not None}")
        if report.outcome not in (Outcome.WRITTEN, Outcome.REFUSED, Outcome.SKIPPED):
            raise BrokenError(f"{report.outcome}: {report.code}: {report.reason}")
        if report.outcome is not Outcome.WRITTEN and not (report.code and report.reason):
            raise BrokenError(f"{report.outcome} without a reason")
        told = " ".join((report.reason, *report.warnings))
        if MARKED.search(told.encode()):
            raise BrokenError(f"the report quotes a value: {told}")
        return Made(report, written)

    def named(self, data: bytes) -> Path | None:
        """Return the output where it is named by its values, None if there is none; it is gone."""
        self.engine.taken.clear()
        report = self.engine.process(FileRef("input.dcm", opener=Opener(data)), 1)
        if report.outcome is Outcome.FAILED:
            raise BrokenError(f"{report.outcome}: {report.code}: {report.reason}")
        if report.output is None:
            return None
        path = Path(report.output)
        path.unlink()
        for folder in path.relative_to(self.folder).parents[:-1]:
            (self.folder / folder).rmdir()
        return path


def is_walked(data: bytes) -> bool:
    """Tell whether the fast reader takes a file upon itself."""
    return walked(Source(io.BytesIO(data))) is not None


def is_walked_whole(data: bytes) -> bool:
    """Tell whether it finds its way to the bottom of all sequences, too."""
    dataset = walked(Source(io.BytesIO(data)))
    try:
        return dataset is not None and all(walk(dataset))
    except FileError:
        return False


class Whole:
    """The profile with the sweep, by both readers: what they make of any bytes is equal and clean."""

    def __init__(self, folder: Path, *, recipes: Sequence[str] = ("deid.dicom.basic",)) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        settings: dict[str, Any] = {"sweep": "clean"} if recipes else {}
        self.history: deque[bytes] = deque(maxlen=MOST_HISTORY)
        """The last inputs: what the fast reader remembers of them may have a part in what is wrong."""
        self.fast = Maker(folder, recipes, **settings)
        self.patient = Maker(folder, recipes, patiently=True, **settings)

    def __call__(self, data: bytes) -> Made:
        """Check some bytes. Raises `BrokenError`."""
        self.history.append(data)
        made = self.fast(data)
        if is_walked(data):
            other = self.patient(data)
            if self._differ(data, made, other):
                raise BrokenError(f"the readers differ: {_difference(made, other)}")
            both = None not in (made.data, other.data)
            if both and made.data != other.data and not is_same(made.data, other.data):
                raise BrokenError("the readers make different outputs")
        if made.data is not None:
            check_readable(made.data)
            check_clean(data, made.data)
        return made

    @staticmethod
    def _differ(data: bytes, made: Made, other: Made) -> bool:
        """Tell whether reports differ: why both refuse may, and counts where one begins anew.

        What only pydicom cannot encode, such as a table whose VR depends on what is missing, is copied.
        """
        if made.report.outcome is other.report.outcome is Outcome.REFUSED:
            return False
        if other.report.reason.startswith("cannot be encoded"):
            return False
        same = made.told()[:3] == other.told()[:3]
        return not same or (made.told() != other.told() and is_walked_whole(data))


def _difference(one: Made, other: Made) -> str:
    said = [{str(part) for part in made.told()[:3]} for made in (one, other)]
    actions = [set(made.report.actions.items()) for made in (one, other)]
    outputs = "equal" if one.data == other.data else "different"
    return f"{said[0] ^ said[1]} {actions[0] ^ actions[1]}, outputs {outputs}"


def is_same(one: bytes | None, other: bytes | None) -> bool:
    """Tell whether two files hold the same, but for VRs that were lost on the way."""
    if one is None or other is None:
        return one is other
    with quiet_pydicom():
        values = [
            [(path, bytes_of(element)) for path, element in leaves(read(data))]
            for data in (one, other)
        ]
    return values[0] == values[1]


def read(data: bytes, *, force: bool = False) -> Dataset:
    """Return a file as pydicom reads it, with its file meta information."""
    with quiet_pydicom():
        return pydicom.dcmread(io.BytesIO(data), force=force)


def check_readable(data: bytes) -> None:
    """Raise `BrokenError` if pydicom cannot read a file to its end."""
    try:
        with quiet_pydicom():
            for _, holder in holders(read(data)):
                for tag in list(holder.keys()):
                    # What it cannot know the VR of, it knows as little of the input.
                    with suppress(AttributeError):
                        holder[tag]
    except Exception as error:
        raise BrokenError(f"pydicom cannot read the output: {type(error).__name__}") from error


def check_clean(before: bytes, after: bytes) -> None:
    """Raise `BrokenError` if something that was planted stays where the profile does not let it.

    What changed its place before the run, so that it stands alone where the profile keeps it, and no
    patient's attribute says that it is a name, is none of ours to know.
    """
    count = len(MARKED.findall(after + inflated(after)))
    if not count:
        return
    with quiet_pydicom():
        original: dict[object, list[bytes]] = {}
        for path, value, _ in _values(parse(before)[0]):
            original.setdefault(path, []).append(value)
        for path, value, vr in _values(read(after)):
            found = len(MARKED.findall(value))
            count -= found
            if not found:
                continue
            if path[-1] in PATIENTS:
                raise BrokenError(f"something planted stays at {path}")
            if vr not in BULK and b"\0" in value.strip(b" \0"):
                raise BrokenError(f"something planted stays in {vr}, which is no text")
            known = any(MARKED.search(one) for one in original.get(path, ()))
            if not known and vr not in BULK:
                raise BrokenError(f"something planted came to {path}")
    if count > 0:
        raise BrokenError("something planted stays outside of all elements")


def _values(dataset: Dataset) -> Iterator[tuple[Path_, bytes, str]]:
    """Yield path, value and VR of every element that is no sequence, as it is encoded if it can be."""
    for path, holder in holders(dataset):
        for tag in map(int, holder.keys()):
            element, vr = held(holder, tag), stored_vr(holder, tag)
            if vr == "SQ" or is_sequence(holder, tag):
                continue
            value = element.value
            if value is not None and not isinstance(value, bytes):
                try:
                    value = bytes_of(holder[tag])
                except Exception:  # noqa: BLE001 - pydicom raises many
                    value = b""
            yield (*path, tag), value or b"", vr


def inflated(data: bytes) -> bytes:
    """Return the data set of a deflated file, else nothing."""
    meta = 144 + int.from_bytes(data[140:144], "little")
    if b"1.2.840.10008.1.2.1.99" not in data[132:meta]:
        return b""
    decompressor = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        return decompressor.decompress(data[meta:]) + decompressor.unused_data
    except zlib.error:
        # The UID stands in another element.
        return b""


Path_ = tuple[int, ...]


def holders(dataset: Dataset, parents: Path_ = ()) -> Iterator[tuple[Path_, Dataset]]:
    """Yield a data set, its file meta information, and all items, each with the way to it."""
    file_meta = getattr(dataset, "file_meta", None)
    if file_meta is not None:
        yield (), file_meta
    yield parents, dataset
    for tag in list(dataset.keys()):
        if is_sequence(dataset, int(tag)):
            with suppress(ReadError):
                for number, one in enumerate(items_of(dataset, int(tag))):
                    yield from holders(one, (*parents, int(tag), number))


def leaves(dataset: Dataset) -> Iterator[tuple[Path_, DataElement]]:
    """Yield every element that is no sequence, decoded, with the tags and numbers on the way to it."""
    for path, holder in holders(dataset):
        for tag in list(holder.keys()):
            with suppress(AttributeError):
                if holder[tag].VR != "SQ":
                    yield (*path, int(tag)), holder[tag]


def bytes_of(element: DataElement) -> bytes:
    """Return a value as bytes, more or less as it is encoded."""
    value = element.value
    if isinstance(value, bytes):
        return value
    if isinstance(value, pydicom.multival.MultiValue | list):
        return "\\".join(map(str, value)).encode("utf-8", "surrogateescape")
    return str("" if value is None else value).encode("utf-8", "surrogateescape")
