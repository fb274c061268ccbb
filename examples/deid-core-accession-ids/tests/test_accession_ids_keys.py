"""By what identifiers are filed."""

from __future__ import annotations

from pathlib import Path

from deid_core import Engine, FileRef, Settings
from deid_core.testing import PlantedFile, host_with, plant


def entity(planted: PlantedFile, folder: Path, settings: Settings | None = None) -> str:
    path = planted.save(folder)
    batch = Engine(host_with("accession-ids"), settings=settings).batch
    host = host_with("accession-ids")
    instance = host.read_file(FileRef(path.name, path=path), batch)
    return host.extract_identifiers(instance, batch).entity


def test_they_are_filed_by_accession_number(tmp_path: Path) -> None:
    planted = plant()
    assert entity(planted, tmp_path) == planted.dataset().AccessionNumber


def test_without_one_they_are_filed_by_study(tmp_path: Path) -> None:
    dataset = plant().dataset()
    dataset.AccessionNumber = ""
    assert entity(plant().having(dataset), tmp_path) == dataset.StudyInstanceUID


def test_whoever_asks_for_another_attribute_gets_that(tmp_path: Path) -> None:
    planted = plant()
    settings = Settings(entity_id="PatientID")
    assert entity(planted, tmp_path, settings) == planted.dataset().PatientID
