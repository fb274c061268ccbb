"""Scripts of CTP in a few lines, and what an imported recipe makes of a data set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest
from pydicom.dataset import Dataset

from deid_core import ImportedRecipe, PluginHost, Settings
from deid_core.dicom import replace_identifiers
from deid_core_importers.scripts import translate_script

Translate = Callable[..., ImportedRecipe]
Run = Callable[..., Dataset | None]

PARAMETERS = {
    "DATEINC": "-10",
    "UIDROOT": "1.2.40",
    "SITEID": "12",
    "PREFIX": "ANON",
    "BRACES": "a}b",
    "NESTED": "@param(@PREFIX)",
    "CALL": "@date()",
}


@pytest.fixture
def ctp() -> Translate:
    """Return a function that translates a script of CTP, given as elements by tag."""

    def translate(
        elements: Mapping[str, str], keep: tuple[str, ...] = (), remove: tuple[str, ...] = ()
    ) -> ImportedRecipe:
        lines = [f'<p t="{name}">{text}</p>' for name, text in PARAMETERS.items()]
        lines += [
            f'<e en="T" t={quoteattr(tag)} n="x">{escape(text)}</e>'
            for tag, text in elements.items()
        ]
        lines += [f'<k en="T" t="{group}">Keep</k>' for group in keep]
        lines += [f'<r en="T" t="{what}">Remove</r>' for what in remove]
        return translate_script(
            "\n".join(["<script>", *lines, "</script>"]).encode(), "test.script"
        )

    return translate


@pytest.fixture(scope="session")
def host() -> PluginHost:
    """All plugins, loaded once."""
    return PluginHost.load()


@pytest.fixture
def run(tmp_path: Path, host: PluginHost, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that carries an imported recipe out; None where the file is refused."""
    monkeypatch.setattr(PluginHost, "load", lambda *_: host)

    def run(
        dataset: Dataset, imported: ImportedRecipe, *, private: bool = False, **tables: str
    ) -> Dataset | None:
        recipe = tmp_path / "imported.recipe"
        recipe.write_text(imported.text, encoding="utf-8")
        paths = {}
        for name, text in tables.items():
            paths[name] = tmp_path / f"{name}.csv"
            paths[name].write_text(text, encoding="utf-8")
        found = replace_identifiers(
            [dataset],
            deid=str(recipe),
            # What a source keeps on purpose, the check would refuse.
            config=Settings(tables=paths, check_identifiers="off"),
            key=b"sixteen bytes...",
            remove_private=not private,
        )
        return found[0] if found else None

    return run
