"""No output takes the place of an input, unless that is asked for by name."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pydicom.dataset import Dataset

from deid_core import Engine, FileRef, Outcome, PluginHost, Settings
from deid_core.cli.main import cli
from deid_core.dicom import replace_identifiers

Run = Callable[..., Any]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("COLUMNS", "300")
    return lambda *words: CliRunner().invoke(cli, ["run", *map(str, words), "--no-record"])


def is_new(path: Path, load: Any) -> bool:
    return "Simpson" not in str(load(path).get("PatientName", ""))


def test_an_output_replaces_its_own_input_where_that_is_asked_for(
    small: Dataset, save: Any, load: Any, tmp_path: Path
) -> None:
    path = save(small)
    refused = replace_identifiers(path, output_folder=tmp_path, overwrite=True)
    assert refused == []
    assert not is_new(path, load)
    assert replace_identifiers(path, output_folder=tmp_path, overwrite_inputs=True) == [str(path)]
    assert is_new(path, load)
    assert [one.name for one in tmp_path.iterdir()] == ["in.dcm"]


def test_an_output_never_replaces_the_input_of_another_file(
    small: Dataset, save: Any, load: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    # in/x/1.dcm would be written to in/1.dcm, which is read next.
    first, second = save(small, "in/x/1.dcm"), save(small, "in/2.dcm")
    host = PluginHost.load()
    before = second.read_bytes()
    for settings in (
        Settings(output_folder=tmp_path / "in", overwrite=True),
        Settings(output_folder=tmp_path / "in", overwrite=True, overwrite_inputs=True),
    ):
        refs = [FileRef("2.dcm", path=first), FileRef("other", path=second)]
        engine = Engine(host, settings=settings)
        reports = list(engine.run(refs, [Path("2.dcm"), Path("3.dcm")]))
        assert [report.code for report in reports] == ["output-is-input", ""]
        assert second.read_bytes() == before
    assert "the output would replace the input of another file" in caplog.text


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_a_link_in_the_place_of_an_output_is_not_replaced(
    run: Run, small: Dataset, save: Any, tmp_path: Path, link: Any
) -> None:
    path, out = save(small, "in/a.dcm"), tmp_path / "out"
    out.mkdir()
    link(path, out / "b.dcm")
    source = save(small, "in/b.dcm")
    before = path.read_bytes()
    result = run(source, "--keep-names", "--overwrite", "-o", out)
    assert result.exit_code == 1
    assert "output-is-input" in result.output
    assert path.read_bytes() == (out / "b.dcm").read_bytes() == before


def test_a_link_to_its_own_input_is_replaced_and_the_input_stays(
    run: Run, small: Dataset, save: Any, load: Any, tmp_path: Path
) -> None:
    path, out = save(small, "in/a.dcm"), tmp_path / "out"
    out.mkdir()
    (out / "a.dcm").symlink_to(path)
    assert run(path, "--keep-names", "--overwrite", "-o", out).exit_code == 1
    assert run(path, "--keep-names", "--overwrite-inputs", "-o", out).exit_code == 0
    assert is_new(out / "a.dcm", load)
    assert not (out / "a.dcm").is_symlink()
    assert not is_new(path, load)


def test_a_link_to_nowhere_is_not_replaced_either(
    run: Run, small: Dataset, save: Any, tmp_path: Path
) -> None:
    path, out = save(small, "in/a.dcm"), tmp_path / "out"
    out.mkdir()
    (out / "a.dcm").symlink_to(tmp_path / "nowhere")
    assert run(path, "--keep-names", "--overwrite", "-o", out).exit_code == 1
    assert not (tmp_path / "nowhere").exists()


def test_a_source_may_lie_in_the_output_folder_only_where_that_is_asked_for(
    run: Run, small: Dataset, save: Any, load: Any, tmp_path: Path
) -> None:
    paths = [save(small, f"in/{name}.dcm") for name in "abc"]
    words = [tmp_path / "in", "-o", tmp_path / "in", "--keep-names"]
    result = run(*words, "--overwrite")
    assert result.exit_code == 2
    assert "lies in the output folder, where nothing is read" in result.output
    assert not any(is_new(path, load) for path in paths)
    result = run(*words, "--overwrite-inputs", "--engine", "processes", "--workers", "2")
    assert result.exit_code == 0, result.output
    assert "One process did all the files: it replaces its inputs" in result.output
    assert sorted((tmp_path / "in").iterdir()) == paths
    assert all(is_new(path, load) for path in paths)


def test_a_run_does_not_find_its_own_outputs_among_its_inputs(
    run: Run, small: Dataset, save: Any, tmp_path: Path
) -> None:
    for name in "abc":
        save(small, f"in/{name}.dcm")
    result = run(tmp_path / "in", "-o", tmp_path / "in", "--overwrite-inputs")
    assert result.exit_code == 0, result.output
    # Three inputs under their own names, three outputs under those of their UIDs.
    assert len(list((tmp_path / "in").rglob("*.dcm"))) == 6


def test_inputs_that_an_iterator_gave_before_are_spared(
    small: Dataset, save: Any, tmp_path: Path
) -> None:
    first, second = save(small, "in/1.dcm"), save(small, "in/x/2.dcm")
    before = first.read_bytes()
    settings = Settings(output_folder=tmp_path / "in", overwrite=True)
    refs = (FileRef(path.name, path=path) for path in (first, second))
    names = [Path("new.dcm"), Path("1.dcm")]
    reports = list(Engine(PluginHost.load(), settings=settings).run(refs, names))
    assert [report.outcome for report in reports] == [Outcome.WRITTEN, Outcome.REFUSED]
    assert first.read_bytes() == before


def test_workers_spare_the_inputs_of_others(small: Dataset, save: Any, tmp_path: Path) -> None:
    first, second = save(small, "in/x/1.dcm"), save(small, "in/2.dcm")
    before = second.read_bytes()
    settings = Settings(output_folder=tmp_path / "in", overwrite=True)
    refs = [FileRef(path.name, path=path) for path in (first, second)]
    engine = Engine(PluginHost.load(), settings=settings)
    names = [Path("2.dcm"), Path("3.dcm")]
    reports = list(engine.run(refs, names, executor="processes", workers=1))
    assert engine.obstacle is None
    assert [report.code for report in reports] == ["output-is-input", ""]
    assert second.read_bytes() == before


def test_a_dicomdir_that_is_an_input_stays(small: Dataset, save: Any, tmp_path: Path) -> None:
    from deid_core import SettingsError
    from deid_core.data import get_dataset
    from deid_core.dicom import get_files

    images = list(get_files(get_dataset("dicom-cookies")))[:1]
    settings = Settings(dicomdir=True)
    (image,) = replace_identifiers(images, output_folder=tmp_path / "in", config=settings)
    directory = tmp_path / "in" / "DICOMDIR"
    before = directory.read_bytes()
    with pytest.raises(SettingsError, match="is an input of the run"):
        replace_identifiers(
            [str(directory), image],
            output_folder=tmp_path / "in",
            overwrite=True,
            config=settings,
        )
    assert directory.read_bytes() == before
