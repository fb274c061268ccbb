"""A run: the steps in order, what is reported, and how faults are told."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from pydicom.dataset import Dataset

from deid_core import (
    Check,
    Engine,
    FileRef,
    Outcome,
    PluginFailedError,
    PluginHost,
    PrivateVerdict,
    Recipe,
    Settings,
    WriteReceipt,
)
from deid_core.dicom import replace_identifiers
from deid_core.recipe.syntax import parse


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(output_folder=tmp_path / "out")


@pytest.fixture
def found(small: Dataset, save: Any) -> FileRef:
    path = save(small, "SIMPSON.dcm")
    return FileRef(path.name, path=path)


def test_a_report_says_what_was_done(host: PluginHost, settings: Settings, found: FileRef) -> None:
    recipe = parse("FORMAT dicom\n%header\nREMOVE PatientID\nREPLACE PatientName x\n", "r")
    (report,) = Engine(host, [recipe], settings).run([found])
    assert (report.number, report.outcome, report.code) == (1, Outcome.WRITTEN, "")
    assert report.actions["REMOVE PatientID"] == 1
    assert report.actions["REPLACE PatientName"] == 1
    assert report.actions["REMOVE StudyDate"] == 1
    assert report.output is not None
    assert Path(report.output).is_file()


def test_a_report_shows_neither_names_nor_values(
    host: PluginHost, settings: Settings, found: FileRef
) -> None:
    (report,) = Engine(host, [], settings).run([found])
    for secret in ("SIMPSON", "Homer", "P-1", "20200131"):
        assert secret not in repr(report)


def test_notes_of_reading_are_warnings_of_the_report(
    host: PluginHost, settings: Settings, found: FileRef
) -> None:
    assert found.path is not None
    found.path.write_bytes(found.path.read_bytes() + b"xyz")
    (report,) = Engine(host, [], settings).run([found])
    assert report.warnings == ("3 bytes after the data set dropped",)


def test_outputs_are_named_by_the_engine_or_by_the_caller(
    host: PluginHost, settings: Settings, found: FileRef
) -> None:
    engine = Engine(host, [], settings)
    (named,) = engine.run([found], [PurePosixPath("../x/y.dcm")])
    assert named.output == str(settings.output_folder / "x" / "y.dcm")


def test_observers_see_the_run(
    own: dict[str, object], plugin: Any, settings: Settings, found: FileRef, tmp_path: Path
) -> None:
    seen: list[Any] = []
    own["watch"] = plugin(
        deid_batch_started=lambda batch: seen.append("started"),
        deid_file_recorded=lambda report: seen.append(report.outcome),
        deid_batch_finished=lambda report: seen.append(report),  # noqa: PLW0108 - hooks are functions
    )
    text = tmp_path / "notes.txt"
    text.write_text("no image", encoding="utf-8")
    list(Engine(PluginHost(own), [], settings).run([found, FileRef("notes.txt", path=text)]))
    start, first, second, finished = seen
    assert (start, first, second) == ("started", Outcome.WRITTEN, Outcome.SKIPPED)
    assert finished.counts == {Outcome.WRITTEN: 1, Outcome.SKIPPED: 1}
    assert finished.plugins[0] == "watch (given 0)"
    assert finished.linkable is False


def test_hooks_are_called_per_run_or_per_file_and_never_per_element(
    own: dict[str, object], plugin: Any, settings: Settings, small: Dataset, save: Any
) -> None:
    from deid_core import hookspecs

    calls: list[str] = []
    hooks = [n for n in dir(hookspecs) if n.startswith("deid_")]

    def counter(name: str) -> Any:
        def count() -> None:
            calls.append(name)

        return count

    own["count"] = plugin(**{name: counter(name) for name in hooks})
    small.ReferencedStudySequence = [Dataset() for _ in range(50)]
    refs = [FileRef(p.name, path=p) for p in (save(small, f"{n}.dcm") for n in range(3))]
    host = PluginHost(own)
    engine = Engine(host, [], settings)
    calls.clear()
    list(engine.run(refs))
    assert len(calls) <= 8 * len(refs) + 2


# -- checks ----------------------------------------------------------------------------


def checking(plugin: Any, check: Any) -> Any:
    record = Check(name="careful", compile=lambda batch: check, summary="be careful")
    return plugin(deid_checks=lambda: [record])


def test_a_finding_refuses_the_file(
    own: dict[str, object], plugin: Any, settings: Settings, found: FileRef
) -> None:
    own["c"] = checking(plugin, lambda instance: ["too big", "too old"])
    (report,) = Engine(PluginHost(own), [], settings).run([found])
    assert (report.outcome, report.code) == (Outcome.REFUSED, "refused")
    assert report.reason == ("plugin 'c' (distribution given 0): check 'careful': too big; too old")
    assert not settings.output_folder.exists()


def test_a_check_sees_what_is_about_to_be_written(
    own: dict[str, object], plugin: Any, settings: Settings, found: FileRef
) -> None:
    own["c"] = checking(plugin, lambda i: ["has a name"] if "PatientName" in i.dataset else [])
    (report,) = Engine(PluginHost(own), [], settings).run([found])
    assert report.outcome is Outcome.WRITTEN


def test_a_check_that_fails_stops_the_file_and_is_named(
    own: dict[str, object], plugin: Any, settings: Settings, found: FileRef
) -> None:
    def fail(instance: Any) -> Any:
        raise KeyError("Homer")

    own["c"] = checking(plugin, fail)
    (report,) = Engine(PluginHost(own), [], settings).run([found])
    assert (report.outcome, report.code) == (Outcome.FAILED, "plugin-failed")
    assert report.reason.startswith(
        "plugin 'c' (distribution given 0): check 'careful' raised KeyError at test_engine.py:"
    )
    assert "Homer" not in report.reason


def test_a_check_that_cannot_be_compiled_stops_the_run_and_is_named(
    own: dict[str, object], plugin: Any, settings: Settings
) -> None:
    def explode(batch: Any) -> Any:
        raise KeyError("secret")

    own["c"] = plugin(
        deid_checks=lambda: [Check(name="careful", compile=explode, summary="explode")]
    )
    with pytest.raises(PluginFailedError, match=r"plugin 'c' .*check 'careful' raised KeyError"):
        Engine(PluginHost(own), [], settings)


# -- replaced stages -------------------------------------------------------------------


def test_a_writer_of_ones_own(
    own: dict[str, object], plugin: Any, settings: Settings, found: FileRef
) -> None:
    written = {}

    def deid_write_file(instance: Any, target: PurePosixPath) -> WriteReceipt:
        written[str(target)] = instance.dataset
        return WriteReceipt(f"memory:{target}")

    own["memory"] = plugin(deid_write_file=deid_write_file)
    (report,) = Engine(PluginHost(own), [], settings).run([found], [PurePosixPath("a.dcm")])
    assert report.output == "memory:a.dcm"
    assert "PatientName" not in written["a.dcm"]
    assert not settings.output_folder.exists()


def test_a_namer_of_ones_own_cannot_leave_the_output_folder(
    own: dict[str, object], plugin: Any, settings: Settings, found: FileRef
) -> None:
    own["namer"] = plugin(deid_name_output=lambda instance: PurePosixPath("/etc/../../x:y.dcm"))
    (report,) = Engine(PluginHost(own), [], settings).run([found])
    assert report.output == str(settings.output_folder / "etc" / "x_y.dcm")


def test_a_stage_that_raises_fails_the_file_and_is_named(
    own: dict[str, object], plugin: Any, settings: Settings, found: FileRef
) -> None:
    def fail(instance: Any) -> Any:
        raise KeyError("Homer")

    own["boom"] = plugin(deid_screen_private_tags=fail)
    (report,) = Engine(PluginHost(own), [], settings).run([found])
    assert (report.outcome, report.code) == (Outcome.FAILED, "plugin-failed")
    assert "plugin 'boom'" in report.reason
    assert "Homer" not in report.reason
    assert not settings.output_folder.exists()


def test_a_verdict_that_names_what_is_not_there_refuses_the_file(
    own: dict[str, object], plugin: Any, settings: Settings, found: FileRef
) -> None:
    verdict = PrivateVerdict(found={"(0009,1001)": "because"})
    own["s"] = plugin(deid_screen_private_tags=lambda instance: verdict)
    (report,) = Engine(PluginHost(own), [], settings).run([found])
    assert report.outcome is Outcome.REFUSED
    assert "found 1 that are not there" in report.reason


def test_identifiers_of_another_plugin_find_the_variables(
    own: dict[str, object], plugin: Any, settings: Settings, found: FileRef, load: Any
) -> None:
    from deid_core import Identifiers

    own["ids"] = plugin(deid_extract_identifiers=lambda instance: Identifiers("E", "I", {}))
    recipe = parse("FORMAT dicom\n%header\nREPLACE PatientID var:id", "r")
    engine = Engine(PluginHost(own), [recipe], settings, ids={"E": {"I": {"id": "x"}}})
    (report,) = engine.run([found])
    assert load(report.output).PatientID == "x"


# -- the library over the engine -------------------------------------------------------


def test_one_file_that_is_refused_does_not_end_the_run(
    small: Dataset, save: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    good, bad = save(small, "good.dcm"), save(small, "bad.dcm")
    bad.write_bytes(bad.read_bytes()[:-1])
    outs = replace_identifiers([bad, good], output_folder=tmp_path / "out")
    assert [Path(out).name for out in outs] == ["good.dcm"]
    assert "bad.dcm: the file ends inside of the element (7FE0,0010)" in caplog.text


def test_a_plugin_that_fails_on_one_file_is_logged_and_on_all_files_raised(
    own: dict[str, object],
    plugin: Any,
    small: Dataset,
    save: Any,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    from deid_core.dicom.replace import _paths

    def fail_once(instance: Any) -> Any:
        if "bad" in instance.ref.name:
            raise KeyError("Homer")

    own["boom"] = plugin(deid_screen_private_tags=fail_once)
    refs = [FileRef(p.name, path=p) for p in (save(small, "bad.dcm"), save(small, "good.dcm"))]
    engine = Engine(PluginHost(own), [], Settings(output_folder=tmp_path / "out"))
    (out,) = _paths(engine, refs)
    assert Path(out).name == "good.dcm"
    assert "bad.dcm: plugin 'boom'" in caplog.text
    assert "Homer" not in caplog.text
    with pytest.raises(PluginFailedError, match="plugin 'boom'"):
        _paths(engine, refs[:1])


def test_a_key_must_be_secret_bytes(host: PluginHost) -> None:
    assert Engine(host, key=b"k" * 32).linkable
    assert not Engine(host).linkable


def test_a_recipe_is_frozen() -> None:
    with pytest.raises(AttributeError):
        Recipe().format = "other"  # type: ignore[misc]
