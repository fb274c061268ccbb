"""The files of the benchmark: everybody gets the same, and they are what the page says of them."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import pytest
from pydicom import dcmread

from benchmarks.corpora import images
from benchmarks.corpora.images import Large, write_one, write_slices
from benchmarks.corpora.make import Corpus, make, part
from benchmarks.curve.files import Shape, write

SEED = 7


@pytest.fixture
def headers(tmp_path: Path) -> Corpus:
    return make("headers", 16, SEED, tmp_path / "one")


def test_the_same_seed_makes_the_same_files(headers: Corpus, tmp_path: Path) -> None:
    again = make("headers", 16, SEED, tmp_path / "two")
    assert [path.read_bytes() for path in headers.files] == [
        path.read_bytes() for path in again.files
    ]
    assert headers.listed.read_bytes() == again.listed.read_bytes()


def test_another_seed_makes_others(headers: Corpus, tmp_path: Path) -> None:
    others = make("headers", 16, SEED + 1, tmp_path / "two")
    assert not {path.read_bytes() for path in headers.files} & {
        path.read_bytes() for path in others.files
    }


def test_headers_are_rich_and_small(headers: Corpus) -> None:
    datasets = [dcmread(path) for path in headers.files]
    assert len({dataset.SOPInstanceUID for dataset in datasets}) == 16
    assert {dataset.Modality for dataset in datasets} >= {"CT", "MR", "SR", "RTPLAN", "US", "NM"}
    for path, dataset in zip(headers.files, datasets, strict=True):
        assert path.stat().st_size < 40_000
        assert sum(1 for _ in dataset.iterall()) >= 190
        assert any(element.tag.is_private for element in dataset)


def test_what_must_go_and_no_attribute_tells_is_listed(headers: Corpus) -> None:
    words = headers.listed.read_text(encoding="utf-8").split()
    everything = b"".join(path.read_bytes() for path in headers.files)
    assert words
    assert all(word.encode() in everything for word in words)


def test_a_part_is_taken_evenly(headers: Corpus) -> None:
    names = [path.name for path in part(headers, 4).files]
    assert names == ["000000.dcm", "000004.dcm", "000008.dcm", "000012.dcm"]


def test_no_two_slices_are_the_same_image(tmp_path: Path) -> None:
    write_slices(tmp_path, 3, SEED)
    datasets = [dcmread(path) for path in sorted(tmp_path.iterdir())]
    assert {len(dataset.PixelData) for dataset in datasets} == {512 * 512 * 2}
    assert len({dataset.PixelData for dataset in datasets}) == 3


@pytest.mark.parametrize("large", [*images.LARGE, images.HUGE], ids=lambda large: large.name)
def test_a_large_file_can_be_read(large: Large, tmp_path: Path) -> None:
    small = Large(large.name, large.base, 3, large.samples, large.fragments)
    write_one(tmp_path / "one.dcm", small, SEED, 0)
    dataset = dcmread(tmp_path / "one.dcm")
    assert dataset["PixelData"].is_undefined_length == bool(large.fragments)
    assert len(dataset.PixelData) > 1_500_000


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        (Shape(1, elements=50), lambda dataset: sum(1 for _ in dataset.iterall())),
        (Shape(1, elements=5000), lambda dataset: sum(1 for _ in dataset.iterall())),
    ],
    ids=["few", "many"],
)
def test_files_of_the_curve_have_as_many_elements(shape, told, tmp_path: Path) -> None:
    write(tmp_path, shape)
    assert told(dcmread(tmp_path / "000000.dcm")) == pytest.approx(shape.elements, abs=12)


def test_files_of_the_curve_are_as_deep_as_asked(tmp_path: Path) -> None:
    write(tmp_path, Shape(1, depth=20))
    levels, dataset = 0, dcmread(tmp_path / "000000.dcm")
    while "ContentSequence" in dataset:
        levels, dataset = levels + 1, dataset.ContentSequence[0]
    assert levels == 20


def test_files_of_the_curve_are_all_different_instances(tmp_path: Path) -> None:
    size = write(tmp_path, Shape(60, size=5000))
    datasets = [dcmread(path) for path in sorted(tmp_path.iterdir())]
    assert size == sum(path.stat().st_size for path in tmp_path.iterdir())
    assert len({dataset.SOPInstanceUID for dataset in datasets}) == 60
    assert all(
        dataset.SOPInstanceUID == dataset.file_meta.MediaStorageSOPInstanceUID
        for dataset in datasets
    )
    assert len({dataset.PatientID for dataset in datasets}) == 2
    assert {len(dataset.PixelData) for dataset in datasets} == {5000}


def test_nothing_of_this_machine_is_pinned() -> None:
    folder = Path(images.__file__).parents[1] / "requirements"
    pinned = list(chain.from_iterable(path.read_text().splitlines() for path in folder.iterdir()))
    assert pinned
    assert not [line for line in pinned if re.search(r"://|index-url|find-links", line)]
