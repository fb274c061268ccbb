"""What a run remembers of the sweep, and what it must not."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from io import BytesIO
from typing import Any

import attrs
import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from deid_core import (
    Batch,
    ElementPath,
    Field,
    Identifiers,
    Instance,
    Promises,
    RemoveElement,
    SetValue,
)
from deid_core.batch import FileContext
from deid_core.elements import held, is_sequence, items_of, plain, read_element, walk
from deid_core.field import Parent
from deid_core.model import FileRef
from deid_core.quiet import quiet_pydicom
from deid_core.settings import Settings
from deid_core_screening.memory import Memory
from deid_core_screening.sources import own_values
from deid_core_screening.sweep import sweep

REAL_FILES = ["CT_small.dcm", "test-SR.dcm", "JPGExtended.dcm", "waveform_ecg.dcm"]
COMMENTS = 0x00204000


@pytest.fixture
def run(batch: Batch) -> Batch:
    """Return a run that cleans texts and shifts the dates in them."""
    return attrs.evolve(batch, settings=Settings(sweep="clean", dates="shift=365"))


@pytest.fixture
def swept(ref: FileRef, run: Batch) -> Callable[..., Promises]:
    """Return a function that prepares the sweep of a data set."""

    def swept(dataset: Dataset, patient: str = "p") -> Promises:
        identifiers = Identifiers("p", "i", {}, patient=patient)
        return sweep(Instance(dataset, ref), identifiers, run).promised()

    return swept


@pytest.fixture
def field(ref: FileRef, run: Batch) -> Callable[..., Field]:
    """Return a function that makes the field of an element, as the engine does."""

    def field(dataset: Dataset, path: ElementPath, whole: Dataset | None = None) -> Field:
        instance = Instance(dataset if whole is None else whole, ref)
        context = FileContext("a", instance, Identifiers("p", "i", {}), {}, run)

        def beside(tag: int) -> Any:
            if tag not in dataset:
                return None
            if is_sequence(dataset, tag):
                return items_of(dataset, tag)
            return plain(read_element(dataset, tag).value)

        decode = lambda: beside(path.tag)  # noqa: E731 - as short as it is
        return Field(path, context, decode=decode, beside=beside, holder=dataset)

    return field


def encoded(dataset: Dataset, *, implicit: bool = False) -> Dataset:
    """Return a data set as it is read from a file."""
    dataset.file_meta = FileMetaDataset()
    syntax = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    dataset.file_meta.TransferSyntaxUID = syntax
    stream = BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return dcmread(BytesIO(stream.getvalue()))


# -- over the files of a run -----------------------------------------------------------


def test_files_of_equal_own_values_have_one_scope(small, swept):
    one, other = encoded(small), encoded(small)
    other.SOPInstanceUID = "1.2.3.99"
    assert swept(one).scope is not None
    assert swept(one).scope == swept(other).scope


@pytest.mark.parametrize("keyword", ["PatientName", "PatientID", "AccessionNumber"])
def test_another_own_value_is_another_scope(small, swept, keyword):
    before = swept(encoded(small)).scope
    setattr(small, keyword, "Flanders^Ned")
    assert swept(encoded(small)).scope != before


def test_another_shift_of_dates_and_another_encoding_are_another_scope(small, swept):
    scopes = {
        swept(encoded(small)).scope,
        swept(encoded(small), "another patient").scope,
        swept(encoded(small, implicit=True)).scope,
    }
    assert len(scopes) == 3


def test_own_values_in_equal_bytes_of_another_sequence_are_not_mixed_up(small):
    code = Dataset()
    code.CodeValue, code.CodeMeaning = "STAFF-7788", "Hibbert^Julius"
    small.ProcedureCodeSequence = [code]
    assert "STAFF-7788" not in own_values(encoded(small)).identifiers
    del small.ProcedureCodeSequence
    small.OperatorIdentificationSequence = [code]
    assert "STAFF-7788" in own_values(encoded(small)).identifiers
    code.CodeValue = "STAFF-7789"
    assert "STAFF-7789" in own_values(encoded(small)).identifiers


def test_equal_bytes_in_another_character_set_are_another_name(small):
    for character_set, name in (("ISO_IR 100", "Müller"), ("ISO_IR 144", "Mќller")):
        small.SpecificCharacterSet = character_set
        small.PatientName = name
        dataset = encoded(small)
        assert held(dataset, 0x00100010).value == b"M\xfcller"
        assert name in own_values(dataset).names


def test_what_a_run_remembers_goes_with_it(small, ref, run):
    sweep(Instance(small, ref), Identifiers("p", "i", {}), run)
    gone = attrs.evolve(run)
    sweep(Instance(small, ref), Identifiers("p", "i", {}), gone)
    watched = weakref.ref(gone)
    del gone
    gc.collect()
    assert watched() is None


# -- what an answer depends on ---------------------------------------------------------


@pytest.mark.parametrize("file", REAL_FILES)
def test_what_is_innocent_at_a_glance_is_never_changed(file, swept, field):
    with quiet_pydicom():
        dataset = dcmread(get_testdata_file(file))
        prepared = swept(dataset)
        innocent = 0
        for holder, path in walk(dataset):
            value, declared = held(holder, path.tag).value, holder.original_character_set
            encodings = (declared,) if isinstance(declared, str) else tuple(declared or ())
            if not isinstance(value, bytes):
                continue
            for protected in (False, True):
                if prepared.is_innocent(path, value, encodings, protected):
                    innocent += 1
                    assert prepared.about(field(holder, path, dataset), protected) is None
    assert innocent


def test_who_examines_in_another_way_makes_the_promises_void(small, ref, run):
    found = sweep(Instance(encoded(small), ref), Identifiers("p", "i", {}), run)
    other = attrs.evolve(found, examine=lambda _field, _protected: RemoveElement())
    assert found.promised().scope is not None
    assert other.promised().scope is None
    assert not other.promised().is_innocent(
        ElementPath(0x00100020, "LO"), b"x", ("iso8859",), False
    )


def test_what_is_passed_over_is_never_changed(swept, field):
    passed = 0
    with quiet_pydicom():
        for file in REAL_FILES:
            dataset = dcmread(get_testdata_file(file))
            prepared = swept(dataset)
            for holder, path in walk(dataset):
                if prepared.passes_over(path):
                    passed += 1
                    assert prepared.about(field(holder, path, dataset), False) is None
    assert passed


@pytest.mark.parametrize(
    ("tag", "is_beside"),
    [(COMMENTS, False), (0x00080100, True), (0x0040A160, True), (0x7FE00010, True)],
)
def test_it_is_told_where_an_answer_depends_on_other_elements(small, swept, field, tag, is_beside):
    small.CodeValue = "Simpson"
    small.ImageComments = small.TextValue = "Simpson"
    dataset = encoded(small)
    path = ElementPath(tag, dataset[tag].VR)
    assert swept(dataset).looks_beside(field(dataset, path)) is is_beside


def test_a_code_that_holds_nothing_depends_on_nothing_else(small, swept, field):
    small.CodeValue = "T-1234"
    dataset = encoded(small)
    prepared, path = swept(dataset), ElementPath(0x00080100, "SH")
    assert not prepared.looks_beside(field(dataset, path))
    assert prepared.about(field(dataset, path), False) is None


def test_an_own_value_in_a_person_code_is_found_by_its_place_whatever_the_item(small, swept, field):
    code = Dataset()
    code.CodeValue = "7"
    small.OperatorIdentificationSequence = [Dataset(), Dataset()]
    for item in small.OperatorIdentificationSequence:
        item.PersonIdentificationCodeSequence = [code]
    dataset = encoded(small)
    for number, item in enumerate(dataset.OperatorIdentificationSequence):
        parents = (Parent(0x00081072, number), Parent(0x00401101, 0))
        path = ElementPath(0x00080100, "SH", None, parents)
        inner = field(item.PersonIdentificationCodeSequence[0], path, dataset)
        assert swept(dataset).about(inner, False) == RemoveElement()


def test_equal_text_is_judged_anew_for_another_patient(small, swept, field):
    small.ImageComments = "Flanders"
    path = ElementPath(COMMENTS, "LT")
    first = encoded(small)
    assert swept(first).about(field(first, path), False) is None
    small.PatientName = "Flanders^Ned"
    second = encoded(small)
    assert swept(second).about(field(second, path), False) == SetValue("")


def test_equal_text_is_rewritten_anew_for_another_patient(small, swept, field):
    small.ImageComments = "seen on 2019-05-03"
    dataset, path = encoded(small), ElementPath(COMMENTS, "LT")
    moved = {
        swept(dataset, patient).about(field(dataset, path), False).value
        for patient in ("one", "another")
    }
    assert len(moved) == 2


# -- how much is kept ------------------------------------------------------------------


def test_no_more_is_kept_than_there_is_room_for():
    memory: Memory[int] = Memory(most=10, size=1000, largest=100)
    for number in range(100):
        memory.keep(number, 1, number)
    kept = [number for number in range(99, -1, -1) if memory.get(number, 1) is not None]
    assert kept[:10] == [*range(99, 89, -1)]
    assert len(kept) <= 20
    memory.keep("large", 101, 1)
    assert memory.get("large", 101) is None


def test_what_is_asked_for_again_stays():
    memory: Memory[int] = Memory(most=10, size=30, largest=10)
    memory.keep("asked", 1, 1)
    for number in range(100):
        memory.keep(number, 10, number)
        assert memory.get("asked", 1) == 1
    assert memory.get(0, 10) is None
