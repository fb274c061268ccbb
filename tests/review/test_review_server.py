"""``deid-core review`` serves one person on this computer, and keeps the marks that he gives."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "record"))

from recorded import key
from reviewed import Person, invoke, run, served

from deid_core import FileRef
from deid_core_record.journal import Journal
from deid_core_record.review import pages
from deid_core_record.review.instance import rows_of
from deid_core_record.review.server import HEADERS, Server


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the output of a run over three series of two files."""
    return run(tmp_path_factory.mktemp("review"), 3, 2)


@pytest.fixture
def server(out: Path) -> Iterator[Server]:
    with sqlite3.connect(out.with_name("out.record") / "journal.sqlite") as connection:
        connection.execute("DELETE FROM marks")
    connection.close()
    with served(out) as server:
        yield server


@pytest.fixture
def person(server: Server) -> Person:
    return Person(server)


def first(server: Server) -> str:
    """Return the path of the first series."""
    return f"/series/{server.review.series()[0].key}"


def marks(out: Path) -> list[tuple[str | None, str]]:
    """Return the marks with their notes, as the command prints them."""
    found = json.loads(invoke("review", out, "--json").output)
    return [(one["mark"], one["note"]) for one in found["series"]]


# -- what is shown -----------------------------------------------------------------------


def test_each_series_stands_in_the_list_once(person: Person) -> None:
    _, text = person.get("/")
    assert re.findall(r">Series (\d)</a>", text) == ["1", "2", "3"]


def test_a_series_is_shown_with_attributes_and_images(person: Person, out: Path) -> None:
    _, text = person.get(first(person.server))
    review = person.server.review
    ref = review.output_at(review.series()[0], 0)
    assert ref is not None
    assert dcmread(ref.path).SOPInstanceUID in text
    assert "Image 1 of 2" in text
    assert "data:image/png;base64," in text


def test_a_long_list_comes_page_by_page(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PER_PAGE", 2)
    _, text = person.get("/?page=2")
    assert re.findall(r">Series (\d)</a>", text) == ["3"]
    assert "Page 2 of 2" in text
    assert "Previous page" in text
    assert "Next page" not in text


@pytest.mark.parametrize("query", ["?page=0", "?page=999999999999", "?page=-1", "?show=x&page=x"])
def test_a_page_that_is_not_there_is_the_nearest(person: Person, query: str) -> None:
    response, text = person.get(f"/{query}")
    assert response.status == 200
    assert "Series 1" in text


def test_what_a_person_writes_is_escaped(person: Person) -> None:
    person.post(first(person.server), {"note": "</textarea><script>alert(1)</script>"})
    for path in ("/", first(person.server)):
        _, text = person.get(path)
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text


def test_an_output_that_is_gone_is_told(tmp_path: Path) -> None:
    out = run(tmp_path, 1, 2)
    next(path for path in out.rglob("*.dcm")).unlink()
    with served(out) as server:
        _, text = Person(server).get("/")
    assert "Not there as written: 1 file of the run." in text


def test_a_run_that_broke_off_is_told(tmp_path: Path) -> None:
    out = run(tmp_path, 1, 1)
    with sqlite3.connect(tmp_path / "out.record" / "journal.sqlite") as connection:
        connection.execute("UPDATE runs SET complete = 0")
    connection.close()
    with served(out) as server:
        _, text = Person(server).get("/")
    assert "The last run broke off" in text


def test_a_value_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    dataset = dcmread(get_testdata_file("CT_small.dcm"))
    dataset.remove_private_tags()
    dataset.save_as(tmp_path / "a.dcm")
    data = (tmp_path / "a.dcm").read_bytes()
    place = data.index(b"\x20\x00\x13\x00IS")
    broken = data[: place + 8] + b"?" * data[place + 6] + data[place + 8 + data[place + 6] :]
    (tmp_path / "a.dcm").write_bytes(broken)
    rows = {row.name: row.value for row in rows_of(FileRef("a.dcm", path=tmp_path / "a.dcm"))}
    assert rows["Instance Number"] == "cannot be read"
    assert rows["Modality"] == "CT"
    assert "Rows" in rows


# -- marks -------------------------------------------------------------------------------


def test_a_mark_is_kept_and_shown_and_exported(person: Person, out: Path) -> None:
    path = first(person.server)
    response, _ = person.post(path, {"mark": "rejected", "note": "text in the corner"})
    assert response.status == 303
    _, text = person.get(response.headers["Location"])
    assert "Your mark is kept" in text
    with served(out) as another:
        _, text = Person(another).get("/?show=rejected")
    assert "text in the corner" in text
    assert "Series 2" not in text
    assert marks(out) == [("rejected", "text in the corner"), (None, ""), (None, "")]


def test_the_last_mark_counts_and_can_be_taken_back(person: Person, out: Path) -> None:
    path = first(person.server)
    person.post(path, {"mark": "approved"})
    person.post(path, {"mark": "rejected"})
    assert marks(out)[0] == ("rejected", "")
    person.post(path, {"mark": ""})
    assert marks(out)[0] == (None, "")


def test_a_mark_does_not_hold_for_outputs_that_changed(tmp_path: Path) -> None:
    words = ("--key-file", str(key(tmp_path / "key", 7)))
    out = run(tmp_path, 1, 2, *words)
    with served(out) as server:
        Person(server).post(first(server), {"mark": "approved"})
    assert marks(out) == [("approved", "")]
    run(tmp_path, 1, 3, *words)
    (series,) = json.loads(invoke("review", out, "--json").output)["series"]
    assert (series["mark"], series["changed_since"]) == (None, True)
    with served(out) as server:
        _, text = Person(server).get(first(server))
    assert "not those that were marked" in text


def test_a_journal_from_before_there_were_marks_takes_them(out: Path) -> None:
    record = out.with_name("out.record")
    with sqlite3.connect(record / "journal.sqlite") as connection:
        connection.execute("DROP TABLE marks")
    connection.close()
    journal = Journal.open(record)
    assert journal.marks() == {}
    journal.close()


def test_a_mark_names_its_series_by_a_keyed_digest(person: Person, out: Path) -> None:
    person.post(first(person.server), {"mark": "approved"})
    with sqlite3.connect(out.with_name("out.record") / "journal.sqlite") as connection:
        (row,) = connection.execute("SELECT * FROM marks")
    connection.close()
    assert person.server.review.series()[0].uid not in str(row)


def test_nothing_is_marked_before_all_is_read(out: Path) -> None:
    with served(out, read=False) as server:
        review = server.review
        review._take(next(review._outputs()))
        person = Person(server)
        _, text = person.get(first(server))
        assert "<form" not in text
        response, _ = person.post(first(server), {})
        assert response.status == 409


@pytest.mark.parametrize(
    "form",
    [
        {"mark": "fine"},
        {"note": "x" * 501},
        {"content": "of something else"},
        {"token": "guessed"},
        {"token": ""},
    ],
)
def test_a_form_that_is_not_as_the_page_made_it_marks_nothing(
    person: Person, out: Path, form: dict[str, str]
) -> None:
    response, _ = person.post(first(person.server), form)
    assert response.status in {400, 403, 409}
    assert marks(out) == [(None, "")] * 3


# -- who gets in -------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/page.js", "/series/x", "/?token=guessed", "/favicon.ico"])
def test_who_does_not_know_the_secret_gets_nothing(server: Server, path: str) -> None:
    response, text = Person(server, knows=False).get(path)
    assert response.status == 403
    assert "Series 1" not in text


def test_the_address_lets_in_and_gives_a_strict_cookie(server: Server) -> None:
    stranger = Person(server, knows=False)
    response, _ = stranger.get(f"/?token={server.secret}")
    cookie = response.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    response, text = stranger.get("/", Cookie=cookie.partition(";")[0])
    assert response.status == 200
    assert "Series 1" in text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost:1", ""])
def test_another_name_of_the_host_is_refused(person: Person, host: str) -> None:
    response, text = person.get("/", Host=host)
    assert response.status == 421
    assert "Series 1" not in text


def test_a_form_from_another_site_is_refused(person: Person, out: Path) -> None:
    response, _ = person.post(first(person.server), {}, Origin="http://evil.example")
    assert response.status == 403
    assert marks(out)[0] == (None, "")


def test_a_form_without_the_cookie_is_refused(server: Server, out: Path) -> None:
    response, _ = Person(server, knows=False).post(first(server), {})
    assert response.status == 403
    assert marks(out)[0] == (None, "")


def test_a_form_that_is_too_long_is_not_read(person: Person) -> None:
    response, _ = person.post(first(person.server), {"note": "x" * 20_000})
    assert response.status == 413


def test_only_what_there_is_is_served(person: Person) -> None:
    for path in ("/series/", "/series/..%2f..", "/../journal.sqlite", "/journal.sqlite", "/x"):
        response, _ = person.get(path)
        assert response.status == 404


def test_each_answer_forbids_what_the_pages_do_not_need(person: Person) -> None:
    for path in ("/", first(person.server), "/page.css", "/nowhere"):
        response, _ = person.get(path)
        assert {name: response.headers[name] for name in HEADERS} == HEADERS
    assert "default-src 'none'" in HEADERS["Content-Security-Policy"]


def test_it_listens_on_the_loopback_address_alone(server: Server) -> None:
    assert server.server_address[0] == "127.0.0.1"
    with socket.socket() as another, pytest.raises(ConnectionRefusedError):
        another.connect(("127.0.0.2", server.server_port))


def test_while_a_run_is_at_work_the_page_says_so(person: Person, out: Path) -> None:
    journal = Journal.open(out.with_name("out.record"))
    try:
        response, text = person.get("/")
    finally:
        journal.close()
    assert response.status == 409
    assert "another run is at work" in text


# -- the command -------------------------------------------------------------------------


def test_the_command_prints_its_address_and_ends_with_ctrl_c(out: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "deid_core", "review", str(out), "--no-browser"],
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        door = out.with_name("out.record") / "review.html"
        assert url in door.read_text()
        assert door.stat().st_mode & 0o077 == 0
        port, path = re.fullmatch(r"http://127\.0\.0\.1:(\d+)(/\?token=.+)", url).groups()
        connection = HTTPConnection("127.0.0.1", int(port), timeout=20)
        connection.request("GET", path)
        assert connection.getresponse().status == 200
        connection.close()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert not errors
    assert not door.exists()


def test_without_a_record_there_is_nothing_to_review(tmp_path: Path) -> None:
    result = invoke("review", tmp_path)
    assert result.exit_code == 2
    assert "holds no record of a run" in result.output


def test_what_is_neither_folder_nor_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"")
    result = invoke("review", tmp_path / "out")
    assert result.exit_code == 2
    assert "neither a folder nor an archive" in result.output


def test_inputs_that_are_not_there_are_refused(out: Path) -> None:
    result = invoke("review", out, "--inputs", out / "nowhere", "--no-browser")
    assert result.exit_code == 2
    assert "no such file or folder" in result.output
