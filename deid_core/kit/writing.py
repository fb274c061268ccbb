"""Write a new package: nothing that exists is touched, and it is there whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from deid_core.errors import SettingsError
from deid_core.kit.kinds import KINDS
from deid_core.kit.names import Names


def write_package(names: Names, kind: str, folder: Path) -> Path:
    """Write a package below ``folder`` and return where it is.

    Raises `SettingsError` if something of its name is there, or it cannot be written.
    """
    target = folder / names.distribution
    if target.exists() or target.is_symlink():
        raise SettingsError(f"{target} exists already: choose another name, or another --folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".deid-", dir=folder) as scratch:
            whole = Path(scratch) / names.distribution
            for path, text in package(names, kind):
                file = whole / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
            shutil.move(whole, target)
    except OSError as error:
        raise SettingsError(f"{target}: cannot be written ({error.strerror})") from None
    return target


def package(names: Names, kind: str) -> Iterator[tuple[str, str]]:
    """Yield the files of a package: path and text."""
    filled = names.filled()
    filled["summary"] = Template(KINDS[kind].summary).substitute(filled)
    filled["trial"] = _template(kind, "trial.md").substitute(filled).strip("\n")
    for path, name in {
        ".gitignore": "gitignore",
        "pyproject.toml": "pyproject.toml",
        "README.md": "README.md",
        f"src/{names.module}/__init__.py": "module.py",
        f"src/{names.module}/command.py": "command.py",
        f"src/{names.module}/recipe.dicom": "recipe.dicom",
        f"tests/test_{names.module}.py": "test_plugin.py",
        "tests/test_conformance.py": "test_conformance.py",
    }.items():
        if _find(kind, name) is not None:
            yield path, _template(kind, name).substitute(filled)
    yield f"src/{names.module}/py.typed", ""


def _template(kind: str, name: str) -> Template:
    found = _find(kind, name)
    assert found is not None, f"{kind}/{name}"  # noqa: S101 - it comes with this module
    return Template(found.read_text(encoding="utf-8"))


def _find(kind: str, name: str) -> Traversable | None:
    """Return a template of a kind, or the common one, or None."""
    for folder in (kind, "common"):
        found = files("deid_core.kit") / "templates" / folder / f"{name}.tmpl"
        if found.is_file():
            return found
    return None
