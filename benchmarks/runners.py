"""What is measured: deid_core, the floors beneath it, and how each is started on a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import attrs

from benchmarks.environments import (
    DEID_CORE,
    WITH_DASK,
    UnavailableError,
    environment,
    first_line,
    said,
    system,
)
from benchmarks.paths import DRIVERS, WORK

Command = Callable[[Path, Path], Sequence[str]]
"""The words of a command, for the folder of the inputs and an empty one for the outputs."""


@attrs.frozen
class Ready:
    """A tool that is there."""

    version: str
    command: Command


@attrs.frozen
class Runner:
    """A way to de-identify a folder, or to do less with it.

    ``kind`` is ``ours``, ``peer`` or ``floor``. ``prepare`` installs it, and raises
    `UnavailableError` where it cannot be had.
    """

    key: str
    label: str
    kind: str
    prepare: Callable[[], Ready]
    how: str
    workers: int = 1


@attrs.frozen
class Unlike:
    """A tool that is not measured, and why."""

    label: str
    why: str


def _copy() -> Ready:
    program = system("cp", "coreutils")
    version = first_line([program, "--version"]).split()[-1]
    return Ready(version, lambda i, o: [program, "-r", f"{i}/.", str(o)])


def _pydicom(*, writes: bool) -> Callable[[], Ready]:
    def prepare() -> Ready:
        made = environment(DEID_CORE)
        words = [made.python, str(DRIVERS / "run_pydicom.py")]
        return Ready(
            made.version_of("pydicom"),
            lambda i, o: [*words, str(i), *([str(o)] if writes else [])],
        )

    return prepare


def own(*options: str, engine: str = "", workers: int = 1) -> Callable[[], Ready]:
    """Return how to prepare ``deid-core run`` with some options and an engine."""

    def prepare() -> Ready:
        made = environment(WITH_DASK if engine == "dask" else DEID_CORE)
        program = made.program("deid-core")
        words = [program, "run", *options, "--key-file", str(_key())]
        words += _engine(program, engine, workers)
        version = made.version_of("deid-core")
        return Ready(version, lambda i, o: [*words, "--output", str(o), str(i)])

    return prepare


def _engine(program: str, engine: str, workers: int) -> list[str]:
    """Return the options for an engine; none where there is only one engine yet."""
    told = said([program, "run", "--help"])
    if "--engine" not in told:
        if engine != "serial":
            raise UnavailableError("this version has one engine only")
        return []
    if engine == "dask" and engine not in said([program, "plugins"]):
        raise UnavailableError("this version has no plugin for it")
    return ["--engine", engine, *(["--workers", str(workers)] if workers > 1 else [])]


def _key() -> Path:
    key = WORK / "key"
    WORK.mkdir(parents=True, exist_ok=True)
    key.write_bytes(bytes(range(32)))
    key.chmod(0o600)
    return key


BASIC = ("--profile", "basic")
OURS = (
    Runner(
        "basic",
        "deid_core, basic profile",
        "ours",
        own(*BASIC, engine="serial"),
        "`deid-core run --profile basic`, with the sweep for the patient's own values; one process",
    ),
    Runner(
        "basic-2",
        "deid_core, basic profile, 2 workers",
        "ours",
        own(*BASIC, engine="processes", workers=2),
        "the same with `--engine processes --workers 2`",
        workers=2,
    ),
    Runner(
        "default",
        "deid_core, default recipe",
        "ours",
        own(engine="serial"),
        "`deid-core run`: removes what no rule names; one process",
    ),
)
DASK = Runner(
    "dask",
    "deid_core, basic profile, Dask with 2 workers",
    "ours",
    own(*BASIC, engine="dask", workers=2),
    "`--engine dask --workers 2`: a cluster of two on this machine",
    workers=2,
)
FLOORS = (
    Runner("cp", "cp -r", "floor", _copy, "a copy"),
    Runner("read", "pydicom, read", "floor", _pydicom(writes=False), "`dcmread`, nothing else"),
    Runner(
        "write",
        "pydicom, read and write",
        "floor",
        _pydicom(writes=True),
        "`dcmread` and `save_as`, nothing changed",
    ),
)
