"""What the tests of pages share: a real browser, and axe-core, which knows what makes a page accessible."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import chromium

Check = Callable[..., list[str]]

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""All that depends on whether a person prefers light or dark."""


@pytest.fixture(scope="session")
def axe_script() -> str:
    """Return the script of axe-core."""
    found = importlib.util.find_spec("axe_playwright_python")
    if found is None or found.origin is None:
        if os.environ.get("CI"):
            pytest.fail("axe-core is missing: pip install --no-deps -r requirements/axe.txt")
        pytest.skip("axe-core is not installed")
    return Path(found.origin).with_name("axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def _browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[chromium.Chromium]:
    if chromium.PROGRAM is None:
        if os.environ.get("CI"):
            pytest.fail("chromium is missing: apt-get install chromium")
        pytest.skip("chromium is not installed")
    with chromium.Chromium(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture
def browser(_browser: chromium.Chromium) -> chromium.Chromium:
    """Return a browser of a usual size that prefers light."""
    _browser.size(1280, 900)
    _browser.scheme("light")
    return _browser


@pytest.fixture
def violations(browser: chromium.Chromium, axe_script: str) -> Check:
    """Return a function that says what axe-core finds wrong with the page that is open."""

    def violations(*, only_colours: bool = False) -> list[str]:
        # Through the protocol: the page's Content Security Policy forbids it to add a script.
        browser.run(f"{axe_script}; null")
        which = (
            {"type": "rule", "values": COLOURS} if only_colours else {"type": "tag", "values": TAGS}
        )
        found: dict[str, Any] = browser.run(f"axe.run(document, {json.dumps({'runOnly': which})})")
        # A page of which nothing was asked would have nothing wrong, either.
        assert {rule["id"] for rule in found["passes"]} >= {"color-contrast"}
        assert only_colours or len(found["passes"]) > 10
        return [
            f"{rule['id']}: {node['html']} {node['failureSummary']}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    return violations
