"""Pages in one file as a person meets them: in a browser, by keyboard and by screen reader."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom import dcmread

sys.path.insert(0, str(Path(__file__).parents[1] / "record"))
sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from chromium import Chromium
from recorded import broken, images, invoke

FIRST_CELLS = "[...document.querySelectorAll('#rules tbody th')].map(th => th.textContent)"
SHOWN = "document.querySelectorAll('#rules tbody tr:not([hidden])').length"
FOCUSED = "document.activeElement"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of the report of a run over six images and one that is none.

    It shows two of them, of which one cannot be decoded.
    """
    folder = tmp_path_factory.mktemp("report")
    images(folder / "in", 3, SeriesInstanceUID="1.2.3.1")
    images(folder / "in", 3, first=4, SeriesInstanceUID="1.2.3.2", BitsAllocated=7)
    broken(few_elements(folder / "in"))
    invoke(*("run", folder / "in", "-o", folder / "out", "--profile", "basic", "--thumbnails", "2"))
    return (folder / "out.record" / "report.html").as_uri()


def few_elements(folder: Path) -> Path:
    """Take from images what only makes tables long."""
    for path in folder.iterdir():
        dataset = dcmread(path)
        dataset.remove_private_tags()
        dataset.save_as(path)
    return folder


@pytest.fixture(scope="module")
def inspected(url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of the page about the same images before they were de-identified."""
    source = Path(url.removeprefix("file://")).parents[1] / "in"
    page = tmp_path_factory.mktemp("inspect") / "found.html"
    words = ("--profile", "basic", "--retain-uids", "--thumbnails", "2")
    invoke("inspect", source, *words, "--html", page)
    return page.as_uri()


def tab_to(browser: Chromium, condition: str) -> None:
    """Press the tabulator until what has the focus is as it should be."""
    for _ in range(80):
        browser.press("Tab")
        if browser.run(f"(e => {condition})({FOCUSED})"):
            return
    raise AssertionError(f"the keyboard does not reach {condition}")


@pytest.mark.parametrize("which", ["url", "inspected"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong(
    browser: Chromium,
    violations: Callable[..., list[str]],
    request: pytest.FixtureRequest,
    which: str,
    scheme: str,
) -> None:
    browser.scheme(scheme)
    browser.open(request.getfixturevalue(which))
    assert violations(only_colours=scheme == "dark") == []


def test_a_screen_reader_is_told_what_each_picture_is(browser: Chromium, url: str) -> None:
    browser.open(url)
    assert browser.run("[...document.querySelectorAll('#images img')].map(e => e.alt)") == [
        "File 1, CT Image, before: as it was read",
        "File 1, CT Image, after: as it was written",
    ]
    words = browser.run(
        "[...document.querySelectorAll('#images .no-picture')].map(e => e.textContent)"
    )
    assert words == ["No picture. The image cannot be decoded here."] * 2


def test_a_screen_reader_reads_no_arrows_in_headings(browser: Chromium, url: str) -> None:
    browser.open(url)
    browser.tell("Accessibility.enable")
    nodes = browser.tell("Accessibility.getFullAXTree")["nodes"]
    names = [node["name"]["value"] for node in nodes if node["role"]["value"] == "columnheader"]
    assert "Attribute" in names
    assert not any(letter in name for name in names for letter in "↕↑↓")


def test_tables_are_sorted_and_filtered_by_keyboard(browser: Chromium, url: str) -> None:
    browser.open(url)
    rules = browser.run(FIRST_CELLS)
    tab_to(browser, "e.closest('#rules') && e.type === 'search'")
    for letter in "name":
        browser.press(letter)
    assert 0 < browser.run(SHOWN) < len(rules)
    assert f"{browser.run(SHOWN)} of {len(rules)} rows" in browser.run(
        "document.querySelector('#rules output').textContent"
    )
    tab_to(browser, "e.closest('#rules') && e.textContent === 'Action'")
    browser.press("Enter")
    assert browser.run(f"{FOCUSED}.closest('th').ariaSort") == "ascending"
    actions = (
        "[...document.querySelectorAll('#rules tbody td:nth-child(2)')].map(e => e.textContent)"
    )
    assert browser.run(actions) == sorted(browser.run(actions))
    browser.press(" ")
    assert browser.run(f"{FOCUSED}.closest('th').ariaSort") == "descending"
    assert browser.run(actions) == sorted(browser.run(actions), reverse=True)


def test_the_first_key_leads_past_the_navigation(browser: Chromium, url: str) -> None:
    browser.open(url)
    browser.press("Tab")
    assert browser.run(f"{FOCUSED}.getBoundingClientRect().left") >= 0
    browser.press("Enter")
    assert browser.run("location.hash") == "#main"


@pytest.mark.parametrize("width", [400, 640, 900, 1280])
def test_the_navigation_covers_nothing_that_it_leads_to(
    browser: Chromium, url: str, width: int
) -> None:
    browser.size(width, 450)
    browser.open(url)
    browser.run("document.querySelector('#rules').scrollIntoView({behavior: 'instant'})")
    top = browser.run("document.querySelector('#rules').getBoundingClientRect().top")
    assert top >= browser.run("document.querySelector('nav').getBoundingClientRect().bottom")


@pytest.mark.parametrize("which", ["url", "inspected"])
@pytest.mark.parametrize(("width", "media"), [(400, "screen"), (1280, "screen"), (700, "print")])
def test_nothing_is_wider_than_the_page(
    browser: Chromium, request: pytest.FixtureRequest, which: str, width: int, media: str
) -> None:
    browser.size(width, 900)
    browser.scheme("light", media=media)
    browser.open(request.getfixturevalue(which))
    assert browser.run("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("which", ["url", "inspected"])
def test_a_page_asks_for_nothing_else(
    browser: Chromium, request: pytest.FixtureRequest, which: str
) -> None:
    url = request.getfixturevalue(which)
    browser.open(url)
    assert [one for one in browser.requested() if not one.startswith("data:")] == [url]
