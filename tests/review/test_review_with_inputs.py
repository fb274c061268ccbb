"""``deid-core review --inputs``: images before and after, side by side."""

from __future__ import annotations

import re
import sys
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from reviewed import Person, invoke, run, served

from deid_core import FileRef, SettingsError
from deid_core_record.review.inputs import NOT_GIVEN, STILL_LOOKING, Inputs
from deid_core_record.review.server import Server


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return the output of a run over two series of one file."""
    return run(tmp_path, 2, 1)


def series_page(server: Server, at: int = 0) -> str:
    """Return the page of a series by its place in the list."""
    return Person(server).get(f"/series/{server.review.series()[at].key}")[1]


def befores(text: str) -> list[str]:
    """Return what stands before: the alternative text of a picture, or words."""
    return re.findall(r">Before</p>(?:<img [^>]*alt=\"|<p [^>]*>)([^\"<]*)", text)


SHOWN = "Image 1 of 1, before: as it was read"


def test_images_before_and_after_stand_side_by_side(out: Path) -> None:
    with served(out, inputs=[out.with_name("in")]) as server:
        text = series_page(server)
    assert befores(text) == [SHOWN]
    assert text.count("data:image/png") == 2
    assert "let nobody else see it" in text


def test_without_inputs_nothing_of_before_is_shown(out: Path) -> None:
    with served(out) as server:
        text = series_page(server)
    assert "Before" not in text
    assert text.count("data:image/png") == 1


def test_inputs_in_an_archive_are_found_again(tmp_path: Path) -> None:
    run(tmp_path, 1, 1)
    with tarfile.open(tmp_path / "in.tar.gz", "w:gz") as stream:
        stream.add(tmp_path / "in", "study")
    out = tmp_path / "other"
    assert invoke("run", tmp_path / "in.tar.gz", "-o", out, "--profile", "basic").exit_code == 0
    with served(out, inputs=[tmp_path / "in.tar.gz"]) as server:
        assert befores(series_page(server)) == [SHOWN]


def test_an_archive_of_outputs_may_have_inputs(out: Path) -> None:
    archive = out.with_name("out.zip")
    folder = out.with_name("in")
    assert invoke("run", folder, "-o", archive, "--profile", "basic").exit_code == 0
    with served(archive, inputs=[folder]) as server:
        assert befores(series_page(server)) == [SHOWN]


def test_inputs_that_were_not_given_are_told(out: Path) -> None:
    with served(out, inputs=[out.with_name("in") / "1.dcm"]) as server:
        assert [befores(series_page(server, at)) for at in (0, 1)] == [
            [f"No picture. {NOT_GIVEN}"],
            [SHOWN],
        ]


def test_an_input_that_has_changed_is_told(out: Path) -> None:
    path = out.with_name("in") / "0.dcm"
    path.write_bytes(path.read_bytes() + b"\0\0")
    with served(out, inputs=[path.parent]) as server:
        assert befores(series_page(server)) == [
            "No picture. The input is not as it was when it was read."
        ]


def test_while_inputs_are_looked_through_the_page_says_so(out: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> Iterator[FileRef]:
        begun.set()
        go_on.wait(60)
        yield from (FileRef(path.name, path=path) for path in out.with_name("in").iterdir())

    with served(out, read=False) as server:
        server.review.inputs = Inputs([slow()])
        reader = threading.Thread(target=server.review.read)
        reader.start()
        begun.wait(60)
        waiting = befores(series_page(server))
        go_on.set()
        reader.join()
        found = befores(series_page(server))
    assert (waiting, found) == ([f"No picture. {STILL_LOOKING}"], [SHOWN])


def test_inputs_of_another_run_are_told(out: Path) -> None:
    with served(out, inputs=[out]) as server:
        _, text = Person(server).get("/")
    assert "None of the inputs that were given was read by the run" in text


def test_a_source_that_fails_is_told_without_what_it_says(out: Path) -> None:
    def failing() -> Iterator[FileRef]:
        raise OSError("/home/Quirkelbach cannot be read")
        yield

    with served(out, read=False) as server:
        server.review.inputs = Inputs([failing()])
        with pytest.raises(SettingsError, match="inputs cannot all be read: OSError"):
            server.review.read()
        _, text = Person(server).get("/")
        assert "Inputs cannot all be read: OSError." in text
        assert befores(series_page(server)) == [f"No picture. {NOT_GIVEN}"]
