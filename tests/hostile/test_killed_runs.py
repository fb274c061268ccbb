"""Runs that are killed at any moment: what has its name is whole, and a later run is not disturbed."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fuzz import kinds

FILES = 30
PROGRAM = "from deid_core.cli.main import main; main()"


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    """Return a folder of images of a megabyte, so that a write takes a while, and a key."""
    folder = tmp_path_factory.mktemp("killed")
    (folder / "in").mkdir()
    (folder / "key").write_bytes(bytes(range(65, 97)))
    (folder / "key").chmod(0o600)
    for number in range(FILES):
        data = kinds.patient().replace(
            f"{kinds.ROOT}.1".encode(), f"{kinds.ROOT}{number:02}".encode()
        )
        pixels = kinds.element(0x7FE00010, "OW", bytes([number]) * (1 << 20))
        (folder / "in" / f"{number:02}.dcm").write_bytes(
            kinds.part_10(data + kinds.image() + pixels)
        )
    return folder


def command(source: Path, target: Path, *options: str) -> list[str]:
    return [
        sys.executable, "-c", PROGRAM, "run", str(source / "in"), "--output", str(target),
        "--key-file", str(source / "key"), *options,
    ]  # fmt: skip


def contents(folder: Path) -> dict[str, bytes]:
    """Return what is in a folder, but for what a run has not finished."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".deid-")
    }


@pytest.fixture(scope="module")
def whole(source: Path) -> dict[str, bytes]:
    """Return what a run makes that nobody disturbs."""
    target = source / "whole"
    subprocess.run(command(source, target), check=True, capture_output=True, timeout=300)
    found = contents(target)
    assert len(found) == FILES
    return found


def killed(source: Path, target: Path, chance: random.Random, *options: str) -> bool:
    """Start a run, kill it with all its workers at a random moment, and tell whether it was at work."""
    process = subprocess.Popen(
        command(source, target, *options),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    enough = chance.randrange(FILES)
    while process.poll() is None:
        begun = sum(1 for path in target.rglob("*") if path.is_file()) if target.exists() else -1
        if begun >= enough:
            break
        time.sleep(0.001)
    time.sleep(chance.random() * 0.01)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def check(
    source: Path, whole: dict[str, bytes], target: Path, seed: int, kills: int, *options: str
) -> None:
    chance = random.Random(seed)
    for number in range(kills):
        killed(source, target, chance, *options)
        assert contents(target).items() <= whole.items(), (seed, number)
        others = [path.name for path in target.rglob(".deid-*")]
        assert all(name.endswith(".tmp") for name in others)
    subprocess.run(command(source, target, *options), check=False, capture_output=True, timeout=300)
    assert contents(target) == whole


ENGINES = {
    "serial": ("--engine", "serial"),
    "processes": ("--engine", "processes", "--workers", "2"),
}


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_a_run_that_is_killed_leaves_no_output_that_is_not_whole(engine, source, whole, tmp_path):
    kills = 2 if engine == "serial" else 1
    check(source, whole, tmp_path / "out", 1, kills, *ENGINES[engine])


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(2, 22))
@pytest.mark.parametrize("engine", ENGINES)
def test_wherever_a_run_is_killed(engine, seed, source, whole, tmp_path):
    check(source, whole, tmp_path / "out", seed, 3, *ENGINES[engine])
