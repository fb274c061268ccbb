"""An environment of its own for each tool, installed from the registry with pinned versions."""

from __future__ import annotations

import functools
import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import attrs

from benchmarks.paths import CHECKOUT, ENVIRONMENTS, REQUIREMENTS

DEID_CORE = "deid_core"
WITH_DASK = "deid_core-dask"


class UnavailableError(Exception):
    """A tool cannot be had; the text says why."""


@attrs.frozen
class Environment:
    """A virtual environment."""

    folder: Path

    @property
    def python(self) -> str:
        """Its interpreter."""
        return str(self.folder / "bin" / "python")

    def program(self, name: str) -> str:
        """Return one of its commands."""
        return str(self.folder / "bin" / name)

    def version_of(self, package: str) -> str:
        """Return the version of a package in it."""
        code = f"from importlib.metadata import version; print(version({package!r}))"
        return said([self.python, "-c", code])


@functools.cache
def environment(name: str) -> Environment:
    """Return the environment of a tool, which is made if its pinned versions are others.

    Raises `UnavailableError` with the end of what the installer said.
    """
    if name == DEID_CORE:
        return _own(name)
    if name == WITH_DASK:
        return _own(name, REQUIREMENTS / "dask.txt")
    made = Environment(ENVIRONMENTS / name)
    if _make(made, REQUIREMENTS / f"{name}.txt"):
        print(f"  installed {name}", flush=True)
    return made


def _own(name: str, *more: Path) -> Environment:
    """Install this checkout as a wheel, with the pinned versions that it runs with, and more."""
    made = Environment(ENVIRONMENTS / name)
    _make(made, CHECKOUT / "requirements" / "run.txt", *more)
    wheels = ENVIRONMENTS / "wheel"
    shutil.rmtree(wheels, ignore_errors=True)
    pip = [made.python, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    no_more = ["--no-deps", "--no-build-isolation"]
    _installed([*pip, "wheel", *no_more, "--wheel-dir", str(wheels), str(CHECKOUT)])
    wheel = next(wheels.glob("*.whl"))
    _installed([*pip, "install", "--no-deps", "--force-reinstall", str(wheel)])
    return made


def _make(made: Environment, *pinned: Path) -> bool:
    """Make an environment, and tell whether it was not there; what is first comes first."""
    content = b"".join(path.read_bytes() for path in pinned)
    marker = made.folder / "made"
    digest = hashlib.sha256(content + sys.version.encode()).hexdigest()
    if marker.exists() and marker.read_text(encoding="ascii") == digest:
        return False
    shutil.rmtree(made.folder, ignore_errors=True)
    _installed([sys.executable, "-m", "venv", str(made.folder)])
    pip = [made.python, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]
    for path in pinned:
        _installed([*pip, "install", "--require-hashes", "-r", str(path)])
    marker.write_text(digest, encoding="ascii")
    return True


def _installed(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - commands of ours
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "ERROR" in line]
        # Neither the registry's address nor a folder of this machine is anybody's business.
        words = re.sub(r"(\w+:/)?(/[\w.@:-]+){2,}/?", "…", " ".join(lines[:2]))
        raise UnavailableError(f"cannot be installed: {words[:300]}")


def said(command: Sequence[str]) -> str:
    """Return what a command prints; raises `UnavailableError` where it does not run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - commands of ours
    except (OSError, subprocess.CalledProcessError) as error:
        raise UnavailableError(f"{Path(command[0]).name} does not run here") from error
    return done.stdout.strip()


def first_line(command: Sequence[str]) -> str:
    """Return the first line of what a command prints, or nothing."""
    return next(iter(said(command).splitlines()), "")


def system(name: str, package: str) -> str:
    """Return the path of a program of the system; ``package`` is Debian's that holds it."""
    path = shutil.which(name)
    if path is None:
        raise UnavailableError(f"{name} is not installed (on Debian: {package})")
    return path
