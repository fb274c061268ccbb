"""What deid_core expects of every plugin."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from deid_core.testing import PlantedFile, PluginConformance


class TestConformance(PluginConformance):
    plugin = "zip-source"

    def locations(self, folder: Path, planted: Sequence[PlantedFile]) -> Iterable[str]:
        path = folder.parent / "planted.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for one in planted:
                archive.writestr(one.name, one.data)
        return [str(path)]
