"""Workers that die, and runs that are broken off: nothing is lost, and nothing is left behind."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from runs import children, contents

from deid_core import Outcome

POISON = """
    import os, tempfile
    from pathlib import Path
    from deid_core import ParallelRun, hookimpl

    def dies(name, moment):
        once = Path({folder!r}, "once")
        if name != "0007.dcm" or moment != {moment!r} or once.exists():
            return False
        if not {always}:
            once.touch()
        return True

    @hookimpl(wrapper=True)
    def deid_write_file(instance, target, batch):
        name = instance.ref.name
        if dies(name, "before"):
            folder = batch.settings.output_folder
            folder.mkdir(exist_ok=True)
            tempfile.mkstemp(prefix=batch.mark, suffix=".tmp", dir=folder)
            os._exit(9)
        receipt = yield
        if dies(name, "after"):
            os._exit(9)
        return receipt

    @hookimpl
    def deid_parallel_runs():
        return [ParallelRun(name="poison")]
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_worker_that_dies_costs_its_file_a_retry(
    moment: str, engine: Any, install: Any, slices: Any, tmp_path: Path
) -> None:
    refs = slices(40)
    list(engine("one").run(refs))
    install("poison", POISON.format(folder=str(tmp_path), moment=moment, always=False))
    reports = list(engine("two").run(refs, executor="processes", workers=2))
    assert [report.number for report in reports] == list(range(1, 41))
    assert {report.outcome for report in reports} == {Outcome.WRITTEN}
    # The outputs are whole, and so is the one whose worker died after it wrote it.
    assert contents(tmp_path / "two") == contents(tmp_path / "one")


def test_a_file_that_kills_a_second_worker_is_recorded_and_the_others_are_done(
    engine: Any, install: Any, slices: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    refs = slices(40)
    list(engine("one").run(refs[:6] + refs[7:]))
    install("poison", POISON.format(folder=str(tmp_path), moment="before", always=True))
    reports = list(engine("two").run(refs, executor="processes", workers=2))
    assert [report.number for report in reports] == list(range(1, 41))
    bad = [report for report in reports if report.outcome is not Outcome.WRITTEN]
    assert [(report.number, report.outcome, report.code) for report in bad] == [
        (7, Outcome.FAILED, "worker-died")
    ]
    assert "file 7: the process that had the file in hand died" in caplog.text
    assert contents(tmp_path / "two") == contents(tmp_path / "one")


def test_a_run_outlives_workers_that_are_killed(engine: Any, slices: Any, tmp_path: Path) -> None:
    refs = slices(60)
    list(engine("one").run(refs))
    run = engine("two").run(refs, executor="processes", workers=2)
    reports = list(itertools.islice(run, 5))
    os.kill(min(children()), signal.SIGKILL)
    reports += itertools.islice(run, 20)
    os.kill(max(children()), signal.SIGTERM)
    reports += run
    assert Counter(report.outcome for report in reports) == {Outcome.WRITTEN: 60}
    assert contents(tmp_path / "two") == contents(tmp_path / "one")


LEAVES = """
    import os, signal
    from deid_core import ParallelRun, hookimpl

    @hookimpl(wrapper=True)
    def deid_write_file(instance, target, batch):
        receipt = yield
        os.kill(os.getpid(), signal.SIGTERM)
        return receipt

    @hookimpl
    def deid_parallel_runs():
        return [ParallelRun(name="leaves")]
"""


def test_what_waits_for_a_worker_that_was_asked_to_end_is_no_loss(
    engine: Any, install: Any, slices: Any, caplog: pytest.LogCaptureFixture
) -> None:
    install("leaves", LEAVES)
    # Each file asks its worker to end, so that each worker but the last leaves one in its pipe.
    reports = list(engine("two").run(slices(8), executor="processes", workers=2))
    assert Counter(report.outcome for report in reports) == {Outcome.WRITTEN: 8}
    assert "died" not in caplog.text


RUN = """
import sys
from deid_core import Engine, FileRef, PluginHost, Settings, hookimpl
from pathlib import Path

host = PluginHost.load()
engine = Engine(host, [], Settings(output_folder=Path(sys.argv[2])), key=bytes(32))
files = sorted(Path(sys.argv[1]).iterdir())
refs = [FileRef(path.name, path=path) for path in files]
count = 0
for report in engine.run(refs, executor="processes", workers=2):
    count += 1
    print(count, flush=True)
"""

END = """
    from pathlib import Path
    from deid_core import hookimpl

    count = 0

    @hookimpl
    def deid_file_recorded(report):
        global count
        count += 1

    @hookimpl
    def deid_batch_finished(report, batch):
        Path(batch.settings.output_folder.parent, "end").write_text(f"{report.complete} {count}")
"""


def group(pgid: int) -> list[int]:
    """Return the processes that have the folder of the test in what they were started with."""
    return [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and _parent(entry) == pgid
    ]


def _parent(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return -1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_ctrl_c_ends_all_processes_and_leaves_whole_files_alone(
    number: signal.Signals, install: Any, slices: Any, ct: Dataset, tmp_path: Path
) -> None:
    install("end", END)
    slices(300)
    out = tmp_path / "out"
    with subprocess.Popen(
        [sys.executable, "-c", RUN, tmp_path / "in", out],
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "1\n"
        workers = group(process.pid)
        assert len(workers) == 2
        os.killpg(process.pid, number)
        _, errors = process.communicate(timeout=60)
    for pid in workers:
        _wait_for_end(pid)
    written = contents(out)
    assert not [path for path in written if path.endswith(".tmp")]
    assert 0 < len(written) < 300
    if number == signal.SIGINT:
        assert (tmp_path / "end").read_text() == f"False {len(written)}"
        assert errors.endswith("\nKeyboardInterrupt\n")
        assert errors.count("Traceback") == 1


def _wait_for_end(pid: int) -> None:
    while Path(f"/proc/{pid}").exists() and _parent(Path(f"/proc/{pid}")) != os.getpid():
        pass
