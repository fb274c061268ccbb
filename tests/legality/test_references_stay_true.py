"""What referred to another file refers to that file's output, whichever came first."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jobs import OPTIONS, Pair, clean, loaded
from pydicom.dataset import Dataset
from related import related

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")

KINDS = ("SOPClassUID", "TransferSyntaxUID")
"""How the keywords of UIDs end that name no thing, but a kind of thing."""


def uids(dataset: Dataset) -> Iterator[str]:
    for element in dataset:
        if element.VR == "SQ":
            for item in element.value:
                yield from uids(item)
        elif element.VR == "UI" and element.value and not element.keyword.endswith(KINDS):
            yield from map(str, _each(element.value))


def replacements(pairs: list[Pair]) -> set[tuple[str, str]]:
    """Return each UID with what stands where it stood."""
    found: set[tuple[str, str]] = set()
    for pair in pairs:
        found |= _replacements(loaded(pair.before), loaded(pair.after))
    return found


def _replacements(before: Dataset, after: Dataset) -> set[tuple[str, str]]:
    found = set()
    for element in before:
        if element.tag not in after:
            continue
        values, others = element.value, after[element.tag].value
        if element.VR == "SQ":
            # Where an item went, the numbers of those after it tell nothing.
            if len(values) == len(others):
                pairs = zip(values, others, strict=True)
                found |= {both for items in pairs for both in _replacements(*items)}
        elif element.VR == "UI" and not element.keyword.endswith(KINDS) and values and others:
            pairs = zip(_each(values), _each(others), strict=True)
            found |= {(str(value), str(other)) for value, other in pairs}
    return found


def _each(value: object) -> list[object]:
    return [value] if isinstance(value, str) else list(value)


def test_in_all_files_each_uid_has_one_replacement_of_its_own(every_pair: list[Pair]):
    found = replacements(every_pair)
    assert len(found) > 200
    assert len({before for before, _ in found}) == len(found)
    assert len({after for _, after in found}) == len(found)


def test_no_uid_of_an_instance_stays(every_pair: list[Pair]):
    stayed = {before for before, after in replacements(every_pair) if before == after}
    instances = {str(loaded(pair.before).get("SOPInstanceUID")) for pair in every_pair}
    assert not stayed & instances


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return related(tmp_path_factory.mktemp("study"))


REFERENCES = [
    ("structures", "ReferencedFrameOfReferenceSequence", "ct"),
    ("structures", "ROIContourSequence", "ct"),
    ("plan", "ReferencedStructureSetSequence", "structures"),
    ("dose", "ReferencedRTPlanSequence", "plan"),
    ("segments", "ReferencedSeriesSequence", "ct"),
    ("report", "CurrentRequestedProcedureEvidenceSequence", "ct"),
    ("look", "ReferencedSeriesSequence", "ct"),
    ("look", "DisplayedAreaSelectionSequence", "ct"),
]


@pytest.mark.parametrize("name", ["basic", "all but modified dates", "modified dates"])
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_references_lead_to_the_same_file_in_any_order(
    name: str, study: dict[str, Path], data: st.DataObject
):
    roles = data.draw(st.permutations(list(study)))
    with tempfile.TemporaryDirectory() as folder:
        pairs = clean([study[role] for role in roles], OPTIONS[name], Path(folder))
        out = {pair.before.stem: loaded(pair.after) for pair in pairs}
    assert set(out) == set(study)
    for role, sequence, target in REFERENCES:
        items = out[role][sequence].value
        found = {uid for item in items for uid in uids(item)}
        assert out[target].SOPInstanceUID in found, (role, sequence)
    assert len({dataset.StudyInstanceUID for dataset in out.values()}) == 1
    assert len({dataset.SOPInstanceUID for dataset in out.values()}) == len(out)


def test_nothing_refers_to_a_file_by_its_old_uid(study: dict[str, Path], tmp_path: Path):
    pairs = clean(study.values(), (), tmp_path)
    old = {str(loaded(path).SOPInstanceUID) for path in study.values()}
    assert not [pair.label for pair in pairs for uid in uids(loaded(pair.after)) if uid in old]
