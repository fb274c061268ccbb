"""A review as a person meets it: in a browser, by keyboard and by screen reader."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "review"))
sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from chromium import Chromium
from reviewed import run, served

from deid_core_record.review.server import Server

FIRST = "document.querySelector('tbody a')"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return the review of a run over six series of one file; but one input, all can be looked at."""
    out = run(tmp_path_factory.mktemp("review"), 6, 1)
    source = out.with_name("in")
    with served(out, inputs=[source / f"{at}.dcm" for at in (0, 2, 3, 4, 5)]) as server:
        yield server


def enter(browser: Chromium, server: Server) -> None:
    """Go to the list, as who has come in already."""
    url = f"http://127.0.0.1:{server.server_port}/"
    browser.tell("Network.setCookie", name=server.cookie, value=server.secret, url=url)
    browser.open(url)


def test_the_printed_address_leads_to_the_list(browser: Chromium, server: Server) -> None:
    browser.tell("Network.clearBrowserCookies")
    browser.open("about:blank")
    browser.following(lambda: browser.tell("Page.navigate", url=server.url))
    for _ in range(100):
        with contextlib.suppress(RuntimeError):  # between two pages
            if browser.run("document.querySelector('#series table') !== null"):
                break
        time.sleep(0.1)
    assert browser.run("location.pathname + location.search") == "/"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong_with_list_and_series(
    browser: Chromium, violations: Callable[..., list[str]], server: Server, scheme: str
) -> None:
    browser.scheme(scheme)
    enter(browser, server)
    assert violations(only_colours=scheme == "dark") == []
    browser.following(lambda: browser.run(f"{FIRST}.click()"))
    assert browser.run("document.querySelectorAll('#images img').length") == 2
    browser.following(lambda: browser.run("document.querySelector('nav li:last-child a').click()"))
    assert browser.run("document.querySelectorAll('#images .no-picture').length") == 1
    assert violations(only_colours=scheme == "dark") == []


def test_a_series_is_marked_by_keyboard(browser: Chromium, server: Server) -> None:
    enter(browser, server)
    browser.following(lambda: browser.run(f"{FIRST}.click()"))
    while browser.run("document.activeElement.type") != "radio":
        browser.press("Tab")
    browser.press(" ")
    browser.press("Tab")
    for letter in "fine":
        browser.press(letter)
    browser.press("Tab")
    browser.following(lambda: browser.press("Enter"))
    assert "Your mark is kept" in browser.run("document.querySelector('[role=status]').textContent")
    (mark,) = server.review.marks().values()
    assert (mark.mark, mark.note) == ("approved", "fine")


@pytest.mark.parametrize(("width", "media"), [(400, "screen"), (1280, "screen"), (700, "print")])
def test_nothing_is_wider_than_the_page(
    browser: Chromium, server: Server, width: int, media: str
) -> None:
    browser.size(width, 900)
    browser.scheme("light", media=media)
    enter(browser, server)
    assert browser.run("document.documentElement.scrollWidth") == width
    browser.following(lambda: browser.run(f"{FIRST}.click()"))
    assert browser.run("document.documentElement.scrollWidth") == width


def test_its_pages_ask_nobody_else(browser: Chromium, server: Server) -> None:
    enter(browser, server)
    browser.following(lambda: browser.run(f"{FIRST}.click()"))
    own = f"http://127.0.0.1:{server.server_port}/"
    asked = [one for one in browser.requested() if not one.startswith("data:")]
    assert asked
    assert all(one.startswith(own) for one in asked)
