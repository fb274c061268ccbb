"""The guides to writing plugins lead to plugins that conform."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from deid_core.cli.main import cli

PAGES = sorted((Path(__file__).parents[2] / "docs" / "how-to").glob("write-a*-*.md"))
NEW = re.compile(r"^\$ deid-core plugin new (\S+) --kind (\S+)$", re.MULTILINE)
FILES = re.compile(r"^```python title=\"([^\"]+)\"\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OF_ONE_KIND = [page for page in PAGES if len(NEW.findall(page.read_text(encoding="utf-8"))) == 1]


def followed(page: Path, folder: Path) -> Path:
    """Do what a guide says in an empty folder, and return the package; tests of the example go."""
    text = page.read_text(encoding="utf-8")
    ((name, kind),) = NEW.findall(text)
    arguments = ["plugin", "new", name, "--kind", kind, "--folder", str(folder)]
    assert CliRunner().invoke(cli, arguments).exit_code == 0
    package = folder / f"deid-core-{name}"
    for path, content in FILES.findall(text):
        (folder / path).write_text(content, encoding="utf-8")
    module = f"test_deid_core_{name}.py"
    if f'{module}"' not in text:
        (package / "tests" / module).unlink()
    return package


def test_there_is_a_guide_for_each_of_these_kinds() -> None:
    kinds = {NEW.findall(page.read_text(encoding="utf-8"))[0][1] for page in OF_ONE_KIND}
    assert kinds == {"action", "screener", "selector", "source", "writer"}


@pytest.mark.exhaustive
def test_what_the_guides_lead_to_conforms(run_tests: Callable[..., str], tmp_path: Path) -> None:
    run_tests([followed(page, tmp_path) for page in OF_ONE_KIND])
