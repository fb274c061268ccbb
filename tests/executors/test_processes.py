"""The executor ``processes``: other processes, the same outputs and the same reports."""

from __future__ import annotations

import itertools
import logging
from collections import Counter
from functools import partial
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from pydicom.data import get_testdata_file
from runs import KEY, children, contents, told

from deid_core import Engine, FileRef, Outcome, PluginHost, Settings, SettingsError
from deid_core.recipe.syntax import parse

LARGEST = 200_000
"""Bytes of the largest file that the tests take: what is larger is not different."""


def real_files() -> list[FileRef]:
    paths = sorted(Path(get_testdata_file("CT_small.dcm")).parent.glob("*.dcm"))
    return [FileRef(p.name, path=p) for p in paths if p.stat().st_size < LARGEST]


def test_outputs_and_reports_are_those_of_one_process(engine: Any, tmp_path: Path) -> None:
    refs = real_files()
    one = told(engine("one").run(refs), tmp_path / "one")
    two = told(engine("two").run(refs, executor="processes", workers=2), tmp_path / "two")
    assert two == one
    assert contents(tmp_path / "two") == contents(tmp_path / "one")
    assert len(contents(tmp_path / "one")) > 50


def test_of_files_with_one_name_the_first_keeps_it_whoever_is_first_done(
    engine: Any, install: Any, slices: Any, tmp_path: Path
) -> None:
    install(
        "slow",
        """
        import os, time
        from deid_core import ParallelRun, hookimpl

        RUN = os.getpid()

        @hookimpl(wrapper=True)
        def deid_finish_instance(instance):
            if instance.ref.name == "0001.dcm":
                time.sleep(0.5)
            return (yield)

        @hookimpl
        def deid_parallel_runs():
            return [ParallelRun(name="slow")]
        """,
    )
    refs = slices(30, uid=lambda number: f"1.2.3.{number % 7}")
    for overwrite in (False, True):
        one, two = f"one-{overwrite}", f"two-{overwrite}"
        expected = told(engine(one, overwrite=overwrite).run(refs), tmp_path / one)
        for expected_outcome in (Outcome.WRITTEN, Outcome.WRITTEN if overwrite else Outcome.EXISTS):
            run = engine(two, overwrite=overwrite).run(refs, executor="processes", workers=2)
            found = told(run, tmp_path / two)
            assert [row[3] for row in found] == [row[3] for row in expected]
            assert contents(tmp_path / two) == contents(tmp_path / one)
            assert Counter(row[1] for row in found) == {expected_outcome: 30}


def test_names_of_the_caller_are_kept(engine: Any, slices: Any, tmp_path: Path) -> None:
    names = [PurePosixPath("a.dcm")] * 5
    run = engine().run(slices(5), iter(names), executor="processes", workers=2)
    outputs = [Path(report.output).name for report in run]
    assert outputs == ["a.dcm", "a-2.dcm", "a-3.dcm", "a-4.dcm", "a-5.dcm"]


def test_a_dicomdir_lists_what_all_workers_wrote(engine: Any, slices: Any, tmp_path: Path) -> None:
    refs = slices(20)
    list(engine("one", dicomdir=True).run(refs))
    list(engine("two", dicomdir=True).run(refs, executor="processes", workers=2))
    assert "DICOMDIR" in contents(tmp_path / "one")
    assert contents(tmp_path / "two") == contents(tmp_path / "one")


def test_files_are_drawn_only_as_they_are_needed(engine: Any, slices: Any) -> None:
    drawn = 0
    refs = slices(10)

    def endless() -> Any:
        nonlocal drawn
        for ref in itertools.cycle(refs):
            drawn += 1
            yield ref

    run = engine().run(endless(), executor="processes", workers=2)
    assert next(run).outcome is Outcome.WRITTEN
    assert drawn < 100
    for report in itertools.islice(run, 100):
        assert drawn - report.number < 1000
    run.close()
    assert not children()


def test_what_was_done_is_recorded_where_a_run_is_broken_off(
    engine: Any, install: Any, slices: Any, tmp_path: Path
) -> None:
    install(
        "observer",
        """
        from deid_core import hookimpl

        numbers, ends = [], []

        @hookimpl
        def deid_file_recorded(report):
            numbers.append(report.number)

        @hookimpl
        def deid_batch_finished(report):
            ends.append(report)
        """,
    )
    import deid_core_test_observer as observer

    run = engine().run(slices(200), executor="processes", workers=2)
    for _ in range(3):
        next(run)
    run.close()
    (end,) = observer.ends
    assert not end.complete
    assert end.counts == {Outcome.WRITTEN: len(observer.numbers)}
    assert len(contents(tmp_path / "out")) == len(set(observer.numbers)) < 200
    assert not children()


def test_lines_of_workers_reach_the_handlers_of_the_run_in_the_order_of_the_files(
    engine: Any, slices: Any, caplog: pytest.LogCaptureFixture
) -> None:
    refs = slices(12)
    for ref in refs[3:9:2]:
        ref.path.write_bytes(ref.path.read_bytes()[:-1])
    with caplog.at_level(logging.DEBUG, logger="deid_core"):
        list(engine("one").run(refs))
        expected = [(r.name, r.levelno, r.getMessage()) for r in caplog.records]
        caplog.clear()
        list(engine("two").run(refs, executor="processes", workers=2))
        found = [(r.name, r.levelno, r.getMessage()) for r in caplog.records]
    assert found == expected
    assert [message[:6] for _, level, message in found if level == logging.ERROR] == [
        "file 4",
        "file 6",
        "file 8",
    ]


def test_no_worker_has_the_key_where_others_can_see_it(engine: Any, slices: Any) -> None:
    run = engine().run(slices(3), executor="processes", workers=2)
    next(run)
    workers = children()
    assert len(workers) == 2
    for pid in workers:
        for name in ("cmdline", "environ"):
            seen = Path(f"/proc/{pid}/{name}").read_bytes()
            assert KEY not in seen
            assert KEY.hex().encode() not in seen
    run.close()


def test_what_only_this_process_can_open_is_done_here(
    engine: Any, slices: Any, tmp_path: Path
) -> None:
    refs = slices(6, uid=lambda number: f"1.2.3.{number % 2}")
    list(engine("one").run(refs))
    content = [ref.path.read_bytes() for ref in refs]
    refs[2] = FileRef("in memory", opener=lambda: BytesIO(content[2]))
    refs[4] = FileRef("in memory", opener=partial(BytesIO, content[4]))
    reports = list(engine("two").run(refs, executor="processes", workers=2))
    assert {report.outcome for report in reports} == {Outcome.WRITTEN}
    assert contents(tmp_path / "two") == contents(tmp_path / "one")


def test_a_source_that_fails_ends_the_run_after_the_files_before(engine: Any, slices: Any) -> None:
    def failing() -> Any:
        yield from slices(5)
        raise OSError("unplugged")

    run = engine().run(failing(), executor="processes", workers=2)
    assert [report.number for report in itertools.islice(run, 5)] == [1, 2, 3, 4, 5]
    with pytest.raises(OSError, match="unplugged"):
        next(run)


def test_options_that_mean_nothing_are_refused_before_the_first_file(engine: Any) -> None:
    with pytest.raises(
        SettingsError, match=r"no plugin has an executor 'cluster'; there are: auto"
    ):
        engine().run([], executor="cluster")
    with pytest.raises(SettingsError, match="at least one worker"):
        engine().run([], executor="processes", workers=0)


def test_a_short_run_starts_no_process(engine: Any, slices: Any) -> None:
    run = engine().run(slices(3), executor="auto", workers=2)
    for _ in run:
        assert not children()


def test_a_long_run_goes_on_with_workers(
    engine: Any, slices: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from deid_core.execution import course

    monkeypatch.setattr(course, "PATIENCE_SECONDS", 0.0)
    refs = slices(10)
    list(engine("one").run(refs * 20))
    run = engine("two").run(itertools.chain(refs * 20), executor="auto", workers=2)
    seen = {bool(children()) for _ in run}
    assert seen == {True, False}
    assert contents(tmp_path / "two") == contents(tmp_path / "one")


# -- runs that cannot be split ---------------------------------------------------------


def refused(engine: Engine, refs: list[FileRef]) -> str | None:
    run = engine.run(refs, executor="processes", workers=2)
    for report in run:
        assert report.outcome is Outcome.WRITTEN
        assert not children()
    return engine.obstacle


def test_a_plugin_that_says_nothing_keeps_the_run_in_one_process(
    engine: Any, install: Any, slices: Any
) -> None:
    install(
        "silent",
        """
        from deid_core import hookimpl

        @hookimpl
        def deid_write_file(target):
            return None
        """,
    )
    obstacle = refused(engine(), slices(2))
    assert obstacle == "plugin 'silent' does not say whether its runs can be split"


def test_a_crosswalk_keeps_the_run_in_one_process(engine: Any, slices: Any, tmp_path: Path) -> None:
    obstacle = refused(engine(crosswalk=str(tmp_path / "crosswalk")), slices(2))
    assert obstacle is not None
    assert "crosswalk" in obstacle


@pytest.mark.parametrize("value", ["deid_func:counter", "deid_func:patient form=code length=4"])
def test_what_is_counted_or_told_apart_keeps_the_run_in_one_process(
    value: str, slices: Any, tmp_path: Path
) -> None:
    recipe = parse(f"FORMAT dicom\n%header\nREPLACE PatientID {value}\n", "r")
    engine = Engine(PluginHost.load(), [recipe], Settings(output_folder=tmp_path / "o"), key=KEY)
    assert refused(engine, slices(2))


def test_plugins_that_were_given_as_objects_keep_the_run_in_one_process(
    own: dict[str, object], slices: Any, tmp_path: Path
) -> None:
    import deid_core_executors

    host = PluginHost({**own, "executors": deid_core_executors})
    engine = Engine(host, [], Settings(output_folder=tmp_path / "out"), key=KEY)
    obstacle = refused(engine, slices(2))
    assert obstacle == "its plugins were given as objects, which other processes cannot load"


def test_functions_of_a_user_keep_the_run_in_one_process(slices: Any, tmp_path: Path) -> None:
    ids = {"1CT1": {"1.2.3.1": {"f": lambda **_: "x"}}}
    engine = Engine(PluginHost.load(), [], Settings(output_folder=tmp_path / "o"), key=KEY, ids=ids)
    obstacle = refused(engine, slices(2))
    assert obstacle is not None
    assert "function" in obstacle
