"""The example deid-core-accession-ids: another answer to who an instance is about."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pydicom
import pytest

if TYPE_CHECKING:
    from tests.examples.conftest import Environment

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def environment(installed: Callable[..., Environment]) -> Environment:
    return installed("deid-core-accession-ids")


def test_it_extracts_and_nothing_else(environment: Environment) -> None:
    plugin = environment.plugins()["accession-ids"]
    assert plugin["status"] == "loaded"
    assert plugin["hooks"] == ["deid_extract_identifiers", "deid_parallel_runs"]


def test_studies_are_the_entities(
    environment: Environment, scan: Callable[..., Path], cookies: Path
) -> None:
    with_number = scan(AccessionNumber="A-17", SOPInstanceUID="2.25.1")
    other = scan(AccessionNumber="A-18", SOPInstanceUID="2.25.2")
    done = environment.run("identifiers", with_number, other, cookies)
    assert done.returncode == 0, done.stderr
    ids = json.loads(done.stdout)
    studies = {pydicom.dcmread(path).StudyInstanceUID for path in cookies.iterdir()}
    assert set(ids) == {"A-17", "A-18", *studies}
    assert ids["A-17"]["2.25.1"]["PatientID"] == "1CT1"
    assert sum(map(len, ids.values())) == 9


def test_who_asks_for_another_attribute_gets_it(environment: Environment, cookies: Path) -> None:
    done = environment.run("identifiers", cookies, "--entity-id", "PatientID")
    assert set(json.loads(done.stdout)) == {"cookie-47"}


def test_blocked_it_leaves_the_patient(environment: Environment, cookies: Path) -> None:
    done = environment.run("identifiers", cookies, "--block", "accession-ids")
    assert set(json.loads(done.stdout)) == {"cookie-47"}
