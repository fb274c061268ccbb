"""Runs with pseudonyms and crosswalks, and a real PostgreSQL server."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pydicom.dataset import Dataset

from deid_core.cli.main import cli

KEY = bytes(range(33, 65))
FOLDERS = ("/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt/postgresql")

Invoke = Callable[..., Result]


def both_streams(arguments: list[str]) -> Any:
    """Run the command line, with what it says on its two streams apart and together."""

    try:
        # Before click 8.2, that had to be asked for.
        runner = CliRunner(mix_stderr=False)
    except TypeError:
        return CliRunner().invoke(cli, arguments)
    done = runner.invoke(cli, arguments)
    return SimpleNamespace(
        exit_code=done.exit_code,
        stdout=done.stdout,
        stderr=done.stderr,
        output=done.stdout + done.stderr,
        exception=done.exception,
    )


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """Return a file with a key."""
    path = tmp_path / "our.key"
    path.write_bytes(KEY)
    path.chmod(0o600)
    return path


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Return a function that runs ``deid-core``."""
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *arguments: both_streams([str(argument) for argument in arguments])


@pytest.fixture
def patients(small: Dataset, save: Any, tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a file for each patient into a folder.

    A patient is a mapping of keywords; the instances get UIDs by their number.
    """

    def patients(*wanted: dict[str, Any], folder: str = "in") -> Path:
        for number, values in enumerate(wanted, start=1):
            small.SOPInstanceUID = f"1.2.3.4.{number}"
            small.StudyInstanceUID = f"1.2.3.{number}"
            for keyword, value in values.items():
                if value is None:
                    delattr(small, keyword)
                else:
                    setattr(small, keyword, value)
            save(small, f"{folder}/{number}.dcm")
        return tmp_path / folder

    return patients


@pytest.fixture
def outputs(tmp_path: Path, load: Any) -> Callable[..., list[Dataset]]:
    """Return a function that reads all files of a folder, in the order of their names."""

    def outputs(folder: str = "out") -> list[Dataset]:
        return [load(path) for path in sorted((tmp_path / folder).rglob("*.dcm"))]

    return outputs


def _programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, the newest where there are several."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    for folder in map(Path, FOLDERS):
        folders += [path.parent for path in folder.parent.glob(f"{folder.name}*/**/bin/initdb")]
    return max(folders, key=lambda path: [int(p) for p in path.parts if p.isdigit()], default=None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Return the URL of a real PostgreSQL server, which lives as long as the tests do."""
    pytest.importorskip("psycopg")
    programs = _programs()
    if programs is None:
        if os.environ.get("CI"):
            pytest.fail("CI tests with PostgreSQL, but its programs initdb and pg_ctl are missing")
        pytest.skip("PostgreSQL is not installed (its programs initdb and pg_ctl are missing)")
    # The paths of Unix sockets are short, and the server refuses to run as root.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    as_user: dict[str, Any] = {}
    if os.geteuid() == 0:
        user = _somebody()
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    port = _free_port()
    data = folder / "data"
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder}"
    start = [programs / "pg_ctl", "start", "-w", "-D", data, "-l", folder / "log", "-o", options]
    stop = [programs / "pg_ctl", "stop", "-w", "-m", "immediate", "-D", data]
    make = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        "deid",
        "--auth=trust",
        "--no-sync",
        "-E",
        "UTF8",
    ]

    def run(command: list[Any]) -> None:
        # The server outlives pg_ctl and would hold on to a pipe.
        with (folder / "said").open("wb") as said:
            subprocess.run(
                command,
                stdout=said,
                stderr=said,
                stdin=subprocess.DEVNULL,
                cwd=folder,
                check=True,
                **as_user,
            )

    try:
        run(make)
        run(start)
        try:
            yield f"postgresql://deid@127.0.0.1:{port}/postgres"
        finally:
            run(stop)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _somebody() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    pytest.skip("root cannot run PostgreSQL, and there is neither a user postgres nor nobody")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def database(postgres: str) -> Iterator[str]:
    """Return the URL of an empty database of the server."""
    import psycopg

    name = f"walk_{os.getpid()}_{os.urandom(4).hex()}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        yield postgres.rpartition("/")[0] + f"/{name}"
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return where a crosswalk may be: in a file, and in a database."""
    if request.param == "sqlite":
        return str(tmp_path / "walk.sqlite")
    url: str = request.getfixturevalue("database")
    return url
