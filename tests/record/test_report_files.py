"""The report of a run: what it says, in JSON and on a page."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
import stat
import sys
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from deid_core_record.journal import Entry
from deid_core_record.names import Names
from deid_core_record.report import MOST_ROWS, write_report
from deid_core_record.report_files import read_files

sys.path.insert(0, str(Path(__file__).parent))

from recorded import broken, images, invoke

SCHEMA = json.loads((files("deid_core_record") / "assets" / "report.schema.json").read_text())


class Page(HTMLParser):
    """What a page consists of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.stack: list[str] = []
        self.feed(text)
        self.close()
        assert self.stack == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [found for tag, found in self.tags if tag in names]


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the record of a run with a profile over three images, a broken file and a text."""
    folder = tmp_path_factory.mktemp("report")
    broken(images(folder / "in", 3))
    (folder / "in" / "notes.txt").write_text("no image")
    invoke("run", folder / "in", "-o", folder / "out", "--profile", "basic")
    return folder / "out.record"


@pytest.fixture(scope="module")
def report(record: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((record / "report.json").read_text())
    return found


@pytest.fixture(scope="module")
def page(record: Path) -> str:
    return (record / "report.html").read_text()


def facts(**changed: Any) -> dict[str, Any]:
    """Return the facts of a report in which nothing was found."""
    return {
        "format": 1,
        "made": "2026-01-01T00:00:00Z",
        "complete": True,
        "versions": {},
        "plugins": [],
        "recipes": [],
        "key": {"fingerprint": "0" * 16, "made_for_this_run": True},
        "settings": {},
        "runs": [],
        "log": {"file": "log.jsonl", "lines": 1, "hash": "0" * 64, "chain": "sha256"},
        "counts": {"files": 0, "outcomes": {}, "codes": []},
        "actions": {},
        "rules": [],
        "attributes": [],
        "names_of_outputs": True,
        **changed,
    }


def entry(number: int, outcome: str = "written", **fields: Any) -> Entry:
    return Entry(None, 0, 0, "a" * 32, outcome, run=1, number=number, **fields)


def test_a_report_is_as_its_schema_says(report: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(report)


def test_reports_are_for_their_owner_alone(record: Path) -> None:
    for name in ("report.json", "report.html", "log.jsonl"):
        assert stat.S_IMODE((record / name).stat().st_mode) == 0o600
    assert not list(record.glob(".*"))


def test_a_report_says_what_became_of_each_file(report: dict[str, Any], record: Path) -> None:
    assert report["counts"]["outcomes"] == {"refused": 1, "skipped": 1, "written": 3}
    assert {"outcome": "refused", "code": "unreadable", "files": 1} in report["counts"]["codes"]
    out = record.parent / "out"
    for found in report["files"]:
        if found["outcome"] == "written":
            digest = hashlib.sha256((out / found["name"]).read_bytes()).hexdigest()
            assert found["output"] == digest
        else:
            assert found["reason"]
            assert "output" not in found
    assert list(read_files(record / "report.json")) == report["files"]


def test_a_report_says_by_what_the_run_was_made(report: dict[str, Any]) -> None:
    assert [one["name"] for one in report["recipes"]] == ["deid.dicom.pixels", "deid.dicom.basic"]
    assert report["key"]["made_for_this_run"]
    assert {"record", "dicom"} <= {one["name"] for one in report["plugins"]}
    assert report["settings"]["sweep"] == "remove"
    assert report["runs"][0]["complete"]


def test_a_report_says_what_rules_did_and_what_became_of_attributes(
    report: dict[str, Any],
) -> None:
    by_name = {one["keyword"]: one for one in report["attributes"]}
    effects = ("removed", "emptied", "replaced")
    assert [by_name["PatientName"][effect] for effect in effects] == [0, 3, 0]
    assert [by_name["PatientAge"][effect] for effect in effects] == [3, 0, 0]
    assert [by_name["SOPInstanceUID"][effect] for effect in effects] == [0, 0, 3]
    # The action of the profile takes the way that the type of the attribute allows.
    assert [by_name["SeriesDate"][effect] for effect in effects] == [3, 0, 0]
    rule = next(one for one in report["rules"] if one["field"] == "PatientName")
    assert (rule["action"], rule["count"]) == ("BLANK", 3)
    assert re.fullmatch(r"deid\.dicom\.basic:\d+", rule["place"])


def test_a_run_that_breaks_off_is_reported_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from deid_core.cli.progress import RunProgress

    def interrupt(self: RunProgress, *, bad: bool) -> None:
        raise KeyboardInterrupt

    images(tmp_path / "in", 3)
    monkeypatch.setattr(RunProgress, "advance", interrupt)
    invoke("run", tmp_path / "in", "-o", tmp_path / "out", "--engine", "serial")
    found = json.loads((tmp_path / "out.record" / "report.json").read_text())
    assert not found["complete"]
    assert found["counts"]["files"] >= 1
    assert "broke off" in (tmp_path / "out.record" / "report.html").read_text()
    assert invoke("verify-log", tmp_path / "out.record").exit_code == 0


def test_the_page_needs_nothing_from_elsewhere(page: str) -> None:
    found = Page(page)
    assert not found.all("link", "img", "iframe", "object", "embed", "form", "base")
    assert all("src" not in one for _, one in found.tags)
    assert all(str(one["href"]).startswith("#") for one in found.all("a"))
    policy = next(o["content"] for o in found.all("meta") if "http-equiv" in o)
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    for tag in ("style", "script"):
        text = re.search(rf"<{tag}>(.*?)</{tag}>", page, flags=re.DOTALL)
        assert text is not None
        digest = base64.b64encode(hashlib.sha256(text[1].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert " style=" not in page
    assert " onclick" not in page


def test_the_page_is_built_for_those_who_hear_it(page: str) -> None:
    found = Page(page)
    assert found.all("html") == [{"lang": "en"}]
    assert len(found.all("main")) == len(found.all("h1")) == 1
    levels = [int(tag[1]) for tag, _ in found.tags if re.fullmatch("h[1-6]", tag)]
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    assert len(found.all("caption")) == len(found.all("table"))
    assert all(one.get("scope") in {"row", "col"} for one in found.all("th"))
    ids = [one["id"] for _, one in found.tags if "id" in one]
    assert len(ids) == len(set(ids))
    assert {str(one["href"])[1:] for one in found.all("a")} <= set(ids)


def test_the_page_says_why_a_file_was_refused_and_what_to_do(page: str) -> None:
    assert "1 file could not be de-identified. Nothing was written for it." in page
    assert "The file claims to be DICOM but cannot be read" in page
    assert "Get the file anew from where it came from" in page


def test_where_nothing_was_found_all_is_not_well(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    invoke("run", tmp_path / "in", "-o", tmp_path / "out")
    page = (tmp_path / "out.record" / "report.html").read_text(encoding="utf-8")
    assert "No DICOM file was found: nothing was written." in page
    assert "Every DICOM file was de-identified" not in page


def test_masks_say_nothing_of_a_value(page: str) -> None:
    masks = set(re.findall(r'<span class="mask">(.*?)</span>', page))
    assert "••••• ^ •••••" in masks
    assert not any(re.search(r"[A-Z0-9]", mask) for mask in masks)


def test_what_plugins_say_is_escaped(tmp_path: Path) -> None:
    bad = "<script>alert(1)</script>"
    code = {"outcome": "refused", "code": bad, "files": 1}
    told = facts(
        counts={"files": 1, "outcomes": {"refused": 1}, "codes": [code]},
        plugins=[{"name": bad, "distribution": bad, "version": bad}],
        rules=[{"place": bad, "action": bad, "field": bad, "count": 1}],
        settings={bad: bad},
    )
    write_report(tmp_path, told, [entry(1, "refused", code=bad, reason=bad, warnings=(bad,))])
    assert bad not in (tmp_path / "report.html").read_text()
    assert json.loads((tmp_path / "report.json").read_text())["files"][0]["reason"] == bad


def test_the_page_shows_the_first_files_and_those_that_were_not_written(tmp_path: Path) -> None:
    count = MOST_ROWS + 200
    entries = [entry(number) for number in range(1, count)] + [entry(count, "failed", code="x")]
    told = facts(
        counts={"files": count, "outcomes": {"written": count - 1, "failed": 1}, "codes": []}
    )
    write_report(tmp_path, told, iter(entries))
    text = (tmp_path / "report.html").read_text()
    assert "200 more files are in report.json." in text
    rows = re.findall(r'<tr><th scope="row" data-key="(\d+)">', text)
    assert rows == [*map(str, range(1, MOST_ROWS)), str(count)]
    assert len(json.loads((tmp_path / "report.json").read_text())["files"]) == count


def test_warnings_that_differ_by_a_number_only_are_counted_together(tmp_path: Path) -> None:
    entries = [
        entry(1, warnings=("6 bytes after the data set dropped",)),
        entry(2, warnings=("8 bytes after the data set dropped", "X removed from file 2: why")),
        entry(3, warnings=("X removed from file 3: why",)),
    ]
    write_report(tmp_path, facts(), entries)
    assert json.loads((tmp_path / "report.json").read_text())["warnings"] == [
        {"text": "X removed from file : why", "count": 2},
        {"text": "bytes after the data set dropped", "count": 2},
    ]


def test_rules_in_files_are_named_without_the_path() -> None:
    names = Names({"/home/Jane Doe/our recipe.txt": "recipe 2", "deid.dicom": "deid.dicom"}, None)  # type: ignore[arg-type]
    rule = "/home/Jane Doe/our recipe.txt:12 REMOVE contains:Name"
    assert names.of_rule(rule) == "recipe 2:12 REMOVE contains:Name"
    assert names.of_rule("deid.dicom:3 SPARE Rows") == "deid.dicom:3 SPARE Rows"
    assert names.of_rule("put.actions[1] KEEP Modality") == "put.actions[1] KEEP Modality"
    assert names.of_rule("/elsewhere/Doe KEEP Modality") == "elsewhere KEEP Modality"


def test_every_reason_code_has_a_text_on_the_page() -> None:
    from deid_core_record.reasons import REASONS

    text = Path(__file__).parents[2] / "docs" / "reference" / "reason-codes.md"
    documented = re.findall(
        r"^### `([a-z-]+)`", text.read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    assert documented
    assert not set(documented) - set(REASONS)
