"""The executor ``dask``: a real scheduler and real workers in processes of their own."""

from __future__ import annotations

import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from runs import KEY, contents, told

from deid_core import Outcome, SettingsError

pytest.importorskip("distributed")
pytestmark = pytest.mark.slow

WORKER = ["--nthreads", "1", "--no-dashboard", "--no-nanny", "--death-timeout", "30"]
ONE_DEATH = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
"""Dask gives what killed a worker to three others by itself, which takes time."""


@attrs.define
class Dask:
    """A scheduler and workers, each a process, on this machine alone."""

    folder: Path
    environment: dict[str, str]
    processes: list[subprocess.Popen[bytes]] = attrs.field(factory=list)

    @property
    def scheduler(self) -> str:
        """The file in which the scheduler says where it is."""
        return str(self.folder / "scheduler.json")

    def start(self, kind: str, *options: str) -> subprocess.Popen[bytes]:
        """Start one."""
        log = self.folder / f"{len(self.processes)}.log"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{kind}", *options],
                cwd=self.folder,
                env=self.environment,
                stdout=stream,
                stderr=stream,
            )
        self.processes.append(process)
        return process

    def logs(self) -> str:
        """Return all that they have logged."""
        return "".join(path.read_text() for path in self.folder.glob("*.log"))


@pytest.fixture
def dask(install: Any, tmp_path: Path) -> Iterator[Dask]:
    folder = tmp_path / "dask"
    folder.mkdir()
    site = str(tmp_path / "site")
    cluster = Dask(folder, {**os.environ, **ONE_DEATH, "PYTHONPATH": site})
    cluster.start(
        "scheduler",
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--no-dashboard",
        "--scheduler-file",
        cluster.scheduler,
    )
    while not Path(cluster.scheduler).exists():
        time.sleep(0.05)
    yield cluster
    for process in cluster.processes:
        process.kill()
        process.wait()


@pytest.fixture
def two_workers(dask: Dask) -> list[subprocess.Popen[bytes]]:
    options = ["--scheduler-file", dask.scheduler, *WORKER]
    return [dask.start("worker", *options) for _ in range(2)]


def test_outputs_and_reports_are_those_of_one_process(
    dask: Dask, two_workers: Any, engine: Any, slices: Any, tmp_path: Path
) -> None:
    refs = slices(60, uid=lambda number: f"1.2.3.{number % 50}")
    one = told(engine("one").run(refs), tmp_path / "one")
    run = engine("two").run(refs, executor="dask", scheduler=dask.scheduler)
    assert told(run, tmp_path / "two") == one
    assert contents(tmp_path / "two") == contents(tmp_path / "one")
    again = engine("two", overwrite=True).run(refs, executor="dask", scheduler=dask.scheduler)
    assert told(again, tmp_path / "two") == one
    assert contents(tmp_path / "two") == contents(tmp_path / "one")
    for path in (tmp_path / "in").iterdir():
        assert path.name not in dask.logs()


def test_a_run_outlives_a_worker_that_is_killed_in_the_middle(
    dask: Dask, two_workers: Any, engine: Any, slices: Any, tmp_path: Path
) -> None:
    refs = slices(150)
    list(engine("one").run(refs))
    run = engine("two").run(refs, executor="dask", scheduler=dask.scheduler)
    reports = list(itertools.islice(run, 20))
    two_workers[0].send_signal(signal.SIGKILL)
    reports += run
    assert Counter(report.outcome for report in reports) == {Outcome.WRITTEN: 150}
    assert contents(tmp_path / "two") == contents(tmp_path / "one")


def test_a_file_that_kills_its_workers_is_recorded(
    dask: Dask, engine: Any, install: Any, slices: Any, tmp_path: Path
) -> None:
    install(
        "poison",
        """
        import os
        from deid_core import ParallelRun, hookimpl

        @hookimpl(wrapper=True)
        def deid_finish_instance(instance):
            if instance.ref.name == "0007.dcm":
                os._exit(9)
            return (yield)

        @hookimpl
        def deid_parallel_runs():
            return [ParallelRun(name="poison")]
        """,
    )
    nanny = [option for option in WORKER if option != "--no-nanny"]
    dask.start("worker", "--scheduler-file", dask.scheduler, *nanny)
    run = engine().run(slices(20), executor="dask", scheduler=dask.scheduler)
    outcomes = {
        report.number: report.code for report in run if report.outcome is not Outcome.WRITTEN
    }
    assert outcomes == {7: "worker-died"}
    assert len(contents(tmp_path / "out")) == 19


def test_a_cluster_is_made_where_none_is_given(engine: Any, slices: Any, tmp_path: Path) -> None:
    refs = slices(10)
    list(engine("one").run(refs))
    run = engine("two").run(refs, executor="dask", workers=1)
    assert {report.outcome for report in run} == {Outcome.WRITTEN}
    assert contents(tmp_path / "two") == contents(tmp_path / "one")


def test_what_is_done_is_recorded_where_a_run_is_broken_off(
    dask: Dask, two_workers: Any, engine: Any, install: Any, slices: Any, tmp_path: Path
) -> None:
    install(
        "watcher",
        """
        from deid_core import hookimpl

        numbers = []

        @hookimpl
        def deid_file_recorded(report):
            numbers.append(report.number)
        """,
    )
    import deid_core_test_watcher as watcher

    run = engine().run(slices(300), executor="dask", scheduler=dask.scheduler)
    next(run)
    run.close()
    assert len(contents(tmp_path / "out")) == len(watcher.numbers) < 300


def test_no_worker_has_the_key_on_its_disk_or_where_others_can_see_it(
    dask: Dask, two_workers: Any, engine: Any, slices: Any
) -> None:
    run = engine().run(slices(3), executor="dask", scheduler=dask.scheduler)
    next(run)
    for process in dask.processes:
        for name in ("cmdline", "environ"):
            assert KEY not in Path(f"/proc/{process.pid}/{name}").read_bytes()
    run.close()
    for path in dask.folder.rglob("*"):
        assert path.is_dir() or KEY not in path.read_bytes()


def own_address() -> str | None:
    """Return an address of this machine that others may talk to; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])


def test_the_key_does_not_go_over_a_network_unless_it_is_locked(tmp_path: Path) -> None:
    from dask import config

    from deid_core import WorkerOptions
    from deid_core_dask.connection import connect

    host = own_address()
    if host is None or host.startswith("127."):
        pytest.skip("this machine is on no network")
    cluster = Dask(tmp_path, dict(os.environ))
    options = ["--host", host, "--port", "0", "--no-dashboard"]
    cluster.start("scheduler", *options, "--scheduler-file", cluster.scheduler)
    while not Path(cluster.scheduler).exists():
        time.sleep(0.05)
    try:
        with pytest.raises(SettingsError, match=f"to tcp://{host}:.* is not encrypted"):
            connect(WorkerOptions(scheduler=cluster.scheduler))
        with config.set({"distributed.comm.require-encryption": False}):
            client, _ = connect(WorkerOptions(scheduler=cluster.scheduler))
            client.close()
    finally:
        cluster.processes[0].kill()
        cluster.processes[0].wait()


@pytest.mark.parametrize(
    ("address", "readable"),
    [
        ("tcp://127.0.0.1:8786", False),
        ("tcp://[::1]:8786", False),
        ("tcp://localhost:8786", False),
        ("inproc://10.0.0.1/1/2", False),
        ("tls://10.0.0.1:8786", False),
        ("tcp://10.0.0.1:8786", True),
        ("10.0.0.1:8786", True),
        ("tcp://localhost.example:8786", True),
        ("ws://scheduler:80", True),
        ("ucx://10.0.0.1:8786", True),
    ],
)
def test_what_others_may_read_is_known_by_its_address(address: str, *, readable: bool) -> None:
    from deid_core_dask.connection import is_readable

    assert is_readable(address) is readable


def test_a_scheduler_that_does_not_answer_ends_the_run_before_the_first_file(
    engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from deid_core_dask import connection

    monkeypatch.setattr(connection, "WAIT_SECONDS", 0.5)
    with pytest.raises(SettingsError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        next(engine().run([], executor="dask", scheduler="tcp://127.0.0.1:9"))
