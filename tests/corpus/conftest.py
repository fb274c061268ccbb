"""The corpus: real files from pydicom, pydicom-data and deid-data, and files made from them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

# In importlib mode pytest puts no test folder on the path; the helpers here need it.
sys.path.insert(0, str(Path(__file__).parent))

from corpus_files import Runner, all_files


@pytest.fixture(scope="session")
def corpus() -> list[Path]:
    """Every file of the installed collections that starts like DICOM."""
    return all_files()


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Runner]:
    """De-identify bytes or files: ``run(data, recipe=…, **settings)``."""
    return Runner(tmp_path)
