"""Write a new package: nothing that exists is touched, and it is there whole or not at all."""

from __future__ import annotations

import errno
import os
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


def write_package(
    names: Names, kind: str, folder: Path, *, dry: bool = False
) -> tuple[Path, list[str]]:
    """Write a package below ``folder``; return where it is and the paths of its files in it.

    ``dry`` writes nothing. Raises `SettingsError` if something of its name is there, or it cannot be written.
    """
    target = folder / names.distribution
    if target.exists() or target.is_symlink():
        raise SettingsError(f"{target} exists already: choose another name, or another --folder")
    texts = dict(package(names, kind))
    if dry:
        _refuse_unwritable(target)
        return target, list(texts)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".deid-", dir=folder) as scratch:
            whole = Path(scratch) / names.distribution
            for path, text in texts.items():
                file = whole / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
            shutil.move(whole, target)
    except OSError as error:
        raise _unwritable(target, error.strerror) from None
    return target, list(texts)


def _refuse_unwritable(target: Path) -> None:
    """Raise `SettingsError` where folders could not be made."""
    place = target.absolute()
    while not place.exists():
        place = place.parent
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        raise _unwritable(target, os.strerror(errno.EACCES))


def _unwritable(target: Path, why: str | None) -> SettingsError:
    return SettingsError(f"{target}: cannot be written ({why}); choose another --folder")


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
