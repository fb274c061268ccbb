"""What goes along with the code says the same as the code."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import deid_core

CHECKOUT = Path(__file__).parents[1]
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_version_is_the_same_everywhere() -> None:
    citation = (CHECKOUT / "CITATION.cff").read_text(encoding="utf-8")
    [cited] = re.findall(r"^version: (.+)$", citation, flags=re.MULTILINE)
    assert cited == deid_core.__version__ == PROJECT["project"]["version"]


@pytest.mark.parametrize("extra", PROJECT["project"]["optional-dependencies"])
def test_every_extra_is_explained(extra: str) -> None:
    assert f"\n| `{extra}` |" in (CHECKOUT / "README.md").read_text(encoding="utf-8")


def test_the_sdist_has_only_what_is_there() -> None:
    included = PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    assert [name for name in included if not (CHECKOUT / name.lstrip("/")).exists()] == []


def test_an_image_gets_what_the_wheel_is_made_of_and_nothing_else() -> None:
    ignored = (CHECKOUT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignored
    let_in = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    needed = {*PROJECT["project"]["license-files"], PROJECT["project"]["readme"]}
    packages = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    needed |= {package.partition("/")[0] for package in packages}
    assert let_in == needed | {"pyproject.toml", "requirements/run.txt"}


def test_an_image_runs_the_command_without_being_root() -> None:
    lines = (CHECKOUT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    [user] = [line for line in lines if line.startswith("USER ")]
    assert user.split()[1].partition(":")[0] not in ("0", "root")
    assert 'ENTRYPOINT ["deid-core"]' in lines
    assert any("--require-hashes" in line for line in lines)
