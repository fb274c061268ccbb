"""Files that somebody made to do harm: one way to run an engine over bytes, for all tests here."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

# In importlib mode pytest puts no test folder on the path; the helpers here need it. The checkout
# comes last, so that deid_core is the installed one.
sys.path.insert(0, str(Path(__file__).parent))
sys.path.append(str(Path(__file__).parents[2]))

from fuzz.whole import Maker

PROFILE = ("deid.dicom.basic",)
KEPT = """FORMAT dicom
DEFAULT KEEP
%header
BLANK PatientName
"""


@pytest.fixture(scope="session")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    """Return what runs bytes by the profile, with the sweep."""
    return Maker(tmp_path_factory.mktemp("profile"), PROFILE, sweep="clean")


@pytest.fixture(scope="session")
def default(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    """Return what runs bytes by the default recipe."""
    return Maker(tmp_path_factory.mktemp("default"))


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    """Return what runs bytes by a recipe that keeps nearly all, so that much is written."""
    return Maker(tmp_path_factory.mktemp("kept"), [KEPT])
