"""A keyring that is real, and of this test alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A keyring in a file of a temporary folder, by a backend that others use too."""
    keyring = pytest.importorskip("keyring")
    backend = pytest.importorskip("keyrings.alt.file")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    before = keyring.get_keyring()
    keyring.set_keyring(backend.PlaintextKeyring())
    yield tmp_path / "data"
    keyring.set_keyring(before)
