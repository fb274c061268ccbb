"""``deid-core run --check``, and ``check=`` of the library."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from deid_core.cli.main import cli
from deid_core.dicom import replace_identifiers


@pytest.fixture
def leaking(small, save):
    small.StudyDescription = "knee of Homer"
    return save(small)


@pytest.mark.parametrize(
    ("words", "status", "written"),
    [
        ([], 1, 0),
        (["--check", "refuse"], 1, 0),
        (["--check", "warn"], 0, 1),
        (["--check", "off"], 0, 1),
    ],
)
def test_the_option_says_what_becomes_of_the_file(
    leaking, recipe, tmp_path, monkeypatch, words, status, written
):
    monkeypatch.setenv("COLUMNS", "200")
    out = tmp_path / "out"
    names = str(recipe("KEEP contains:Description"))
    result = CliRunner().invoke(cli, ["run", str(leaking), "-o", str(out), "-r", names, *words])
    assert result.exit_code == status
    assert len([path for path in out.rglob("*") if path.is_file()]) == written
    assert ("identifier-left" in result.output) == (not written)
    assert "Homer" not in result.output


@pytest.mark.parametrize(("check", "written"), [(None, 0), ("warn", 1), ("off", 1)])
def test_the_library_takes_the_same(leaking, recipe, check, written):
    deid = recipe("KEEP contains:Description")
    assert len(replace_identifiers(leaking, deid=deid, check=check)) == written
