"""What the tests of the check share: a run of one file, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from deid_core import Engine, FileRef, FileReport, PluginHost, Settings
from deid_core.config import layers_of

Run = Callable[..., FileReport]


@pytest.fixture
def run(own: dict[str, object], save: Any, recipe: Any, tmp_path: Any) -> Run:
    """Return a function that de-identifies a data set and gives the report about it.

    ``plugins`` come on top of the default ones; what no line names goes, unless ``top`` says so.
    """

    def run(
        dataset: Any,
        *lines: str,
        top: str = "",
        plugins: dict[str, object] | None = None,
        syntax: str | None = None,
        meta: dict[str, Any] | None = None,
        ids: Any = None,
        **settings: Any,
    ) -> FileReport:
        path = save(dataset, meta=meta, **({"syntax": syntax} if syntax else {}))
        host = PluginHost({**own, **(plugins or {})})
        settings.setdefault("output_folder", tmp_path / "out")
        engine = Engine(
            host, layers_of(str(recipe(*lines, top=top)), host), Settings(**settings), ids=ids
        )
        (report,) = engine.run([FileRef(path.name, path=path)])
        return report

    return run
