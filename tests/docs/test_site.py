"""The site as it is built: its links lead somewhere, and the reference shows all that is public."""

from __future__ import annotations

import html
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import attrs
import pytest

import deid_core
import deid_core.dicom
from deid_core import hookspecs

CHECKOUT = Path(__file__).parents[2]
HOOKS = {name: hook for name, hook in vars(hookspecs).items() if name.startswith("deid_")}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documentation, built as `make docs` builds it."""
    pytest.importorskip("mkdocs")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-d", folder]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def entries(site: Path) -> dict[str, str]:
    """What the reference says of each object, as text, by the name of the object."""
    found = {}
    for built in (site / "reference").glob("*.html"):
        parts = re.split(r'<h\d id="(deid_core[\w.]*)"', built.read_text(encoding="utf-8"))
        found |= {
            name: html.unescape(re.sub(r"<[^>]+>", "", text))
            for name, text in zip(parts[1::2], parts[2::2], strict=True)
        }
    return found


class _Built(HTMLParser):
    """What a built page has: its anchors, links and headings."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path, self.anchors, self.links, self.levels = path, [], [], []
        self.pictures: list[dict[str, str | None]] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.anchors += [given["id"]] if given.get("id") else []
        self.links += [given[name] for name in ("href", "src") if given.get(name)]
        self.levels += [int(tag[1])] if re.fullmatch("h[1-6]", tag) else []
        self.pictures += [given] if tag == "img" else []


@pytest.fixture(scope="session")
def built(site: Path) -> dict[Path, _Built]:
    """Every page of the site, but the one for what is not found, which knows the root only."""
    paths = [path for path in site.rglob("*.html") if path.name != "404.html"]
    return {path: _Built(path) for path in paths}


def _broken(built: dict[Path, _Built]) -> Iterator[str]:
    for path, page in built.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchors = built[target].anchors if target in built else [""]
            if not target.is_file() or unquote(parts.fragment) not in ("", *anchors):
                yield f"{path.name}: {link}"


@pytest.mark.slow
def test_every_link_and_anchor_of_the_site_leads_somewhere(built: dict[Path, _Built]) -> None:
    assert sum(len(page.links) for page in built.values()) > 1000
    assert not list(_broken(built))


@pytest.mark.slow
def test_a_page_has_one_title_and_leaves_out_no_level_of_headings(
    built: dict[Path, _Built],
) -> None:
    for path, page in built.items():
        assert page.levels.count(1) == 1, path.name
        steps = zip(page.levels, page.levels[1:], strict=False)
        assert all(later <= earlier + 1 for earlier, later in steps), path.name


@pytest.mark.slow
def test_an_anchor_is_there_once_and_a_picture_says_what_it_shows(
    built: dict[Path, _Built],
) -> None:
    for path, page in built.items():
        assert len(set(page.anchors)) == len(page.anchors), path.name
        assert all(picture.get("alt") for picture in page.pictures), path.name


@pytest.mark.slow
@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_shown_with_its_signature_and_an_example(
    entries: dict[str, str], hook: str
) -> None:
    shown = entries[f"deid_core.hookspecs.{hook}"]
    signature = shown[shown.index(f"{hook}(") :]
    for argument in inspect.signature(HOOKS[hook]).parameters:
        assert re.search(rf"\b{argument}:", signature), argument
    for question in ("When:", "Who wins:", "May change:", "@hookimpl"):
        assert question in " ".join(shown.split())


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in deid_core.__all__ if name != "__version__"])
def test_every_public_name_is_in_the_reference(entries: dict[str, str], name: str) -> None:
    assert any(re.fullmatch(rf"deid_core\.[\w.]+\.{name}", entry) for entry in entries)


@pytest.mark.slow
@pytest.mark.parametrize("name", deid_core.dicom.__all__)
def test_every_name_of_the_library_is_in_the_reference(entries: dict[str, str], name: str) -> None:
    assert any(re.fullmatch(rf"deid_core\.dicom\.([\w.]+\.)?{name}", entry) for entry in entries)


def public_classes() -> Iterator[type]:
    for name in deid_core.__all__:
        value = getattr(deid_core, name)
        if inspect.isclass(value) and attrs.has(value):
            yield value


@pytest.mark.slow
@pytest.mark.parametrize("model", list(public_classes()))
def test_every_public_model_is_shown_with_its_fields(entries: dict[str, str], model: type) -> None:
    shown = entries[f"{model.__module__}.{model.__name__}"]
    signature = shown[shown.index(f"{model.__name__}(") :]
    for field in inspect.signature(model).parameters:
        assert re.search(rf"\b{field}:", signature), field


@pytest.mark.slow
def test_the_site_asks_nothing_of_other_hosts(site: Path) -> None:
    for built in site.rglob("*.html"):
        text = built.read_text(encoding="utf-8")
        assert not re.findall(r'<(?:script|link|img|iframe)[^>]+(?:src|href)="(?:https?:)?//', text)
    for style in site.rglob("*.css"):
        text = style.read_text(encoding="utf-8")
        assert not re.findall(r"url\(\s*[\"']?(?:https?:)?//", text)
