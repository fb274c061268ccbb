"""Every example in a docstring does what it shows."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import deid_core
import deid_core_archives
import deid_core_audit
import deid_core_dask
import deid_core_dicom
import deid_core_executors
import deid_core_fileset
import deid_core_importers
import deid_core_profiles
import deid_core_pseudonyms
import deid_core_record
import deid_core_screening
import deid_core_streams

PACKAGES = (
    deid_core,
    deid_core_archives,
    deid_core_audit,
    deid_core_dask,
    deid_core_dicom,
    deid_core_executors,
    deid_core_fileset,
    deid_core_importers,
    deid_core_profiles,
    deid_core_pseudonyms,
    deid_core_record,
    deid_core_screening,
    deid_core_streams,
)
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def examples() -> Iterator[doctest.DocTest]:
    finder = doctest.DocTestFinder(exclude_empty=True)
    for package in PACKAGES:
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(found.name)
            yield from (test for test in finder.find(module) if test.examples)
        yield from (test for test in finder.find(package) if test.examples)


@pytest.mark.parametrize("example", list(examples()), ids=lambda example: example.name)
def test_docstring(example: doctest.DocTest) -> None:
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    assert runner.run(example, out=said.append).failed == 0, "".join(said)
